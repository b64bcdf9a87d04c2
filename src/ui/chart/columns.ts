/**
 * The run's metrics as growing typed-array columns: one entry a logged step, appended in the batches the worker sends.
 * Capacity doubles, so a run of n points costs O(n) copies in all and no object per point.
 */
import { type MetricColumns, measurementNames, wholeColumns } from '../../recipe/measurements.ts';
import { lowerBound } from './downsample.ts';

const FIRST_CAPACITY = 1024;

/** The declared columns as fields: assigned by name, for the list says which there are. */
const Declared = Object as unknown as new () => Omit<MetricColumns, 'own'>;

export class History extends Declared {
  length = 0;
  /** Of training since the first logged step, from the logged speeds: pauses and measuring do not count. */
  seconds = new Float64Array(FIRST_CAPACITY);
  /** What the run's objective measures, by name; NaN where a step has none of it. */
  own: Record<string, Float64Array> = {};

  constructor() {
    super();
    const none = wholeColumns({ step: new Float64Array(FIRST_CAPACITY) });
    for (const name of measurementNames) this.#set(name, none[name]);
  }

  #set(name: (typeof measurementNames)[number], column: Float64Array | Uint8Array): void {
    (this as unknown as Record<string, unknown>)[name] = column;
  }

  append(given: Partial<MetricColumns> & Pick<MetricColumns, 'step'> & { seconds?: Float64Array }): void {
    const batch = wholeColumns(given);
    const length = this.length + batch.step.length;
    if (length > this.step.length) this.#grow(Math.max(length, 2 * this.step.length));
    for (const name of measurementNames) this[name].set(batch[name], this.length);
    for (const [name, column] of Object.entries(batch.own ?? {})) {
      this.own[name] ??= new Float64Array(this.step.length).fill(Number.NaN);
      this.own[name].set(column, this.length);
    }
    if (given.seconds) this.seconds.set(given.seconds, this.length);
    else for (let i = this.length; i < length; i++) this.seconds[i] = this.#secondsUpTo(i);
    this.length = length;
  }

  #secondsUpTo(i: number): number {
    if (i === 0) return 0;
    const speed = this.tokensPerSecond[i];
    const taken = speed > 0 ? (this.tokens[i] - this.tokens[i - 1]) / speed : 0;
    return this.seconds[i - 1] + (Number.isFinite(taken) ? taken : 0);
  }

  /** The entries at these places, copied. */
  pick(places: readonly number[]): MetricColumns & { seconds: Float64Array } {
    const column = (values: ArrayLike<number>) => Float64Array.from(places, (i) => values[i]!);
    const own = Object.entries(this.own).map(([name, values]) => [name, column(values)]);
    const picked = Object.fromEntries(measurementNames.map((name) => [name, column(this[name])]));
    return {
      ...wholeColumns({ step: column(this.step), ...picked, ...(own.length > 0 && { own: Object.fromEntries(own) }) }),
      seconds: column(this.seconds),
    };
  }

  /** Forgets the steps from `step` on: they are taken again. */
  goBackTo(step: number): void {
    this.length = lowerBound(this.step, this.length, step);
  }

  clear(): void {
    this.length = 0;
    this.own = {};
  }

  #grow(capacity: number): void {
    const widen = <C extends Float64Array | Uint8Array>(old: C, filled = 0): C => {
      const wider = new (old.constructor as new (n: number) => C)(capacity).fill(filled) as C;
      wider.set(old);
      return wider;
    };
    for (const name of measurementNames) this.#set(name, widen(this[name]));
    this.seconds = widen(this.seconds);
    for (const [name, column] of Object.entries(this.own)) this.own[name] = widen(column, Number.NaN);
  }
}
