/**
 * Half-life of 13.5 thousandths of the run (ln 2 / −ln s): calms the noise of small batches, keeps the step at the
 * switch.
 */
export const DEFAULT_SMOOTHING = 0.95;

/**
 * Exponential moving average weighted by distance on x, de-biased, started anew at every phase: the step in the loss
 * at the blend switch is what the reader came to see, so no average may reach across it.
 *
 *   keep_i  = s^(1000 · Δp_i)        Δp_i = p(x_i) − p(x_(i−1)), p = place in the picture, 0 … 1
 *   mean_i  = keep_i · mean_(i−1) + (1 − keep_i) · y_i
 *   mass_i  = keep_i · mass_(i−1) + (1 − keep_i)
 *   value_i = mean_i / mass_i        the first value of a phase is y itself
 *
 * Measured in thousandths of the picture, curves logged at different intervals look alike, and a stretched part of the
 * run is not blurred more than the rest.
 */
export class Smoother {
  readonly #strength: number;
  readonly #place: (x: number) => number;
  #length = 0;
  #mean = 0;
  #mass = 0;
  values = new Float64Array(1024);

  /** strength s in [0, 1): 0 follows the raw line. place: p, strictly rising. */
  constructor(strength: number, place: (x: number) => number) {
    this.#strength = strength;
    this.#place = place;
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
      // The first value of a phase, or the first good one, has nothing to keep.
      const keep = this.#mass === 0 ? 0 : this.#strength ** (1000 * (this.#place(x[i]) - this.#place(x[i - 1])));
      this.#mean = keep * this.#mean + (1 - keep) * y[i];
      this.#mass = keep * this.#mass + (1 - keep);
      this.values[i] = this.#mean / this.#mass;
    }
    this.#length = length;
  }
}
