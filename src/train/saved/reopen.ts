/** Another device after one was lost: how often the browser is asked, how long a refusal is waited out, and when to stop. */
import type { Notice } from '../../protocol.ts';
import { UserError } from '../../util/errors.ts';
import type { Backend, OpenBackend } from '../backends/backend.ts';
import { deviceWords } from '../../words/device.ts';
import { noticeWords } from '../../words/notices.ts';

/** Seconds to wait before each request for an adapter. A first crash is answered at once (reliability.md §4.1). */
const retries = [0, 0.25, 1, 4];
/** Seconds that Chromium refuses a page after its second crash within two minutes: 105 to 120 were seen. */
const refusal = 125;
/** A loss this many steps after the one before, or less, has the same cause … */
const near = 50;
/** … and so many of them end a run (reliability.md F04). */
export const mostNear = 3;

/** Counts losses without progress between them. */
export class Losses {
  readonly #near: number;
  #last = -Infinity;
  #inARow = 0;

  constructor(steps = near) {
    this.#near = steps;
  }

  /** A loss with `step` steps taken; false: the run must not go on. */
  mayGoOn(step: number): boolean {
    this.#inARow = step - this.#last <= this.#near ? this.#inARow + 1 : 1;
    this.#last = Math.max(this.#last, step);
    return this.#inARow < mostNear;
  }
}

/** What is to be gone on with. */
export interface Interrupted {
  stopped(): boolean;
  notice(notice: Notice): void;
  /** Seconds of a refusal that have passed, and all of them. */
  waiting(done: number, total: number): void;
  step: number | null;
  /** As in "leave this tab open, and … in 125 s". */
  goesOn: string;
  /** As in "close all its windows and open it again; …". */
  kept: string;
}

const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/** Another device; null: stopped while waiting for one. UserError where the browser gives none even after its refusal. */
export async function reopen(
  open: OpenBackend,
  { stopped, notice, waiting, step, goesOn, kept }: Interrupted,
): Promise<Backend | null> {
  for (const seconds of retries) {
    await sleep(seconds);
    const answer = await open();
    if (stopped()) return null;
    if (!('cause' in answer)) return answer;
  }
  notice({
    code: 'gpu-refused',
    step,
    // No word of reloading: that ends the refusal for a page, but not for workers that start from a blob, as ours does.
    message: noticeWords.paused(goesOn, refusal),
  });
  for (let done = 0; done < refusal; done++) {
    waiting(done, refusal);
    await sleep(1);
    if (stopped()) return null;
  }
  const answer = await open();
  if (!('cause' in answer)) return answer;
  throw new UserError(deviceWords.switchedOff(kept), {
    code: 'gpu-off',
  });
}
