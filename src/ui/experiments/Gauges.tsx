/** Knowing a fact and being able to answer for it, side by side on a scale from 0 to 100 %. */
import type { Experiment } from '../../recipe/experiments.ts';
import { mean } from '../../recipe/statistics.ts';
import type { Look } from './look.ts';
import { BASE, type Results, valuesOf } from './results.ts';
import { linear, ticks } from './scale.ts';
import { useWidth } from './useWidth.ts';
import { words } from './words.ts';

const GROUPS = [
  { title: words.gauges.current, answers: 'facts', knows: 'knows-facts' },
  { title: words.gauges.archive, answers: 'archive', knows: 'knows-archive' },
];

interface Props {
  experiment: Experiment;
  results: Results;
  looks: ReadonlyMap<string, Look>;
}

export function Gauges({ experiment, results, looks }: Props) {
  const groups = GROUPS.map(({ title, answers, knows }) => ({
    title,
    chance: results.chance?.suites[answers],
    rows: [BASE, ...experiment.arms.map(({ name }) => name)].flatMap((name) => {
      const [a, k] = [answers, knows].map((suite) => valuesOf(results, name, (row) => row.suites[suite]));
      return a!.length > 0 && k!.length > 0
        ? [{ name, look: looks.get(name), answers: mean(a!), knows: mean(k!) }]
        : [];
    }),
  }));
  if (groups.every(({ rows }) => rows.length === 0)) return null;
  return (
    <section>
      <h2>{words.gauges.heading}</h2>
      <div class="pair">
        {groups.map((group) => (
          <Gauge key={group.title} {...group} />
        ))}
      </div>
      <p class="note">{words.gauges.note}</p>
    </section>
  );
}

interface Row {
  name: string;
  look: Look | undefined;
  answers: number;
  knows: number;
}

const ROW = 24;
const HEAD = 6;
const FOOT = 20;
const LETTER = 6.6;

function Gauge({ title, chance, rows }: { title: string; chance: number | undefined; rows: readonly Row[] }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const left = Math.min(Math.max(4, ...rows.map(({ name }) => name.length)) * LETTER + 10, width * 0.45);
  const x = linear(0, 1, left, Math.max(left + 10, width - 12));
  const bottom = HEAD + rows.length * ROW;
  return (
    <div ref={ref} class="chart">
      <h3 class="note">{title}</h3>
      {width > 0 && (
        <svg
          role="img"
          aria-label={words.differences.summary(
            title,
            rows.map(({ name, knows, answers }) => words.gauges.row(name, knows, answers)),
          )}
          width={width}
          height={bottom + FOOT}
        >
          {ticks(0, 1, 4).map((value) => (
            <g key={value}>
              <line class="grid" x1={x(value)} x2={x(value)} y1={HEAD} y2={bottom} />
              <text x={x(value)} y={bottom + 15} text-anchor="middle">
                {Math.round(100 * value)}
              </text>
            </g>
          ))}
          {chance !== undefined && <line class="level" x1={x(chance)} x2={x(chance)} y1={HEAD} y2={bottom} />}
          {rows.map(({ name, look, answers, knows }, i) => {
            const y = HEAD + (i + 0.5) * ROW;
            const colour = look?.colour ?? 'var(--ink-soft)';
            return (
              <g key={name}>
                <text class="name" x={left - 8} y={y + 4} text-anchor="end">
                  {name}
                </text>
                <line class="lead" x1={x(answers)} x2={x(knows)} y1={y} y2={y} stroke={colour} />
                <circle class="ring" cx={x(knows)} cy={y} r={5} stroke={colour} />
                <circle cx={x(answers)} cy={y} r={3} fill={colour} />
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}
