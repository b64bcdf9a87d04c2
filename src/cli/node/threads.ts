/** Threads for the processor's executor, in Node. */
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { StartThread } from '../../cpu/threads.ts';
import { projectRoot } from './project.mjs';

export const startThread: StartThread = (start, ready, failed) => {
  const worker = new Worker(path.join(projectRoot, 'src/cli/node/cpuThread.mjs'));
  worker.once('message', () => {
    worker.unref(); // a process with nothing else to do ends; before it is ready, there is something
    ready();
  });
  worker.once('error', failed);
  worker.once('exit', () => failed(new Error('it ended')));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
  worker.postMessage(start);
  return worker;
};
