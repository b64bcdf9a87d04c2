/**
 * The continued run's learning rate over its steps, and the switch on it: a rule down from the level at which it
 * falls. A pointer draws it along; the slider below does the same by keys, so nothing here needs the focus.
 */
import type { ContinuedConfig } from '../../config/run.ts';
import { rate } from '../../optim/schedule.ts';
import { blendSwitch } from '../../recipe/phases.ts';
import { recipeWords } from '../words/recipe.ts';

const WIDTH = 280;
const HEIGHT = 84;
const POINTS = 70;

interface Props {
  continued: ContinuedConfig;
  /** The pointer is at this step; null: the switch is fixed. */
  onDraw: ((step: number) => void) | null;
}

export function RatePreview({ continued, onDraw }: Props) {
  const { schedule, steps } = continued;
  const at = blendSwitch(continued);
  const top = Math.max(schedule.peak, schedule.warmupStart);
  const x = (step: number) => ((step / Math.max(1, steps - 1)) * WIDTH).toFixed(1);
  const y = (value: number) => ((1 - value / top) * HEIGHT).toFixed(1);
  const last = Math.min(POINTS, steps - 1);
  const line = Array.from({ length: last + 1 }, (_, i) => {
    const step = Math.round((i / Math.max(1, last)) * (steps - 1));
    return `${x(step)},${y(rate(schedule, step, steps))}`;
  }).join(' ');
  const level = at === null ? null : y(rate(schedule, at, steps));
  const drawTo = ({ currentTarget, clientX }: PointerEvent & { currentTarget: SVGSVGElement }) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    onDraw?.(Math.round(Math.min(1, Math.max(0, (clientX - left) / width)) * (steps - 1)));
  };
  return (
    <svg
      class={onDraw ? 'rate-preview drawn' : 'rate-preview'}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        drawTo(event);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && drawTo(event)}
      role="img"
      aria-label={recipeWords.setup.preview(at === null ? null : at / steps)}
      viewBox={`0 -4 ${WIDTH} ${HEIGHT + 6}`}
    >
      {at !== null && <rect class="after" x={x(at)} y={0} width={WIDTH - Number(x(at))} height={HEIGHT} />}
      <line class="ground" x1={0} x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
      {at !== null && level !== null && (
        <>
          <line class="level" x1={0} x2={x(at)} y1={level} y2={level} />
          <line class="switch" x1={x(at)} x2={x(at)} y1={0} y2={HEIGHT} />
        </>
      )}
      <polyline points={line} />
      {at !== null && level !== null && <circle cx={x(at)} cy={level} r={4} />}
    </svg>
  );
}
