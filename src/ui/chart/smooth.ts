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
 *   value_i = mean_i / mass_i
 *
 * The mass, not yet 1 at the start of a phase, is what takes the bias out. The first value of a phase has no distance
 * before it and counts for the one after it: were it to weigh 1, one odd loss would stay in the line for half-lives.
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
  /** Place of the last finite value; NaN before the first of a phase. */
  #last = NaN;
  /** The mean is one value, whose weight is not known yet. */
  #isFirst = false;
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
      if (i === 0 || phase[i] !== phase[i - 1]) this.#last = NaN;
      if (!Number.isFinite(y[i])) {
        this.values[i] = y[i];
        continue;
      }
      const place = this.#place(x[i]);
      if (Number.isNaN(this.#last)) this.#begin(y[i]);
      else this.#add(y[i], this.#strength ** (1000 * (place - this.#last)));
      this.#last = place;
      this.values[i] = this.#mean / this.#mass;
    }
    this.#length = length;
  }

  /** The weight of a phase's first value comes with the second. */
  #begin(y: number): void {
    this.#mean = y;
    this.#mass = 1;
    this.#isFirst = true;
  }

  #add(y: number, keep: number): void {
    const fresh = 1 - keep;
    if (this.#isFirst) {
      this.#mean *= fresh;
      this.#mass = fresh;
      this.#isFirst = false;
    }
    this.#mean = keep * this.#mean + fresh * y;
    this.#mass = keep * this.#mass + fresh;
  }
}
