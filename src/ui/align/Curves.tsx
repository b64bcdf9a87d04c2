/** What a stage measures as it trains: loss; of preferences also log-probabilities, order, implicit rewards and KL. */
import { useSignal } from '@preact/signals';
import { type AlignRow, type AlignStage, alignStages, isPreference } from '../../recipe/alignApi.ts';
import { type Line, LineChart } from '../experiments/LineChart.tsx';
import type { Look } from '../experiments/look.ts';
import { stages, work } from './state.ts';
import { words } from './words.ts';

const CHOSEN: Look = { colour: 'var(--series-1)', dash: '', width: 1.75 };
const REJECTED: Look = { colour: 'var(--ember)', dash: '6 3', width: 1.75 };
const ONE: Look = { colour: 'var(--ink)', dash: '', width: 1.75 };
const HEIGHT = 190;
/** Points of a curve: more than these no picture of this width tells apart, and steps are noisy. */
const POINTS = 60;

type Chart = [title: keyof typeof words.curve, lines: [name: string, column: string, look: Look][], least: number];

const LOSS: Chart = ['loss', [['', 'loss', ONE]], 0.1];
const PREFERENCE: Chart[] = [
  [
    'logProbs',
    [
      [words.chosen, 'chosenGain', CHOSEN],
      [words.rejected, 'rejectedGain', REJECTED],
    ],
    1,
  ],
  ['right', [['', 'right', ONE]], 10],
  [
    'reward',
    [
      [words.chosen, 'rewardChosen', CHOSEN],
      [words.rejected, 'rewardRejected', REJECTED],
    ],
    0.3,
  ],
  ['kl', [['', 'klFromReference', ONE]], 1],
  LOSS,
];

/** Means of neighbouring steps. */
function pointsOf(rows: readonly AlignRow[], column: string, steps: number): [number, number][] {
  const together = Math.max(1, Math.ceil(steps / POINTS));
  const scale = column === 'right' ? 100 : 1;
  const points: [number, number][] = [];
  for (let at = 0; at < rows.length; at += together) {
    const some = rows.slice(at, at + together);
    const mean = some.reduce((sum, row) => sum + (row[column] ?? NaN), 0) / some.length;
    if (Number.isFinite(mean)) points.push([at + some.length, scale * mean]);
  }
  return points;
}

export function Curves() {
  const chosen = useSignal<AlignStage | null>(null);
  const begun = alignStages.filter((stage) => (stages.value[stage]?.rows.length ?? 0) > 0);
  const last = begun.at(-1);
  if (!last) return null;
  const running = work.value?.stage;
  // What runs is shown, unless the reader has chosen another.
  const stage =
    chosen.value && begun.includes(chosen.value) ? chosen.value : (begun.find((one) => one === running) ?? last);
  const { rows, steps } = stages.value[stage]!;
  const charts = isPreference(stage) ? PREFERENCE : [LOSS];
  return (
    <section>
      <h2>{words.curves}</h2>
      <p class="note">{isPreference(stage) ? words.curvesNote : words.lossNote}</p>
      <div class="sheets" role="group" aria-label={words.stage}>
        {begun.map((one) => (
          <button key={one} type="button" aria-pressed={one === stage} onClick={() => (chosen.value = one)}>
            {words.stageName(one)}
          </button>
        ))}
      </div>
      <div class="pair">
        {charts.map(([title, asked, least]) => {
          const lines = asked.map(([name, column, look]): Line => ({
            ...{ name, look, ring: null, live: running === stage },
            points: pointsOf(rows, column, steps),
          }));
          return (
            <LineChart
              key={title}
              title={words.curve[title]}
              summary={lines.map((line) => said(words.curve[title], line)).join(' ')}
              lines={lines}
              to={Math.max(steps, rows.length)}
              xName={words.steps}
              rule={null}
              level={title === 'logProbs' || title === 'reward' ? { y: 0, name: '' } : undefined}
              write={write}
              least={least}
              height={HEIGHT}
            />
          );
        })}
      </div>
    </section>
  );
}

const write = (value: number): string => String(Number(value.toPrecision(3)));

function said(title: string, { name, points }: Line): string {
  const [first, last] = [points[0]?.[1] ?? 0, points.at(-1)?.[1] ?? 0];
  return words.curveSays(title, name, write(first), write(last));
}
