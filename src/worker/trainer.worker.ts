/** The trainer, in a worker: the page never trains on its own thread. */
import { expose } from 'comlink';
import { createTrainer } from '../train/trainer.ts';

// The worker's own address is that of the blob it starts from (ui/confine.ts); the module's is where the script lies.
const script = import.meta.url;
// Built, this file lies in assets/; while developing, it is served from /src/worker/. Shards and bases lie beside index.html.
const beside = (folder: string): string => new URL(`${import.meta.env.DEV ? '/' : '../'}${folder}/`, script).href;
expose(createTrainer(beside('data'), beside('bases')));
