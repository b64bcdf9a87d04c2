/** The numbers: scores of every arm, the base's first and the paper's beside them, and differences to the control. */
import { Table } from '../components/Table.tsx';
import type { MetricName } from '../words/metrics.ts';
import { type Experiment, PAPER_BASE, type PaperFigure } from '../../recipe/experiments.ts';
import { difference, type ResultScores } from '../../recipe/results/results.ts';
import { mean, type PairedDifference, standardError } from '../../recipe/statistics.ts';
import { BASE, chanceOfBenchmarks, isProbe, keysOf, RETENTION, type Results, rowsOf, valuesOf } from './results.ts';
import { words } from './words.ts';

type Measure = (scores: ResultScores) => number | null | undefined;

const MEASURES = [
  { title: words.table.benchmarks, metric: 'benchmarks', of: (row) => row.averageWithoutRetention },
  { title: words.table.retention, metric: 'retention', of: (row) => row.retention },
  { title: words.table.average, metric: 'average', of: (row) => row.average },
] as const satisfies { title: string; metric: MetricName; of: Measure }[];

interface Props {
  experiment: Experiment;
  results: Results;
}

export function Scores({ experiment, results }: Props) {
  const suites = keysOf(results, (row) => row.suites);
  const counted = suites.filter((suite) => !isProbe(suite));
  const arms = [
    { name: BASE, label: words.table.base, paper: PAPER_BASE as PaperFigure | undefined },
    ...experiment.arms,
  ].filter(({ name }) => rowsOf(results, name).length > 0);
  const { chance } = results;
  const level = (value: number | undefined) => (value === undefined ? '' : (100 * value).toFixed(1));
  return (
    <section>
      <h2>{words.table.scores}</h2>
      <Table
        class="numbers-table"
        name={words.table.scores}
        head={[
          words.table.arm,
          [words.table.seeds, 'seedsRun'],
          ...MEASURES.map(({ title, metric }) => [title, metric] as const),
          [words.table.paper, 'paperAverage'],
          ...counted.map((suite) => [suite, 'accuracy'] as const),
          [words.table.logProb, 'logProb'],
        ]}
      >
        {arms.map(({ name, label, paper }) => (
          <tr key={name}>
            <th scope="row" title={label}>
              {name}
            </th>
            <td>{rowsOf(results, name).length}</td>
            {MEASURES.map(({ title, of }) => (
              <td key={title} class="strong">
                {spread(valuesOf(results, name, of), 100, 1)}
              </td>
            ))}
            <td class="note">{paper && words.table.paperCell(paper.average, paper.mark, paper.where)}</td>
            {counted.map((suite) => (
              <td key={suite}>
                {spread(
                  valuesOf(results, name, (row) => row.suites[suite]),
                  100,
                  1,
                )}
              </td>
            ))}
            <td>
              {spread(
                valuesOf(results, name, (row) => row.logProb),
                1,
                2,
              )}
            </td>
          </tr>
        ))}
        {chance && (
          <tr class="note">
            <th scope="row">{words.table.chance}</th>
            <td>–</td>
            <td>{level(chanceOfBenchmarks(results))}</td>
            <td>{level(chance.suites[RETENTION])}</td>
            <td>{level(chance.average)}</td>
            <td>–</td>
            {counted.map((suite) => (
              <td key={suite}>{level(chance.suites[suite])}</td>
            ))}
            <td>–</td>
          </tr>
        )}
      </Table>
      <p class="note">
        {words.table.scoresNote} {words.table.paperNote}
      </p>
    </section>
  );
}

export function DifferenceTable({ experiment, results }: Props) {
  const { control } = experiment;
  const arms = [BASE, ...experiment.arms.map(({ name }) => name)].filter(
    (name) => name !== control && difference(results, name, control),
  );
  if (arms.length === 0) return null;
  return (
    <Table
      class="numbers-table"
      name={words.differences.heading(control)}
      head={[
        words.differences.arm,
        ...MEASURES.map(({ title }) => [title, 'difference'] as const),
        [words.differences.won, 'seedsWon'],
      ]}
    >
      {arms.map((name) => {
        const average = difference(results, name, control)!;
        return (
          <tr key={name}>
            <th scope="row">{name}</th>
            {MEASURES.map(({ title, of }) => (
              <td key={title}>
                <Difference found={difference(results, name, control, of)} />
              </td>
            ))}
            <td>{words.differences.wins(average.wins, average.n)}</td>
          </tr>
        );
      })}
    </Table>
  );
}

function Difference({ found }: { found: PairedDifference | null }) {
  if (!found) return <>–</>;
  const { mean: centre, interval } = found;
  const shown = interval !== null && (interval[0] > 0 || interval[1] < 0);
  return (
    <>
      <span class={shown ? 'strong' : ''}>{words.differences.cell(centre)}</span>{' '}
      <span class="note">
        ({interval ? words.differences.interval(...interval) : words.differences.one})
        {interval && !shown && <span class="none">{words.differences.none}</span>}
      </span>
    </>
  );
}

/** mean ± standard error; the value alone of one seed. */
function spread(values: readonly number[], unit: number, digits: number) {
  if (values.length === 0) return '–';
  const scaled = values.map((value) => unit * value);
  const centre = mean(scaled).toFixed(digits).replace('-', '−');
  if (values.length === 1) return centre;
  return (
    <>
      {centre} <span class="note">± {standardError(scaled).toFixed(digits)}</span>
    </>
  );
}
