/**
 * Threads of an executor: they share its memory and take blocks of the call that is published. Which thread does which block is left to
 * chance; what a block computes is not.
 *
 * A call's counters lie beside its arguments. A thread that comes late to a call finds no block left, or, when the call has been published
 * again in the next step, one that is to be done: so nobody has to wait for threads that have nothing to do.
 */
import { callWords, waitWhile, words, work } from './serve.mjs';
import { deviceWords } from '../words/device.ts';

/** A worker of Node or of a browser, with what both have. */
export interface Thread {
  postMessage(message: unknown): void;
  terminate(): unknown;
}
/**
 * Starts a thread that serves (serve.mjs) what the message says, and calls `ready` once it does; `failed` where it does not, or no longer
 * does: also after `terminate`.
 */
export type StartThread = (start: unknown, ready: () => void, failed: (error: unknown) => void) => Thread;

/**
 * Seconds in which no block of a call is done, after which a thread that has one is taken for dead: a block is some ten microseconds' work,
 * the gradient of attention over long rows a second at most.
 */
const silence = 60;

export class Threads {
  readonly count: number;
  /** Resolves when a thread has died: the executor is of no more use. */
  readonly loss: Promise<void>;
  #lose: () => void = () => {};
  #lost: unknown = null;
  /** Seconds; tests wait less. */
  silence = silence;
  readonly #memory: WebAssembly.Memory;
  readonly #kernels: readonly ((args: number, block: number, local: number) => void)[];
  readonly #threads: Thread[] = [];
  #words: Int32Array;
  #stopped = false;

  /** `count`: with the one that calls, which does its share. */
  static async start(
    start: StartThread,
    count: number,
    shared: { module: WebAssembly.Module; memory: WebAssembly.Memory; names: readonly string[] },
    kernels: readonly ((args: number, block: number, local: number) => void)[],
  ): Promise<Threads> {
    const made = new Threads(count, shared.memory, kernels);
    const ready = Array.from(
      { length: count - 1 },
      (_, i) =>
        new Promise<void>((resolve, reject) =>
          made.#threads.push(
            start({ ...shared, thread: i + 1 }, resolve, (error) => {
              reject(error as Error);
              made.#giveUp(error);
            }),
          ),
        ),
    );
    await Promise.all(ready);
    return made;
  }

  private constructor(
    count: number,
    memory: WebAssembly.Memory,
    kernels: readonly ((args: number, block: number, local: number) => void)[],
  ) {
    this.count = count;
    this.#memory = memory;
    this.#kernels = kernels;
    this.#words = new Int32Array(memory.buffer);
    this.loss = new Promise((resolve) => (this.#lose = resolve));
  }

  /** What a thread did not do, nobody does: the calls are of no more use. */
  #giveUp(error: unknown): void {
    if (this.#stopped) return;
    this.#lost = error;
    this.stop();
    this.#lose();
  }

  /** Throws where a thread has died. */
  check(): void {
    if (this.#lost === null && !this.#stopped && Atomics.load(this.#words, words.failed) !== 0)
      this.#giveUp(deviceWords.threadFailed);
    if (this.#lost === null) return;
    const why = this.#lost instanceof Error ? this.#lost.message : String(this.#lost);
    throw new Error(deviceWords.threadDied(why));
  }

  /** Where the threads' own memories lie, one behind the other. */
  setLocal(address: number, bytesEach: number): void {
    this.#words[words.local] = address;
    this.#words[words.localBytes] = bytesEach;
  }

  /** Does all blocks of the call whose words are at `address`. */
  run(address: number, blocks: number): void {
    this.check();
    if (this.#words.buffer !== this.#memory.buffer) this.#words = new Int32Array(this.#memory.buffer);
    const memory = this.#words;
    const call = address / 4;
    Atomics.store(memory, call + callWords.done, 0);
    Atomics.store(memory, call + callWords.next, 0);
    Atomics.store(memory, words.call, address);
    Atomics.add(memory, words.published, 1);
    Atomics.notify(memory, words.published);
    work(memory, call, this.#kernels, 0);
    // Of waits that this thread was awake for: a machine that slept meanwhile is not silent.
    let silent = 0;
    for (;;) {
      const done = Atomics.load(memory, call + callWords.done);
      if (done === blocks) return;
      this.check();
      silent = waitWhile(memory, call + callWords.done, done, 1000) ? 0 : silent + 1;
      if (silent >= this.silence) this.#giveUp(deviceWords.threadSilent(silent));
    }
  }

  /** Until no thread looks at a call any more: before memory of calls is given back. */
  settle(): void {
    const published = this.#words[words.published];
    for (let thread = 1; thread < this.count; thread++) {
      const left = (): number => Atomics.load(this.#words, words.left + thread);
      for (let silent = 0; left() !== published && !this.#stopped; silent++) {
        if (Atomics.load(this.#words, words.failed) !== 0 || silent >= this.silence) return;
        waitWhile(this.#words, words.left + thread, left(), 1000);
      }
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const thread of this.#threads) thread.terminate();
  }
}
