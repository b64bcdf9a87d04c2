/** What is drawn of a run, wherever it is drawn: the points worth a line, the extent of the loss, the numbers beside it. */
import type { RunPlan } from '../../recipe/phases.ts';
import { quantile } from '../run/progress.ts';
import * as format from '../format.ts';
import type { History } from './columns.ts';
import { visiblePoints } from './downsample.ts';
import { evenScale, valueTicks, type StepScale, type Unit, type ValueScale } from './scale.ts';
import type { Smoother } from './smooth.ts';

/** Rates below this share of the peak are drawn at the strip's floor: a log scale has no zero. */
export const RATE_FLOOR = 1e-4;
/** Points along the planned rate: one for every second pixel of a wide screen. */
const PLAN_POINTS = 500;
/**
 * The loss axis leaves out the first tenth of the run, the fall from ln V, once the run is twice as far; not along a
 * logarithmic axis, which gives that tenth most of its width.
 */
const FALL_SHARE = 0.1;
/** Share of the raw losses that may lie beyond either end of the axis: single spikes, still drawn up to the edge. */
const OUTLIERS = 0.02;

/** Another run, or the mean of a group, drawn behind the page's own. */
export interface OtherLine {
  id: string;
  name: string;
  /** In the axis's unit, ascending. */
  x: Float64Array;
  y: Float64Array;
  /** The line is broken where it changes. */
  phase: Uint8Array;
  length: number;
  /** Index of the look; see runLook in palette.ts. */
  place: number;
  /** Extent of a group around its mean, one entry a point. */
  band: { low: Float64Array; high: Float64Array } | null;
}

/** A source's held-out losses along the run. */
export interface HeldOutLine {
  name: string;
  /** Index of the source's look; see lookOf in palette.ts. */
  place: number;
  step: readonly number[];
  loss: readonly number[];
}

export interface PlotsInput {
  plan: RunPlan;
  /** Highest learning rate of the run. */
  peak: number;
  /** x of the plots is the share of the width that this scale gives a step. */
  scale: StepScale;
  history: History;
  smoother: Smoother;
  /**
   * Whether the loss axis takes in every value: the first losses and single spikes, beside which the rest is nearly
   * flat.
   */
  wholeRange: boolean;
  logLoss: boolean;
  unit: Unit;
  others: readonly OtherLine[];
  heldOut: readonly HeldOutLine[];
  /** Lines of the page's run that the legend has put away. */
  hidden: ReadonlySet<'average' | 'raw'>;
  /** ln V, nats: what guessing among all tokens costs, and so about where the first loss will be. */
  guess: number;
}

/** Logged points worth drawing of one column, in a picture this many pixels wide. */
export function pickedSteps({ scale, history }: PlotsInput, column: Float64Array, width: number): number[] {
  const pixels = Math.max(1, width);
  const edgeOf = (at: number) => scale.step((at + 1) / pixels);
  return visiblePoints(history.step, column, history.length, scale.step(0), scale.step(1), pixels, edgeOf);
}

/** The latest pick of a line: lines of runs that are over stay as they are from one drawing to the next. */
const picks = new WeakMap<OtherLine, { scale: StepScale['values']; pixels: number; picked: number[] }>();

/** Points worth drawing of another run. */
export function pickedOther({ scale: { values } }: PlotsInput, other: OtherLine, width: number): readonly number[] {
  const pixels = Math.max(1, width);
  const known = picks.get(other);
  if (known?.scale === values && known.pixels === pixels) return known.picked;
  const { x, y, length } = other;
  const edgeOf = (at: number) => values.value((at + 1) / pixels);
  const picked = visiblePoints(x, y, length, values.value(0), values.value(1), pixels, edgeOf);
  picks.set(other, { scale: values, pixels, picked });
  return picked;
}

/**
 * Extent of what is drawn: averages, nearly all raw losses, other runs, held-out losses; with a twentieth of air and not
 * forced down to zero, which would hide late progress. The page's own run is always inside. Before any loss: from a
 * certain guess to a blind one.
 */
export function lossRange(input: PlotsInput, width: number): [number, number] {
  const { plan, history, smoother, wholeRange, scale, others, heldOut, logLoss, guess } = input;
  const { firstStep, endStep } = plan;
  const fall = FALL_SHARE * (endStep - firstStep);
  const isWhole = scale.position(firstStep) === 0;
  // By how far the page's own run is, once there is one: others must not push its beginning out of sight.
  const reached = history.length > 0 ? history.step[history.length - 1] : others.length > 0 ? endStep : firstStep;
  const pastFall = isWhole && !scale.values.log && reached - firstStep > 2 * fall;
  const from = wholeRange || !pastFall ? firstStep : firstStep + fall;
  const drawn = pickedSteps(input, history.loss, width).filter((i) => history.step[i] >= from);
  // Other runs' lines are whole in sight wherever this run's would be.
  const [left, right] = [scale.values.value(Math.max(0, scale.position(from))), scale.values.value(1)];
  const beside = others.flatMap((other) =>
    pickedOther(input, other, width)
      .filter((i) => other.x[i] >= left && other.x[i] <= right)
      .flatMap((i) => (other.band ? [other.band.low[i], other.band.high[i]] : [other.y[i]])),
  );
  const raw = drawn
    .map((i) => history.loss[i])
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const measured = heldOut.flatMap(({ step, loss }) => loss.filter((_, i) => step[i]! >= from));
  const average = [...drawn.map((i) => smoother.values[i]), ...beside, ...measured].filter(Number.isFinite);
  if (raw.length === 0 && average.length === 0) return [logLoss ? 1 : 0, guess * 1.05];
  const beyond = wholeRange ? 0 : OUTLIERS;
  const extremes = raw.length > 0 ? [quantile(raw, beyond), quantile(raw, 1 - beyond)] : [];
  const [low, high] = extentOf(average, extremes);
  const air = Math.max((high - low) * 0.05, 0.01);
  return [Math.max(logLoss ? low / 2 : 0, low - air), high + air];
}

/** The planned learning rate as [step, η], ascending: points all along what is shown, and both sides of every phase's beginning. */
export function plannedRates({ plan, scale }: PlotsInput): [number, number][] {
  const at = new Set<number>();
  const inside = (step: number) => Math.max(plan.firstStep, Math.min(plan.endStep - 1, step));
  for (let point = 0; point <= PLAN_POINTS; point++) at.add(inside(Math.round(scale.step(point / PLAN_POINTS))));
  for (const { firstStep } of plan.phases) at.add(inside(firstStep - 1)).add(firstStep);
  return [...at].sort((a, b) => a - b).map((step) => [step, plan.at(step).lr]);
}

/** Lowest and highest of two lists; not spread into Math.min, whose arguments a long run would overflow. */
function extentOf(...lists: readonly (readonly number[])[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists)
    for (const value of list) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  return [low, high];
}

/** Numbers beside a logarithmic loss axis: its extent is rarely a decade, so round values stand closer than powers. */
export function levels(low: number, high: number): number[] {
  return valueTicks(evenScale(low, high), 100, 20, false);
}

/** Where the scale changes along what is shown, as shares of the width. */
export const breaksOf = ({ stretches, position }: ValueScale): number[] =>
  stretches.slice(1).map(({ from }) => position(from));

/** Whether a number centred at this share of the plotting area, so many pixels wide, stays between the picture's edges. */
export function fitsAxis(share: number, width: number, area: number, left: number, right: number): boolean {
  return share * area - width / 2 >= -left && share * area + width / 2 <= area + right;
}

export function tickText(value: number, unit: Unit): string {
  if (unit === 'step') return format.integer(value);
  if (unit === 'seconds') return value < 60 && value % 1 !== 0 ? `${value} s` : format.duration(value);
  return format.short(value);
}
