/** Knowing a fact and being able to answer for it, side by side on a scale from 0 to 100 %. */
import type { Experiment } from '../../recipe/experiments.ts';
import { mean } from '../../recipe/statistics.ts';
import type { Look } from './look.ts';
import { BASE, type Results, valuesOf } from './results.ts';
import { RowsChart } from './RowsChart.tsx';
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

function Gauge({ title, chance, rows }: { title: string; chance: number | undefined; rows: readonly Row[] }) {
  return (
    <RowsChart
      {...{ title, rows, row: 24, from: 0, to: 1, margin: 12, level: chance }}
      tickCount={() => 4}
      tick={(value) => String(Math.round(100 * value))}
      lineClass={() => 'grid'}
      told={({ name, knows, answers }) => words.gauges.row(name, knows, answers)}
      draw={({ look, answers, knows }, y, { x }) => {
        const colour = look?.colour ?? 'var(--ink-soft)';
        return (
          <>
            <line class="lead" x1={x(answers)} x2={x(knows)} y1={y} y2={y} stroke={colour} />
            <circle class="ring" cx={x(knows)} cy={y} r={5} stroke={colour} />
            <circle cx={x(answers)} cy={y} r={3} fill={colour} />
          </>
        );
      }}
    />
  );
}
