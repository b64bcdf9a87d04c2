/**
 * Where a step stands in the picture. x may be counted in steps, tokens, seconds of training or FLOPs, evenly or by
 * orders of magnitude, whole or zoomed into. The continued run is short beside the base run (3.75 % of it in the
 * paper, a fifth in toy runs), yet it is what the page is about: unless even steps are asked for it takes the wider
 * half, and the axis says so by its numbers.
 */
import type { RunPlan } from '../../recipe/phases.ts';

/** Share of the width for the base run when the continued run is stretched. */
const BASE_SHARE = 0.45;
/** Narrowest window of a zoom: a fiftieth of a thousand-pixel picture would be twenty columns. */
export const NARROWEST = 0.002;

export type Unit = 'step' | 'tokens' | 'seconds' | 'flops';

/** Values of x, in one unit, against shares of the width. */
export interface ValueScale {
  /** Value → share of the width; in [0, 1] for what is shown. */
  position(value: number): number;
  /** Share of the width → value. */
  value(position: number): number;
  /** Stretches of one scale each that are in sight: values from … to. */
  stretches: { from: number; to: number }[];
  log: boolean;
}

export interface StepScale {
  /** Step → share of the width; in [0, 1] for what is shown. */
  position(step: number): number;
  /** Share of the width → step, not rounded. */
  step(position: number): number;
  values: ValueScale;
}

/** One scale from … to. */
export function evenScale(from: number, to: number): ValueScale {
  const extent = to - from || 1;
  return {
    position: (value) => (value - from) / extent,
    value: (position) => from + position * extent,
    stretches: [{ from, to }],
    log: false,
  };
}

/** from … knee on the first BASE_SHARE of the width, knee … to on the rest. */
function bent(from: number, knee: number, to: number): ValueScale {
  return {
    position: (value) =>
      value <= knee
        ? ((value - from) / (knee - from)) * BASE_SHARE
        : BASE_SHARE + ((value - knee) / (to - knee)) * (1 - BASE_SHARE),
    value: (position) =>
      position <= BASE_SHARE
        ? from + (position / BASE_SHARE) * (knee - from)
        : knee + ((position - BASE_SHARE) / (1 - BASE_SHARE)) * (to - knee),
    stretches: [
      { from, to: knee },
      { from: knee, to },
    ],
    log: false,
  };
}

/** log(1 + (value − from)/grain): a grain is one step, so that the first step has a place too. */
function logarithmic(from: number, to: number, grain: number): ValueScale {
  const extent = Math.log1p((to - from) / grain);
  return {
    position: (value) => Math.log1p(Math.max(0, value - from) / grain) / extent,
    value: (position) => from + Math.expm1(position * extent) * grain,
    stretches: [{ from, to }],
    log: true,
  };
}

/** The part [from, to] of the width, as wide as the whole. */
function zoomed(whole: ValueScale, [from, to]: readonly [number, number]): ValueScale {
  const [first, last] = [whole.value(from), whole.value(to)];
  return {
    position: (value) => (whole.position(value) - from) / (to - from),
    value: (position) => whole.value(from + position * (to - from)),
    stretches: whole.stretches
      .map((stretch) => ({ from: Math.max(stretch.from, first), to: Math.min(stretch.to, last) }))
      .filter((stretch) => stretch.to > stretch.from),
    log: whole.log,
  };
}

export interface AxisChoice {
  even: boolean;
  log: boolean;
  /** Window as shares of the whole picture; null: all of it. */
  window: readonly [number, number] | null;
  /** Step ↔ value of x, both strictly rising. Left out: x is the step. */
  unit?: { of(step: number): number; step(value: number): number };
  /** Value that the picture must reach at least: the end of a longer run drawn beside this one. */
  reach?: number;
}

const STEPS = { of: (step: number) => step, step: (value: number) => value };

export function stepScale({ phases, firstStep, endStep }: RunPlan, choice: boolean | AxisChoice): StepScale {
  const {
    even: isEven,
    log,
    window,
    unit = STEPS,
    reach = -Infinity,
  }: AxisChoice = typeof choice === 'boolean' ? { even: choice, log: false, window: null } : choice;
  const [{ name, steps: base }] = phases as [RunPlan['phases'][number]];
  const from = unit.of(firstStep);
  const to = Math.max(unit.of(endStep), reach);
  const knee = unit.of(firstStep + base);
  const isBent = !isEven && name === 'base' && base < endStep - firstStep && (knee - from) / (to - from) > BASE_SHARE;
  const grain = (unit.of(endStep) - from) / (endStep - firstStep);
  const whole = log ? logarithmic(from, to, grain) : isBent ? bent(from, knee, to) : evenScale(from, to);
  const values = window ? zoomed(whole, window) : whole;
  return {
    position: (step) => values.position(unit.of(step)),
    step: (position) => unit.step(values.value(position)),
    values,
  };
}

/** A window of the picture after zooming by `factor` (below 1: in) about `centre`, all shares of the whole; null: all of it. */
export function zoomBy(
  window: readonly [number, number] | null,
  factor: number,
  centre: number,
): readonly [number, number] | null {
  const [from, to] = window ?? [0, 1];
  const width = Math.max(NARROWEST, (to - from) * factor);
  if (width >= 1) return null;
  const start = Math.min(1 - width, Math.max(0, centre - ((centre - from) / (to - from)) * width));
  return [start, start + width];
}

/**
 * Round values to put numbers at, about `pixelsApart` apart on every stretch: multiples of 1, 2 or 5 times a power of
 * ten; on a logarithmic axis such numbers themselves.
 */
export function valueTicks(scale: ValueScale, pixels: number, pixelsApart: number, whole: boolean): number[] {
  const ticks: number[] = [];
  const place = (tick: number, room: number) => {
    const last = ticks.at(-1);
    if (last === undefined || (scale.position(tick) - scale.position(last)) * pixels >= room) ticks.push(tick);
  };
  for (const { from, to } of scale.stretches) {
    if (scale.log) {
      if (from <= 0) place(0, pixelsApart);
      const lowest = whole ? 0 : -12;
      for (let power = lowest; 10 ** power <= to; power++)
        for (const factor of [1, 2, 5]) {
          const tick = factor * 10 ** power;
          if (tick >= from && tick <= to && scale.position(tick) >= 0) place(tick, pixelsApart);
        }
      continue;
    }
    const width = (scale.position(to) - scale.position(from)) * pixels;
    const wanted = Math.max(1, Math.floor(width / pixelsApart));
    const unit = niceAtLeast(Math.max(whole ? 1 : 0, (to - from) / wanted));
    for (let n = Math.ceil(from / unit - 1e-9); n * unit <= to; n++)
      place(Number((n * unit).toPrecision(12)), pixelsApart * 0.6);
  }
  return ticks;
}

function niceAtLeast(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  for (const factor of [1, 2, 5, 10]) if (factor * power >= value) return factor * power;
  return 10 * power;
}
