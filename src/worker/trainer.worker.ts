/** The trainer, in a worker: the page never trains on its own thread. */
import { expose } from 'comlink';
import { type Injector, injector, parseFaults } from '../train/run/faults.ts';
import { createTrainer } from '../train/trainer.ts';
import { beside } from './beside.ts';
import { tellUncaught } from './uncaught.ts';

tellUncaught();

let inject: Injector | undefined;
// Only a build for tests (vite's mode "faults") has this; what goes wrong is the global that they define before it.
if (import.meta.env.MODE === 'faults') inject = injector(parseFaults((globalThis as { faults?: string }).faults ?? ''));
expose(createTrainer(beside('data'), beside('bases'), inject));
