/** Documents flow through the steps: a bar for what is left, and a button for every reason. */
import type { DataReport, PlantedTruth } from '../../recipe/curation/dataReport.ts';
import { languageWords } from '../../words/languages.ts';
import { ownFiles } from '../files/files.ts';
import { chosen, chosenSources, origin } from './state.ts';
import { words } from './words.ts';

export function Flow({ report }: { report: DataReport }) {
  const { stages, pages, tokens, unread, cut } = report;
  const width = (share: number) => ({ width: `${100 * share}%` });
  return (
    <section>
      <h2>{words.flow}</h2>
      <p class="note">
        {words.flowNote} {unread > 0 && words.unread(unread)} {cut.length > 0 && words.cut(cut)}
      </p>
      <ol class="flow">
        <li>
          <h3>{origin.value === 'crawl' ? words.raw : words.rawText}</h3>
          <div class="flow-bar" style={width(1)} />
          <Left documents={pages} tokens={tokens} truth={report.truth} />
          {origin.value === 'text' && <OwnLanguages />}
        </li>
        {stages.map(({ name, out, tokens: left, reasons, truth, caught }, i) => (
          <li key={name}>
            <h3>{name}</h3>
            <p class="note">{words.about(name.split(' ')[0]!)}</p>
            <div class="flow-came" style={width((stages[i - 1]?.tokens ?? tokens) / tokens)} />
            <div class="flow-bar" style={width(left / tokens)} />
            <Left documents={out} tokens={left} truth={truth} />
            <div class="buttons">
              {reasons.length === 0 && <span class="note">{words.nothing}</span>}
              {reasons.map(({ reason, count }) => (
                <Reason key={reason} stage={name} reason={reason} label={words.dropped(reason, count)} />
              ))}
              {out > 0 && <Reason stage={name} reason={null} label={words.someKept} />}
            </div>
            {caught && <p class="note">{words.caught(caught.what, caught.precision, caught.recall)}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Of the reader's own sources, as they were read: the rules are for English. */
function OwnLanguages() {
  const names = chosenSources.value.map(({ name }) => name);
  return ownFiles.value
    .filter(({ file }) => names.includes(file.source))
    .map(({ file: { source }, preview: { languages } }) => (
      <p key={source} class="note">
        {languageWords.languages(languages, source)}
      </p>
    ));
}

function Left({ documents, tokens, truth }: { documents: number; tokens: number; truth: PlantedTruth | null }) {
  return (
    <p class="flow-left">
      {words.left(documents, tokens)} {truth && <span class="note">{words.truth(truth.factsPer100, truth.right)}</span>}
    </p>
  );
}

/** Shows the documents of a reason; null: some that were kept. */
function Reason({ stage, reason, label }: { stage: string; reason: string | null; label: string }) {
  return (
    <button
      type="button"
      class="quiet"
      aria-pressed={chosen.value?.stage === stage && chosen.value.reason === reason}
      onClick={() => (chosen.value = { stage, reason })}
    >
      {label}
    </button>
  );
}
