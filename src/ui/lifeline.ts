/**
 * Whether the worker is still there. A worker that was ended, or hangs in a loop, says nothing: its calls just never settle. So it is
 * asked for a sign of life while any call is under way, and given up when none comes.
 */

/** Seconds between signs. */
const EVERY = 5;

export class Lifeline {
  readonly #beat: () => Promise<unknown>;
  readonly #limit: () => number;
  readonly #lost: (seconds: number) => void;
  #calls = 0;
  #asked = false;
  /** Seconds without an answer in which this page was awake: a frozen tab or a sleeping machine proves nothing. */
  #silent = 0;
  #seen = 0;
  #timer: ReturnType<typeof setInterval> | null = null;

  /** `limit`: seconds of silence that are borne with, as things stand. `lost` is called once. */
  constructor(beat: () => Promise<unknown>, limit: () => number, lost: (seconds: number) => void) {
    this.#beat = beat;
    this.#limit = limit;
    this.#lost = lost;
  }

  /** A call begins. */
  hold(): void {
    if (this.#calls++ > 0) return;
    this.#seen = performance.now();
    this.#timer = setInterval(() => this.#look(), 1000 * EVERY);
  }

  /** A call has settled. */
  release(): void {
    if (--this.#calls === 0) this.end();
  }

  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    const now = performance.now();
    if (this.#asked) this.#silent += Math.min((now - this.#seen) / 1000, 2 * EVERY);
    this.#seen = now;
    if (this.#silent >= this.#limit()) {
      this.end();
      this.#lost(this.#silent);
    } else if (!this.#asked) {
      this.#asked = true;
      const heard = () => {
        this.#asked = false;
        this.#silent = 0;
      };
      this.#beat().then(heard, heard);
    }
  }
}
