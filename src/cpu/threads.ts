/**
 * Threads of an executor: they share its memory and take blocks of the call that is published. Which thread does which block is left to
 * chance; what a block computes is not.
 *
 * A call's counters lie beside its arguments. A thread that comes late to a call finds no block left, or, when the call has been published
 * again in the next step, one that is to be done: so nobody has to wait for threads that have nothing to do.
 */
import { callWords, waitWhile, words, work } from './serve.mjs';

/** A worker of Node or of a browser, with what both have. */
export interface Thread {
  postMessage(message: unknown): void;
  terminate(): unknown;
}
/** Starts a thread that serves (serve.mjs) what the message says, and calls `ready` once it does. */
export type StartThread = (start: unknown, ready: () => void, failed: (error: unknown) => void) => Thread;

export class Threads {
  readonly count: number;
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
          made.#threads.push(start({ ...shared, thread: i + 1 }, resolve, reject)),
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
  }

  /** Where the threads' own memories lie, one behind the other. */
  setLocal(address: number, bytesEach: number): void {
    this.#words[words.local] = address;
    this.#words[words.localBytes] = bytesEach;
  }

  /** Does all blocks of the call whose words are at `address`. */
  run(address: number, blocks: number): void {
    if (this.#words.buffer !== this.#memory.buffer) this.#words = new Int32Array(this.#memory.buffer);
    const memory = this.#words;
    const call = address >> 2;
    Atomics.store(memory, call + callWords.done, 0);
    Atomics.store(memory, call + callWords.next, 0);
    Atomics.store(memory, words.call, address);
    Atomics.add(memory, words.published, 1);
    Atomics.notify(memory, words.published);
    work(memory, call, this.#kernels, 0);
    for (;;) {
      const done = Atomics.load(memory, call + callWords.done);
      if (done === blocks) return;
      if (Atomics.load(memory, words.failed) !== 0)
        throw new Error('A thread of the processor failed; its own error says why.');
      waitWhile(memory, call + callWords.done, done);
    }
  }

  /** Until no thread looks at a call any more: before memory of calls is given back. */
  settle(): void {
    const published = this.#words[words.published];
    if (this.#stopped || Atomics.load(this.#words, words.failed) !== 0) return;
    for (let thread = 1; thread < this.count; thread++) {
      for (;;) {
        const left = Atomics.load(this.#words, words.left + thread);
        if (left === published) break;
        waitWhile(this.#words, words.left + thread, left);
      }
    }
  }

  stop(): void {
    this.#stopped = true;
    Atomics.store(this.#words, words.call, 0);
    Atomics.add(this.#words, words.published, 1);
    Atomics.notify(this.#words, words.published);
  }
}
