/** Documents with the words that decided marked. */
import type { DataReport, ShownDocument } from '../../recipe/curation/dataReport.ts';
import { chosen } from './state.ts';
import { words } from './words.ts';

export function Documents({ report }: { report: DataReport }) {
  const choice = chosen.value;
  const found = report.stages
    .find(({ name }) => name === choice?.stage)
    ?.reasons.find(({ reason }) => reason === choice!.reason);
  if (!choice || !found) return null;
  const note = choice.stage === 'perplexity' ? 'perplexity' : choice.stage.startsWith('fuzzy') ? 'fuzzy' : 'other';
  return (
    <section>
      <h2>{words.documents(choice.stage, choice.reason)}</h2>
      <p class="note">{words.documentsNote[note]}</p>
      <div class="documents">
        {found.documents.map((one) => (
          <Document key={one.id} document={one} />
        ))}
      </div>
    </section>
  );
}

export function Clusters({ report: { clusters } }: { report: DataReport }) {
  if (clusters.length === 0) return null;
  return (
    <section>
      <h2>{words.clusters}</h2>
      <p class="note">{words.clustersNote}</p>
      {clusters.map(({ documents }) => (
        <div key={documents[0]!.id} class="documents cluster">
          {documents.map((one, i) => (
            <Document key={one.id} document={i === 0 ? { ...one, note: words.stayed } : one} />
          ))}
        </div>
      ))}
    </section>
  );
}

function Document({ document: { id, source, text, marks, note } }: { document: ShownDocument }) {
  let at = 0;
  const parts = marks.map(([from, to]) => {
    const before = text.slice(at, from);
    at = to;
    return [before, <mark key={from}>{text.slice(from, to)}</mark>];
  });
  return (
    <article>
      <p class="note">
        {id}, {source}
        {note && `, ${note}`}
      </p>
      <p class="document-text">
        {parts}
        {text.slice(at)}
      </p>
    </article>
  );
}
