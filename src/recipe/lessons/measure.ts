/**
 * What a lesson compares: a run reduced to a small record, and quantities of it by name, as `recipe.facts.end`. A quantity of a run
 * that was made with several seeds is their mean; `.low` and `.high` are the least and the greatest of them.
 */
import { mean } from '../statistics.ts';

/** Kinds of machine of which ranges are told apart: rounding differs between them, and speed. */
export const DEVICE_CLASSES = ['gpu', 'software', 'processor', 'recorded'] as const;
export type DeviceClass = (typeof DEVICE_CLASSES)[number];

/** A run as a lesson keeps it. Steps are counted over base and continued run together. */
export interface LessonRun {
  /** Its name in the lesson. */
  run: string;
  seed: number;
  device: DeviceClass;
  seconds: number;
  firstStep: number;
  endStep: number;
  switchStep: number | null;
  /** Trained on from `firstStep` to the end. */
  tokens: number;
  /** Means of neighbouring logged steps, at most CURVE_POINTS of them, each with its last step. */
  curve: { step: number[]; loss: number[] };
  /** Nats a token by source. */
  heldOut: { step: number; loss: Record<string, number> }[];
  /** Shares of right answers by suite. */
  accuracy: { step: number; share: Record<string, number> }[];
}

/** Enough for a line a hand wide. */
export const CURVE_POINTS = 48;

/** Means of neighbours: at most CURVE_POINTS points, each with the last step of those it is the mean of. */
export function curveOf(step: ArrayLike<number>, loss: ArrayLike<number>, length: number): LessonRun['curve'] {
  const curve: LessonRun['curve'] = { step: [], loss: [] };
  const points = Math.min(CURVE_POINTS, length);
  for (let i = 0; i < points; i++) {
    const [from, to] = [Math.floor((i * length) / points), Math.floor(((i + 1) * length) / points)];
    let sum = 0;
    for (let j = from; j < to; j++) sum += loss[j]!;
    curve.step.push(step[to - 1]!);
    curve.loss.push(Number((sum / (to - from)).toPrecision(5)));
  }
  return curve;
}

export type Unit = 'percent' | 'points' | 'nats' | 'steps';
/** A share is in percent, a difference of shares in points. */
export interface Quantity {
  value: number;
  unit: Unit;
  /** Written with its sign, above zero too: a change, or a difference of two. */
  isSigned: boolean;
}

const NAME = /^([a-z][\w-]*)\.(?:(switchStep|switchShare|steps)|([\w-]+)\.(start|end|change)(?:\.(low|high|spread))?)$/;

/** Whether a text is an expression: a quantity, or the difference of two. */
export const isExpression = (text: string): boolean =>
  text.split(' - ').length <= 2 && text.split(' - ').every((one) => NAME.test(one));
/** The runs that an expression names. */
export const runsOf = (text: string): string[] => text.split(' - ').map((one) => one.split('.')[0]!);

/** A quantity of one run; null: it was not measured. */
function ofRun(run: LessonRun, series: string, at: string): Quantity | null {
  const accuracies = run.accuracy.flatMap(({ share }) => (share[series] === undefined ? [] : [100 * share[series]]));
  const losses =
    series === 'loss'
      ? run.curve.loss
      : run.heldOut.flatMap(({ loss }) => (loss[series] === undefined ? [] : [loss[series]]));
  const [values, unit] = accuracies.length > 0 ? ([accuracies, 'percent'] as const) : ([losses, 'nats'] as const);
  const [start, end] = [values[0], values.at(-1)];
  if (start === undefined || end === undefined) return null;
  if (at === 'change') return { value: end - start, unit: unit === 'percent' ? 'points' : unit, isSigned: true };
  return { value: at === 'start' ? start : end, unit, isSigned: false };
}

function single(name: string, runs: readonly LessonRun[]): Quantity | null {
  const match = NAME.exec(name);
  if (!match) throw new RangeError(`${name} names no quantity of a run: write run.series.start, .end or .change.`);
  const [, run, whole, series, at, extreme] = match;
  const found = runs.filter((one) => one.run === run);
  if (found.length === 0) return null;
  if (whole !== undefined) {
    const { firstStep, endStep, switchStep } = found[0]!;
    if (whole === 'steps') return { value: endStep - firstStep, unit: 'steps', isSigned: false };
    if (switchStep === null) return null;
    return whole === 'switchStep'
      ? { value: switchStep - firstStep, unit: 'steps', isSigned: false }
      : { value: (100 * (switchStep - firstStep)) / (endStep - firstStep), unit: 'percent', isSigned: false };
  }
  const all = found.map((one) => ofRun(one, series!, at!));
  if (all.some((one) => one === null)) return null;
  const values = all.map((one) => one!.value);
  const { unit, isSigned } = all[0]!;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (extreme === 'spread') return { value: high - low, unit: unit === 'percent' ? 'points' : unit, isSigned: false };
  return { value: extreme === 'low' ? low : extreme === 'high' ? high : mean(values), unit, isSigned };
}

/** An expression's value over these runs; null where a part of it was not measured. */
export function evaluate(expression: string, runs: readonly LessonRun[]): Quantity | null {
  const [first, second] = expression.split(' - ').map((name) => single(name, runs));
  if (!first || second === null) return null;
  if (second === undefined) return first;
  const unit = first.unit === 'percent' ? 'points' : first.unit;
  return { value: first.value - second.value, unit, isSigned: true };
}
