/**
 * One worker thread for all mutants. Vitest starts a worker for every run, half a second of processor time that goes into loading Vitest
 * and its libraries again; here one stays, and only modules of the project are evaluated anew for every test file (`isolate`). Stryker
 * ends the whole process of a mutant that hangs, so this worker with it.
 */
import { Worker } from 'node:worker_threads';
import path from 'node:path';
import type { Plugin } from 'vitest/config';
import { distDir, type PoolOptions, type PoolWorker, type WorkerRequest } from 'vitest/node';

type Configuration = Extract<WorkerRequest, { type: 'start' }>['context']['config'];

let thread: Worker | null = null;

/** What Vitest believes to start and stop for each test file. */
class KeptWorker implements PoolWorker {
  readonly name = 'kept';
  #listeners: [event: string, listener: (message: unknown) => void][] = [];
  #config: Configuration | null = null;
  readonly #options: PoolOptions;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  on = (event: string, listener: (message: unknown) => void): void => {
    this.#listeners.push([event, listener]);
    thread!.on(event, listener);
  };

  off = (event: string, listener: (message: unknown) => void): void => void thread!.off(event, listener);

  /** The first start reaches the thread; later ones bring the configuration (which tests to run) that their run is given. */
  send = (request: WorkerRequest): void => {
    if (request.type === 'start') {
      this.#config = request.context.config;
      if (started) return this.#answer('started');
      started = true;
    }
    if (request.type === 'stop') return this.#answer('stopped');
    if (request.type === 'run') Object.assign(request.context, { config: this.#config });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
    thread!.postMessage(request);
  };

  #answer(type: string): void {
    queueMicrotask(() => {
      for (const [event, listener] of this.#listeners)
        if (event === 'message') listener({ type, __vitest_worker_response__: true });
    });
  }

  start = async (): Promise<void> => {
    const { env, execArgv } = this.#options;
    thread ??= new Worker(path.join(distDir, 'workers/threads.js'), { env: env as NodeJS.ProcessEnv, execArgv });
    thread.setMaxListeners(0);
    thread.unref();
  };

  stop = async (): Promise<void> => {
    for (const [event, listener] of this.#listeners) thread!.off(event, listener);
  };

  deserialize = (message: unknown): unknown => message;
}

let started = false;

/** Stryker asks for Vitest's own threads on its command line, which only a plugin can still change. */
export const keptWorker: Plugin = {
  name: 'kept-worker',
  configureVitest({ project }) {
    project.config.pool = 'kept' as typeof project.config.pool;
    project.config.poolRunner = { name: 'kept', createPoolWorker: (options) => new KeptWorker(options) };
  },
};
