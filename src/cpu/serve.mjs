/**
 * What a thread of the processor's executor does: blocks of the calls that threads.ts publishes, until it is terminated. Plain
 * JavaScript that imports nothing, so that Node and a browser start it alike.
 */

/**
 * Words of the control area, at the beginning of the shared memory: how many calls have been published, the address of the last one,
 * where the threads' own memories begin, the bytes of each, whether a thread has failed; and of each thread how many of the published
 * calls it has left behind.
 */
export const words = { published: 16, call: 17, local: 18, localBytes: 19, failed: 20, left: 32 };
/** Behind it; and how many threads it has room for. */
export const controlBytes = 512;
export const mostThreads = controlBytes / 4 - words.left;
/** Words of a published call: kernel, address of the arguments, blocks, the next block to be taken, blocks done. */
export const callWords = { kernel: 0, args: 1, blocks: 2, next: 3, done: 4 };

/** Times that a thread looks before it sleeps: some ten microseconds, the time between two calls of a step. */
const looks = 2000;

/**
 * A word that is within the memory.
 * @param {Int32Array} memory
 * @param {number} at
 */
const wordOf = (memory, at) => /** @type {number} */ (memory[at]);

/**
 * Takes blocks of a published call until none is left.
 * @param {Int32Array} memory
 * @param {number} call its first word
 * @param {readonly ((args: number, block: number, local: number) => void)[]} kernels
 * @param {number} thread
 */
export function work(memory, call, kernels, thread) {
  const blocks = wordOf(memory, call + callWords.blocks);
  let block = Atomics.add(memory, call + callWords.next, 1);
  if (block >= blocks) return;
  const run = /** @type {(typeof kernels)[number]} */ (kernels[wordOf(memory, call + callWords.kernel)]);
  const args = wordOf(memory, call + callWords.args);
  const local = wordOf(memory, words.local) + thread * wordOf(memory, words.localBytes);
  while (block < blocks) {
    run(args, block, local);
    if (Atomics.add(memory, call + callWords.done, 1) + 1 === blocks) Atomics.notify(memory, call + callWords.done);
    block = Atomics.add(memory, call + callWords.next, 1);
  }
}

/**
 * Waits until a word is no longer `value`; false: it still is, after so many milliseconds or when others were woken.
 * @param {Int32Array} memory
 * @param {number} word
 * @param {number} value
 * @param {number} [millis]
 * @returns {boolean}
 */
export function waitWhile(memory, word, value, millis) {
  for (let look = 0; look < looks; look++) if (Atomics.load(memory, word) !== value) return true;
  return Atomics.wait(memory, word, value, millis) !== 'timed-out' || Atomics.load(memory, word) !== value;
}

/**
 * A thread's life. `ready` is called once it can take work.
 * @param {{ module: WebAssembly.Module, memory: WebAssembly.Memory, names: readonly string[], thread: number }} start
 * @param {() => void} ready
 */
export function serve({ module, memory, names, thread }, ready) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = names.map((name) => /** @type {any} */ (exports[name]));
  let shared = new Int32Array(memory.buffer);
  let seen = Atomics.load(shared, words.published);
  Atomics.store(shared, words.left + thread, seen);
  ready();
  for (;;) {
    waitWhile(shared, words.published, seen);
    seen = Atomics.load(shared, words.published);
    const address = Atomics.load(shared, words.call) >>> 0;
    if (address >= shared.byteLength - 64) shared = new Int32Array(memory.buffer); // the memory has grown
    try {
      work(shared, address / 4, kernels, thread);
    } catch (error) {
      Atomics.store(shared, words.failed, 1);
      Atomics.notify(shared, address / 4 + callWords.done);
      throw error;
    }
    Atomics.store(shared, words.left + thread, seen);
    Atomics.notify(shared, words.left + thread);
  }
}
