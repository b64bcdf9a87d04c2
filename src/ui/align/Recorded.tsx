/** The recorded comparisons: every arm's scores, then every claim of the paper with its difference, interval and verdict. */
import { alignmentArms, type AlignmentRow, claimDifference, findings, paperCell } from '../../recipe/alignment.ts';
import { mean, standardDeviation } from '../../recipe/statistics.ts';
import { Table } from '../components/Table.tsx';
import { recorded } from './recorded.ts';
import { inUnits } from './Scores.tsx';
import { words } from './words.ts';

const SUITES = ['promptStrict', 'instructionStrict', 'know', 'math', 'code', 'translation', 'falseRefusal', 'reward'];
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  reward: ['easy', 'hard', 'concise', 'hard: fact', 'hard: arithmetic', 'hard: translation', 'hard: run'],
  'dpo-rpo': [...SUITES, 'chosenMoved', 'rejectedMoved', 'nearTieGap', 'nearTieWanted'],
};
const titleOf = (column: string): string => words.score[column] ?? words.measure[column] ?? column;

export function Recorded() {
  const found = recorded.value;
  if (!found) return null;
  const { rows, adapter } = found;
  const seeds = new Set(rows.map(({ seed }) => seed)).size;
  return (
    <section>
      <h2>{words.recorded}</h2>
      <p class="note">
        {words.recordedNote(seeds, adapter)} {words.paperNote}
      </p>
      {Object.keys(alignmentArms).map((name) => (
        <Comparison key={name} name={name} rows={rows} />
      ))}
    </section>
  );
}

function Comparison({ name, rows }: { name: string; rows: readonly AlignmentRow[] }) {
  const arms = alignmentArms[name]!.filter((arm) => rows.some((row) => row.arm === arm));
  const told = findings(name, rows);
  // Arms that others share with it are no comparison yet.
  if (told.length === 0) return null;
  const columns = COLUMNS[name] ?? SUITES;
  const title = words.recordedTitles[name] ?? name;
  return (
    <div class="comparison">
      <h3>{title}</h3>
      {name === 'weak-to-strong' && <p class="note">{words.teacherNote}</p>}
      <Table class="numbers-table narrow-heads" name={title} head={[words.arm, ...columns.map(titleOf)]}>
        {arms.map((arm) => (
          <tr key={arm} class={arm === 'teacher' ? 'strong' : undefined}>
            <th scope="row">{words.armName(arm)}</th>
            {columns.map((column) => (
              <td key={column}>{spread(rows, arm, column)}</td>
            ))}
          </tr>
        ))}
      </Table>
      <Table
        class="numbers-table claims"
        name={`${title}: ${words.claim}`}
        head={[words.claim, words.paper, words.difference, words.wins, words.verdict]}
      >
        {told.map((finding) => {
          const { claim, paper, difference, verdict } = finding;
          return (
            <tr key={claim}>
              <th scope="row">{claim}</th>
              <td class="note">{paperCell(paper)}</td>
              <td>{claimDifference(finding)}</td>
              <td>
                {difference.wins}/{difference.n}
              </td>
              <td class={verdict === 'shown' ? 'good' : verdict === 'failed' ? 'bad' : ''}>
                {words.verdicts[verdict]}
              </td>
            </tr>
          );
        })}
      </Table>
    </div>
  );
}

function spread(rows: readonly AlignmentRow[], arm: string, column: string): string {
  const values = rows.filter((row) => row.arm === arm && column in row.suites).map(({ suites }) => suites[column]!);
  if (values.length === 0) return '';
  const written = inUnits(column, mean(values));
  return values.length === 1 ? written : `${written} ± ${inUnits(column, standardDeviation(values))}`;
}
