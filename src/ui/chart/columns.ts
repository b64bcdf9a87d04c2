/**
 * The run's metrics as growing typed-array columns: one entry a logged step, appended in the batches the worker sends.
 * Capacity doubles, so a run of n points costs O(n) copies in all and no object per point.
 */
import type { MetricColumns } from '../../protocol.ts';

const FIRST_CAPACITY = 1024;

export class History {
  length = 0;
  step = new Float64Array(FIRST_CAPACITY);
  tokens = new Float64Array(FIRST_CAPACITY);
  loss = new Float64Array(FIRST_CAPACITY);
  lr = new Float64Array(FIRST_CAPACITY);
  gradNorm = new Float64Array(FIRST_CAPACITY);
  tokensPerSecond = new Float64Array(FIRST_CAPACITY);
  /** 0 base, 1 general, 2 qa. */
  phase = new Uint8Array(FIRST_CAPACITY);

  append(batch: MetricColumns): void {
    const length = this.length + batch.step.length;
    if (length > this.step.length) this.#grow(Math.max(length, 2 * this.step.length));
    this.step.set(batch.step, this.length);
    this.tokens.set(batch.tokens, this.length);
    this.loss.set(batch.loss, this.length);
    this.lr.set(batch.lr, this.length);
    this.gradNorm.set(batch.gradNorm, this.length);
    this.tokensPerSecond.set(batch.tokensPerSecond, this.length);
    this.phase.set(batch.phase, this.length);
    this.length = length;
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
    const phase = new Uint8Array(capacity);
    phase.set(this.phase);
    this.phase = phase;
  }
}
