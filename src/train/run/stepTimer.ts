/** How long a step takes, from when the measurements of steps arrive. */

/**
 * Milliseconds that are divided by the steps read in them. Answers of the GPU come in bunches: two of them 0.1 ms apart tell
 * nothing of the steps they are of, and a page would show a hundred times the speed.
 */
export const leastMillis = 40;

export class StepTimer {
  /** Milliseconds a step, as last measured; null: not yet. */
  perStep: number | null = null;
  #millis = 0;
  #steps = 0;

  /** `steps` were read `millis` after those before them; null: nobody knows how long after, the machine slept. */
  add(steps: number, millis: number | null): void {
    if (millis === null) {
      this.#millis = this.#steps = 0;
      return;
    }
    this.#millis += millis;
    this.#steps += steps;
    if (this.#millis < leastMillis) return;
    this.perStep = this.#millis / this.#steps;
    this.#millis = this.#steps = 0;
  }
}
