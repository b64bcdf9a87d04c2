/**
 * One worker thread for all mutants. Vitest starts a worker for every run, half a second of processor time that goes into loading Vitest
 * and its libraries again; here one stays, and only modules of the project are evaluated anew for every test file (`isolate`). Stryker
 * ends the whole process of a mutant that hangs, so this worker with it.
 */
import { Worker } from 'node:worker_threads';
import path from 'node:path';
import type { Plugin } from 'vitest/config';
import { distDir, type PoolOptions, type PoolWorker, type WorkerRequest } from 'vitest/node';

type Listener = (message: unknown) => void;
type Configuration = Extract<WorkerRequest, { type: 'start' }>['context']['config'];

let thread: Worker | null = null;
let started = false;
/** The run whose test has failed already: the files left of it need not be run. */
let failed: string | null = null;

/** Stryker's number of the mutant, told to tests as provided context; '' before there are any. */
const runOf = (request: WorkerRequest): string =>
  'context' in request && 'providedContext' in request.context
    ? String((request.context.providedContext as { activeMutant?: string }).activeMutant ?? '')
    : '';

/** A worker's word that a test has failed and it leaves out the rest of the file (`bail`). */
const isBail = (message: unknown): boolean => (message as { m?: unknown } | null)?.m === 'onCancel';

/** What Vitest believes to start and stop for each test file. */
class KeptWorker implements PoolWorker {
  readonly name = 'kept';
  #listeners: [event: string, listener: Listener, heard: Listener][] = [];
  #config: Configuration | null = null;
  #run = '';
  readonly #options: PoolOptions;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Told of a failure, Vitest would cancel the run, and the message of that could reach the thread in the midst of the next one. */
  on = (event: string, listener: Listener): void => {
    const heard: Listener = (message) => {
      if (isBail(message)) failed = this.#run;
      else listener(message);
    };
    this.#listeners.push([event, listener, heard]);
    thread!.on(event, heard);
  };

  off = (event: string, listener: Listener): void => {
    for (const [of, given, heard] of this.#listeners) if (of === event && given === listener) thread!.off(event, heard);
  };

  /** The first start reaches the thread; later ones bring the configuration (which tests to run) that their run is given. */
  send = (request: WorkerRequest): void => {
    if (request.type === 'start') {
      this.#config = request.context.config;
      if (started) return this.#answer('started');
      started = true;
    }
    if (request.type === 'stop') return this.#answer('stopped');
    if (request.type === 'run') {
      this.#run = runOf(request);
      if (this.#run !== '' && failed === this.#run) return this.#answer('testfileFinished');
      failed = null;
      Object.assign(request.context, { config: this.#config });
    }
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
    for (const [event, , heard] of this.#listeners) thread!.off(event, heard);
  };

  deserialize = (message: unknown): unknown => message;
}

/** Stryker asks for Vitest's own threads on its command line, which only a plugin can still change. */
export const keptWorker: Plugin = {
  name: 'kept-worker',
  configureVitest({ project }) {
    project.config.pool = 'kept' as typeof project.config.pool;
    project.config.poolRunner = { name: 'kept', createPoolWorker: (options) => new KeptWorker(options) };
  },
};
