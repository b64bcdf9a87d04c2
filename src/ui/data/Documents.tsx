/** Documents with the words that decided marked. */
import type { DataReport, ShownDocument } from '../../recipe/curation/dataReport.ts';
import { chosen } from './state.ts';
import { words } from './words.ts';

export function Documents({ report }: { report: DataReport }) {
  const choice = chosen.value;
  const stage = report.stages.find(({ name }) => name === choice?.stage);
  if (!choice || !stage) return null;
  const { reason } = choice;
  const documents = reason === null ? stage.kept : stage.reasons.find((one) => one.reason === reason)?.documents;
  if (!documents) return null;
  return (
    <section>
      <h2>{reason === null ? words.kept(stage.name) : words.documents(stage.name, reason)}</h2>
      <p class="note">{words.documentsNote(stage.name.split(' ')[0]!, reason === null)}</p>
      <div class="documents">
        {documents.map((one) => (
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
