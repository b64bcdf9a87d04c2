/**
 * Where a step stands in the picture. The continued run is short beside the base run (3.75 % of it in the paper, a
 * fifth in toy runs), yet it is what the page is about: unless even steps are asked for it takes the wider half, and
 * the axis says so by its numbers.
 */
import type { RunPlan } from '../../recipe/phases.ts';

/** Share of the width for the base run when the continued run is stretched. */
const BASE_SHARE = 0.45;

export interface StepScale {
  /** Step → share of the width in [0, 1]. */
  position(step: number): number;
  /** Share of the width → step, not rounded. */
  step(position: number): number;
  /** Stretches of one scale each: steps from … to. */
  stretches: { from: number; to: number }[];
}

export function stepScale({ phases, firstStep, endStep }: RunPlan, even: boolean): StepScale {
  const [{ name, steps: base }] = phases as [RunPlan['phases'][number]];
  const steps = endStep - firstStep;
  if (even || name !== 'base' || steps === base || base / steps <= BASE_SHARE) {
    return {
      position: (step) => (step - firstStep) / steps,
      step: (position) => firstStep + position * steps,
      stretches: [{ from: firstStep, to: endStep }],
    };
  }
  const rest = endStep - base;
  return {
    position: (step) =>
      step <= base ? (step / base) * BASE_SHARE : BASE_SHARE + ((step - base) / rest) * (1 - BASE_SHARE),
    step: (position) =>
      position <= BASE_SHARE
        ? (position / BASE_SHARE) * base
        : base + ((position - BASE_SHARE) / (1 - BASE_SHARE)) * rest,
    stretches: [
      { from: 0, to: base },
      { from: base, to: endStep },
    ],
  };
}

/**
 * Round steps to put numbers at, about `pixelsApart` apart on every stretch: multiples of 1, 2 or 5 times a power of
 * ten.
 */
export function stepTicks(scale: StepScale, pixels: number, pixelsApart: number): number[] {
  const ticks: number[] = [];
  for (const { from, to } of scale.stretches) {
    const width = (scale.position(to) - scale.position(from)) * pixels;
    const wanted = Math.max(1, Math.floor(width / pixelsApart));
    const unit = niceAtLeast(Math.max(1, (to - from) / wanted));
    for (let tick = Math.ceil(from / unit) * unit; tick <= to; tick += unit) {
      const last = ticks.at(-1);
      const apart = last === undefined ? Infinity : (scale.position(tick) - scale.position(last)) * pixels;
      if (apart >= pixelsApart * 0.6) ticks.push(tick);
    }
  }
  return ticks;
}

function niceAtLeast(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  for (const factor of [1, 2, 5, 10]) if (factor * power >= value) return factor * power;
  return 10 * power;
}
