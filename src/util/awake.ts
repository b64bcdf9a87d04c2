/**
 * Time in which the program could run. A laptop that sleeps, a tab the browser freezes, a page kept for the back button:
 * afterwards the clock is minutes or hours ahead of what was done, and whoever divides by that time, or waits for an
 * answer by it, is wrong. A timer ticks every second while it is watched; a gap between two ticks tells the sleep.
 */

/** Milliseconds between ticks. Worker timers keep to it in hidden tabs too (reliability.md §4.5). */
const tick = 1000;
/** A longer gap is a sleep. Below it a busy worker may be the reason: nothing here holds its thread for half of that. */
const longest = 10_000;

export class AwakeClock {
  readonly #now: () => number;
  readonly #onSleep: (millis: number) => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #seen: number;
  /** Milliseconds, of all sleeps. */
  #asleep = 0;
  #lap: number;
  #slept = false;

  /** `now`: milliseconds, upwards. `onSleep` hears of every sleep once, when it is over. */
  constructor(onSleep: (millis: number) => void = () => {}, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#onSleep = onSleep;
    this.#seen = this.#lap = now();
  }

  /** Ticks from now on, until `stop`. Without ticks every gap between two looks is taken for a sleep. */
  start(): void {
    this.#seen = this.#now();
    this.#timer ??= setInterval(() => this.look(), tick);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Milliseconds awake, upwards from anywhere. */
  look(): number {
    const now = this.#now();
    const gap = now - this.#seen;
    this.#seen = now;
    if (gap > longest) {
      this.#asleep += gap;
      this.#slept = true;
      this.#onSleep(gap);
    }
    return now - this.#asleep;
  }

  /** Milliseconds since the last lap; null after a sleep, for what was done before and after it cannot be told apart. */
  lap(): number | null {
    const now = this.look();
    const millis = this.#slept ? null : now - this.#lap;
    this.#lap = now;
    this.#slept = false;
    return millis;
  }
}

/** A sleep for people: 75 s, 12 min, 3 h 5 min. */
export function inWords(millis: number): string {
  const [seconds, minutes] = [Math.round(millis / 1000), Math.round(millis / 60_000)];
  if (seconds < 120) return `${seconds} s`;
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
