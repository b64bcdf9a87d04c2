/** Arm − control, one dot a seed, the mean and its interval: what an experiment is for. */
import type { Experiment } from '../../recipe/experiments.ts';
import { difference, type ResultRow } from '../../recipe/results/results.ts';
import type { PairedDifference } from '../../recipe/statistics.ts';
import type { Look } from './look.ts';
import { type Results, rowsOf, seedsOf } from './results.ts';
import { RowsChart } from './RowsChart.tsx';
import { words } from './words.ts';

type Measure = (row: ResultRow) => number | null | undefined;

interface Props {
  experiment: Experiment;
  results: Results;
  looks: ReadonlyMap<string, Look>;
}

export function Differences({ experiment, results, looks }: Props) {
  const { control } = experiment;
  const measures: { title: string; of: Measure }[] = [
    { title: words.differences.benchmarks, of: (row) => row.averageWithoutRetention },
    { title: words.differences.retention, of: (row) => row.retention },
  ];
  const compared = experiment.arms.filter(({ name }) => name !== control && difference(results, name, control));
  if (compared.length === 0) return null;
  return (
    <section>
      <h2>{words.differences.heading(control)}</h2>
      <div class="pair">
        {measures.map(({ title, of }) => (
          <Dots
            key={title}
            title={title}
            rows={compared.flatMap(({ name }) => {
              const found = difference(results, name, control, of);
              return found ? [{ name, look: looks.get(name)!, found, dots: dotsOf(results, name, control, of) }] : [];
            })}
          />
        ))}
      </div>
      <p class="note">{seedsOf(results).length > 1 ? words.differences.note : words.differences.noteOne}</p>
    </section>
  );
}

/** Differences seed by seed. */
function dotsOf(results: Results, arm: string, control: string, of: Measure): number[] {
  const controls = new Map(rowsOf(results, control).map((row) => [row.seed, of(row)]));
  return rowsOf(results, arm).flatMap((row) => {
    const [a, b] = [of(row), controls.get(row.seed)];
    return typeof a === 'number' && typeof b === 'number' ? [a - b] : [];
  });
}

interface Row {
  name: string;
  look: Look;
  found: PairedDifference;
  dots: number[];
}

/** An interval of two seeds may be ten times as wide as their dots: the picture is made for the dots, and such a bar runs off it. */
const REACH = 2.5;

function Dots({ title, rows }: { title: string; rows: readonly Row[] }) {
  const dots = rows.flatMap((row) => row.dots);
  const span = Math.max(...dots.map(Math.abs), 0.01);
  const ends = rows
    .flatMap(({ found }) => found.interval ?? [])
    .map((end) => Math.max(-REACH * span, Math.min(REACH * span, end)));
  const low = Math.min(0, ...dots, ...ends);
  const high = Math.max(0, ...dots, ...ends);
  const air = (high - low) * 0.06;
  return (
    <RowsChart
      {...{ title, rows, row: 26, from: low - air, to: high + air, margin: 8 }}
      tickCount={(width) => width / 60}
      tick={(value) => (value === 0 ? '0' : words.differences.cell(value).replace(/\.0$/, ''))}
      lineClass={(value) => (value === 0 ? 'zero' : 'grid')}
      told={({ name, found }) => words.differences.row(name, found.mean, found.interval)}
      draw={({ look, found: { interval, mean }, dots: seeds }, y, { x, left, right }) => {
        const clamp = (value: number) => Math.max(left, Math.min(right, x(value)));
        const shown = interval !== null && (interval[0] > 0 || interval[1] < 0);
        return (
          <>
            {interval && (
              <line
                class="interval"
                x1={clamp(interval[0])}
                x2={clamp(interval[1])}
                y1={y}
                y2={y}
                stroke={look.colour}
              />
            )}
            {seeds.map((value, seed) => (
              <circle key={seed} class="dot" cx={x(value)} cy={y} r={3} fill={look.colour} />
            ))}
            {interval && (
              <rect
                class={shown ? 'mean' : 'mean hollow'}
                x={x(mean) - 3}
                y={y - 8}
                width={6}
                height={16}
                stroke={look.colour}
                fill={look.colour}
              />
            )}
          </>
        );
      }}
    />
  );
}
