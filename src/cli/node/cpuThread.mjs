/** A thread of the processor's executor in Node: threads.ts starts it. */
import { parentPort } from 'node:worker_threads';
import { serve } from '../../cpu/serve.mjs';

parentPort?.once('message', (start) =>
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
  serve(start, () => parentPort?.postMessage('ready')),
);
