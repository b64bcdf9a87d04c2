/** Ends the process where an input never comes back, and says which: a loop without an end cannot be stopped from inside. */
import { Worker } from 'node:worker_threads';

/** Seconds without a new case after which the input is given up: the limit of one second, ten times over for a busy machine. */
const PATIENCE = 10;

const watch = `
  const { workerData } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  const state = new Int32Array(workerData.state);
  let last = -1;
  let still = 0;
  setInterval(() => {
    const now = Atomics.load(state, 0);
    still = now === last ? still + 1 : 0;
    last = now;
    if (still < ${PATIENCE}) return;
    const name = Buffer.from(workerData.state, 12, Atomics.load(state, 2)).toString();
    writeSync(2, name + ': case ' + now + ' of seed ' + Atomics.load(state, 1) + ' has not come back for ${PATIENCE} s.\\n');
    process.kill(process.pid, 'SIGKILL');
  }, 1000);`;

export class Watchdog {
  readonly #state = new SharedArrayBuffer(12 + 64);
  readonly #numbers = new Int32Array(this.#state, 0, 3);
  readonly #worker = new Worker(watch, { eval: true, workerData: { state: this.#state } });
  #name = '';

  alive(name: string, seed: number, index: number): void {
    if (name !== this.#name) {
      this.#name = name;
      Buffer.from(this.#state, 12).write(name);
      this.#numbers[2] = name.length;
      this.#numbers[1] = seed;
    }
    Atomics.store(this.#numbers, 0, index);
  }

  end(): void {
    void this.#worker.terminate();
  }
}
