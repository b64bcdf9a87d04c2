/** The trainer, in a worker: the page never trains on its own thread. */
import { expose } from 'comlink';
import { type Injector, injector, parseFaults } from '../train/run/faults.ts';
import { createTrainer } from '../train/trainer.ts';
import { tellUncaught } from './uncaught.ts';

tellUncaught();

// The worker's own address is that of the blob it starts from (util/confine.ts); the module's is where the script lies.
const script = import.meta.url;
// Built, this file lies in assets/; while developing, it is served from /src/worker/. Shards and bases lie beside index.html.
// In one file (ui/oneFile.ts) they have their names alone.
const beside = (folder: string): string =>
  import.meta.env.MODE === 'one-file'
    ? `${folder}/`
    : new URL(`${import.meta.env.DEV ? '/' : '../'}${folder}/`, script).href;

let inject: Injector | undefined;
// Only a build for tests (vite's mode "faults") has this; what goes wrong is the global that they define before it.
if (import.meta.env.MODE === 'faults') inject = injector(parseFaults((globalThis as { faults?: string }).faults ?? ''));
expose(createTrainer(beside('data'), beside('bases'), inject));
