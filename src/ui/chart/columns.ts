/**
 * The run's metrics as growing typed-array columns: one entry a logged step, appended in the batches the worker sends.
 * Capacity doubles, so a run of n points costs O(n) copies in all and no object per point.
 */
import type { MetricColumns } from '../../protocol.ts';
import { lowerBound } from './downsample.ts';

const FIRST_CAPACITY = 1024;

export class History {
  length = 0;
  step = new Float64Array(FIRST_CAPACITY);
  tokens = new Float64Array(FIRST_CAPACITY);
  loss = new Float64Array(FIRST_CAPACITY);
  lr = new Float64Array(FIRST_CAPACITY);
  gradNorm = new Float64Array(FIRST_CAPACITY);
  tokensPerSecond = new Float64Array(FIRST_CAPACITY);
  /** Of training since the first logged step, from the logged speeds: pauses and measuring do not count. */
  seconds = new Float64Array(FIRST_CAPACITY);
  /** 0 base, 1 general, 2 qa. */
  phase = new Uint8Array(FIRST_CAPACITY);

  append(batch: MetricColumns & { seconds?: Float64Array }): void {
    const length = this.length + batch.step.length;
    if (length > this.step.length) this.#grow(Math.max(length, 2 * this.step.length));
    this.step.set(batch.step, this.length);
    this.tokens.set(batch.tokens, this.length);
    this.loss.set(batch.loss, this.length);
    this.lr.set(batch.lr, this.length);
    this.gradNorm.set(batch.gradNorm, this.length);
    this.tokensPerSecond.set(batch.tokensPerSecond, this.length);
    this.phase.set(batch.phase, this.length);
    if (batch.seconds) this.seconds.set(batch.seconds, this.length);
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
    const column = (values: Float64Array) => Float64Array.from(places, (i) => values[i]);
    return {
      step: column(this.step),
      tokens: column(this.tokens),
      loss: column(this.loss),
      lr: column(this.lr),
      gradNorm: column(this.gradNorm),
      tokensPerSecond: column(this.tokensPerSecond),
      seconds: column(this.seconds),
      phase: Uint8Array.from(places, (i) => this.phase[i]),
    };
  }

  /** Forgets the steps from `step` on: they are taken again. */
  goBackTo(step: number): void {
    this.length = lowerBound(this.step, this.length, step);
  }

  clear(): void {
    this.length = 0;
  }

  #grow(capacity: number): void {
    const widen = (old: Float64Array) => {
      const wider = new Float64Array(capacity);
      wider.set(old);
      return wider;
    };
    this.step = widen(this.step);
    this.tokens = widen(this.tokens);
    this.loss = widen(this.loss);
    this.lr = widen(this.lr);
    this.gradNorm = widen(this.gradNorm);
    this.tokensPerSecond = widen(this.tokensPerSecond);
    this.seconds = widen(this.seconds);
    const phase = new Uint8Array(capacity);
    phase.set(this.phase);
    this.phase = phase;
  }
}
