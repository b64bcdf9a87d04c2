/** How far the gaps of held-out pairs have grown beyond what the rewards ask for: a histogram a stage, all on one axis. */
import { useSignal } from '@preact/signals';
import { alignStages, type ShownGap, usualAlignSettings } from '../../recipe/alignApi.ts';
import { recordedGaps } from './recorded.ts';
import { stages } from './state.ts';
import { words } from './words.ts';

/** Bins of one nat; what lies beyond is in the outermost. */
const [LOW, HIGH] = [-14, 14];
/** Units of the picture, of one histogram. */
const [WIDTH, HEIGHT] = [600, 90];
/** Rewards that lie nearer are a near tie. */
const NEAR = 1;

interface Series {
  name: string;
  gaps: readonly ShownGap[];
  /** η / β: what a reward's gap is multiplied with. */
  scale: number;
}

export function Gaps() {
  const near = useSignal(true);
  const here = alignStages.flatMap((stage): Series[] => {
    const { gaps, settings } = stages.value[stage] ?? {};
    if (!gaps) return [];
    return [{ name: words.stageName(stage), gaps, scale: settings!.eta / settings!.beta }];
  });
  const { beta, eta } = usualAlignSettings;
  const recorded = recordedGaps.value;
  const all = here.length > 0 ? here : recorded.arms.map((one) => ({ ...one, scale: eta / beta }));
  if (all.length === 0) return null;
  return (
    <section>
      <h2>{words.gaps}</h2>
      <p class="note">
        {words.gapsNote} {here.length > 0 ? words.gapsHere : words.gapsRecorded(recorded.seeds)}
      </p>
      <label class="seed-choice">
        {words.gapsOf}
        <select
          value={near.value ? 'near' : 'far'}
          onChange={(event) => (near.value = event.currentTarget.value === 'near')}
        >
          <option value="near">{words.gapsNear}</option>
          <option value="far">{words.gapsFar}</option>
        </select>
      </label>
      <div class="gap-histograms">
        {all.map(({ name, gaps, scale }) => (
          <Histogram
            key={name}
            name={name}
            beyond={gaps
              .filter(([, wanted]) => wanted < NEAR * scale === near.value)
              .map(([gap, wanted]) => gap - wanted)}
          />
        ))}
        <p class="gap-axis note" aria-hidden="true">
          <span>{String(LOW).replace('-', '−')}</span>
          <span>{words.gapsAxis}</span>
          <span>{HIGH}</span>
        </p>
      </div>
    </section>
  );
}

function Histogram({ name, beyond }: { name: string; beyond: readonly number[] }) {
  const bins = new Array<number>(HIGH - LOW).fill(0);
  for (const value of beyond) bins[Math.min(bins.length - 1, Math.max(0, Math.floor(value) - LOW))]!++;
  const most = Math.max(1, ...bins);
  const width = WIDTH / bins.length;
  const mean = beyond.reduce((sum, one) => sum + one, 0) / Math.max(beyond.length, 1);
  const said = words.gapsSay(name, beyond.filter((one) => one > 0).length, beyond.length, mean);
  const told = bins.flatMap((count, i) => (count === 0 ? [] : [words.gapsBin(LOW + i, LOW + i + 1, count)]));
  return (
    <div>
      <h3>{said}</h3>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${said} ${told.join('; ')}.`}
      >
        {bins.map((count, i) => (
          <rect
            key={i}
            class={LOW + i >= 0 ? 'beyond' : 'within'}
            x={i * width}
            width={width - 1}
            y={HEIGHT - (HEIGHT * count) / most}
            height={(HEIGHT * count) / most}
          />
        ))}
        <line x1={-LOW * width} x2={-LOW * width} y1="0" y2={HEIGHT} />
      </svg>
    </div>
  );
}
