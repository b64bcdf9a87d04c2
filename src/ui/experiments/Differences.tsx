/** Arm − control, one dot a seed, the mean and its interval: what an experiment is for. */
import type { Experiment } from '../../recipe/experiments.ts';
import { difference, type ResultRow } from '../../recipe/results/results.ts';
import type { PairedDifference } from '../../recipe/statistics.ts';
import type { Look } from './look.ts';
import { type Results, rowsOf, seedsOf } from './results.ts';
import { linear, ticks } from './scale.ts';
import { useWidth } from './useWidth.ts';
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

const ROW = 26;
const HEAD = 6;
const FOOT = 20;
const LETTER = 6.6;
/** An interval of two seeds may be ten times as wide as their dots: the picture is made for the dots, and such a bar runs off it. */
const REACH = 2.5;

function Dots({ title, rows }: { title: string; rows: readonly Row[] }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const left = Math.min(Math.max(...rows.map(({ name }) => name.length)) * LETTER + 10, width * 0.45);
  const right = 8;
  const dots = rows.flatMap((row) => row.dots);
  const span = Math.max(...dots.map(Math.abs), 0.01);
  const ends = rows
    .flatMap(({ found }) => found.interval ?? [])
    .map((end) => Math.max(-REACH * span, Math.min(REACH * span, end)));
  const low = Math.min(0, ...dots, ...ends);
  const high = Math.max(0, ...dots, ...ends);
  const air = (high - low) * 0.06;
  const x = linear(low - air, high + air, left, Math.max(left + 10, width - right));
  const clamp = (value: number) => Math.max(left, Math.min(width - right, x(value)));
  const bottom = HEAD + rows.length * ROW;
  return (
    <div ref={ref} class="chart">
      <h3 class="note">{title}</h3>
      {width > 0 && (
        <svg
          role="img"
          aria-label={words.differences.summary(
            title,
            rows.map(({ name, found }) => words.differences.row(name, found.mean, found.interval)),
          )}
          width={width}
          height={bottom + FOOT}
        >
          {ticks(low - air, high + air, (width - left) / 60).map((value) => (
            <g key={value}>
              <line class={value === 0 ? 'zero' : 'grid'} x1={x(value)} x2={x(value)} y1={HEAD} y2={bottom} />
              <text x={x(value)} y={bottom + 15} text-anchor="middle">
                {value === 0 ? '0' : words.differences.cell(value).replace(/\.0$/, '')}
              </text>
            </g>
          ))}
          {rows.map(({ name, look, found, dots: seeds }, i) => {
            const y = HEAD + (i + 0.5) * ROW;
            const { interval } = found;
            const shown = interval !== null && (interval[0] > 0 || interval[1] < 0);
            return (
              <g key={name}>
                <text class="name" x={left - 8} y={y + 4} text-anchor="end">
                  {name}
                </text>
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
                    x={x(found.mean) - 3}
                    y={y - 8}
                    width={6}
                    height={16}
                    stroke={look.colour}
                    fill={look.colour}
                  />
                )}
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}
