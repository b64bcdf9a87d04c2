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
};
/** How answers' log-probabilities moved: of arms that were trained on pairs, in a table of its own, for both are not as wide as a page. */
const MOVED = ['chosenMoved', 'rejectedMoved', 'nearTieGap', 'nearTieWanted'];
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
  const title = words.recordedTitles[name] ?? name;
  return (
    <div class="comparison">
      <h3>{title}</h3>
      {name === 'weak-to-strong' && <p class="note">{words.teacherNote}</p>}
      <ArmScores name={title} columns={COLUMNS[name] ?? SUITES} {...{ arms, rows }} />
      {name === 'dpo-rpo' && <ArmScores name={`${title}: ${words.moved}`} columns={MOVED} {...{ arms, rows }} />}
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

interface ArmScoresProps {
  name: string;
  columns: readonly string[];
  arms: readonly string[];
  rows: readonly AlignmentRow[];
}

function ArmScores({ name, columns, arms, rows }: ArmScoresProps) {
  const measured = arms.filter((arm) =>
    rows.some((row) => row.arm === arm && columns.some((one) => one in row.suites)),
  );
  return (
    <Table class="numbers-table narrow-heads" name={name} head={[words.arm, ...columns.map(titleOf)]}>
      {measured.map((arm) => (
        <tr key={arm} class={arm === 'teacher' ? 'strong' : undefined}>
          <th scope="row">{words.armName(arm)}</th>
          {columns.map((column) => (
            <td key={column}>{spread(rows, arm, column)}</td>
          ))}
        </tr>
      ))}
    </Table>
  );
}

function spread(rows: readonly AlignmentRow[], arm: string, column: string): string {
  const values = rows.filter((row) => row.arm === arm && column in row.suites).map(({ suites }) => suites[column]!);
  if (values.length === 0) return '';
  const written = inUnits(column, mean(values));
  return values.length === 1 ? written : `${written} ± ${inUnits(column, standardDeviation(values))}`;
}
