/**
 * Exponential moving average weighted by distance on x, de-biased, started anew at every phase: the step in the loss
 * at the blend switch is what the reader came to see, so no average may reach across it.
 *
 *   keep_i  = s^(Δx_i · 1000 / range)            Δx_i = x_i − x_(i−1), range = the run's length in the same unit
 *   mean_i  = keep_i · mean_(i−1) + (1 − keep_i) · y_i
 *   mass_i  = keep_i · mass_(i−1) + (1 − keep_i)
 *   value_i = mean_i / mass_i                     the first value of a phase is y itself
 *
 * Scaling Δx to a thousandth of the run makes curves logged at different intervals look alike.
 */
export class Smoother {
  readonly #strength: number;
  readonly #perUnit: number;
  #length = 0;
  #mean = 0;
  #mass = 0;
  values = new Float64Array(1024);

  /** strength s in [0, 1): 0 follows the raw line. range: length of the run on x, > 0. */
  constructor(strength: number, range: number) {
    this.#strength = strength;
    this.#perUnit = 1000 / range;
  }

  get length(): number {
    return this.#length;
  }

  /**
   * Brings `values` up to `length` entries; only the new ones are computed. Non-finite y is passed through and left
   * out of the mean.
   */
  extend(x: ArrayLike<number>, y: ArrayLike<number>, phase: ArrayLike<number>, length: number): void {
    if (length > this.values.length) {
      const wider = new Float64Array(Math.max(length, 2 * this.values.length));
      wider.set(this.values);
      this.values = wider;
    }
    for (let i = this.#length; i < length; i++) {
      const first = i === 0 || phase[i] !== phase[i - 1];
      if (first) this.#mean = this.#mass = 0;
      if (!Number.isFinite(y[i])) {
        this.values[i] = y[i];
        continue;
      }
      // A first point has no Δx; one whole unit gives it a positive mass for any strength.
      const distance = first ? 1 : Math.max(0, x[i] - x[i - 1]);
      const keep = this.#mass === 0 ? 0 : this.#strength ** (distance * this.#perUnit);
      this.#mean = keep * this.#mean + (1 - keep) * y[i];
      this.#mass = keep * this.#mass + (1 - keep);
      this.values[i] = this.#mean / this.#mass;
    }
    this.#length = length;
  }
}
