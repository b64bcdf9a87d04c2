/** The trainer, in a worker: the page never trains on its own thread. */
import { expose } from 'comlink';
import { createTrainer } from '../train/trainer.ts';

// Built, this file lies in assets/; while developing, it is served from /src/worker/. The shards lie beside index.html.
expose(createTrainer(new URL(import.meta.env.DEV ? '/data/' : '../data/', self.location.href).href));
