/** What a run in the synthetic world can answer, beside what guessing would. */
import { Table } from '../components/Table.tsx';
import type { BenchmarkPoint } from '../../protocol.ts';
import { benchmarks } from '../run/run.ts';
import { resultsWords } from '../words/results.ts';
import { Trend } from './Trend.tsx';
import * as format from '../format.ts';

export function Benchmarks() {
  const points = benchmarks.value;
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return null;
  const { suites } = last;
  const chanceOf = (role: string) => {
    const levels = suites.filter((suite) => suite.role === role).map(({ chance }) => chance);
    return levels.reduce((sum, level) => sum + level, 0) / levels.length;
  };
  const retained = first.retention !== null && last.retention !== null;
  return (
    <section>
      <h2>{resultsWords.benchmarks.heading}</h2>
      <Table
        name={resultsWords.benchmarks.heading}
        head={[
          resultsWords.benchmarks.suite,
          [resultsWords.benchmarks.start, 'accuracy'],
          [resultsWords.benchmarks.now, 'accuracy'],
          [resultsWords.benchmarks.chance, 'chance'],
          resultsWords.benchmarks.trend,
        ]}
      >
        {last.averageWithoutRetention !== null && (
          <Row
            name={resultsWords.benchmarks.benchmarks}
            strong
            points={points}
            of={(point) => point.averageWithoutRetention ?? NaN}
            chance={chanceOf('benchmark')}
          />
        )}
        {retained && (
          <Row
            name={resultsWords.benchmarks.retention}
            strong
            points={points}
            of={(point) => point.retention ?? NaN}
            chance={chanceOf('retention')}
          />
        )}
        {suites.map(({ name, role, chance }, i) => (
          <Row
            key={name}
            name={name}
            role={resultsWords.benchmarks.role[role]}
            points={points}
            of={(point) => point.suites[i]!.accuracy}
            chance={chance}
          />
        ))}
      </Table>
      <p class="note">{resultsWords.benchmarks.note}</p>
    </section>
  );
}

interface RowProps {
  name: string;
  role?: string;
  strong?: boolean;
  points: readonly BenchmarkPoint[];
  of(point: BenchmarkPoint): number;
  chance: number;
}

function Row({ name, role, strong, points, of, chance }: RowProps) {
  const values = points.map(of);
  const [first, last] = [values[0]!, values.at(-1)!];
  return (
    <tr class={strong ? 'strong' : ''}>
      <th scope="row">
        {name}
        {role && <span class="note"> {role}</span>}
      </th>
      <td>{format.percent(first)}</td>
      <td>{format.percent(last)}</td>
      <td class="note">{format.percent(chance)}</td>
      <td>
        <Trend points={points} values={values} label={resultsWords.benchmarks.trendOf(name, first, last)} />
      </td>
    </tr>
  );
}
