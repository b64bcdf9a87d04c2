/** Run in a worker: the trainer itself, driven by messages, so that a page without buttons can be killed while it trains. */
import type { RunConfig } from '../../../src/config/run.ts';
import type { RunEvents } from '../../../src/protocol.ts';
import { hex, digestOf } from '../../../src/storage/head.ts';
import { injector } from '../../../src/train/run/faults.ts';
import { createTrainer } from '../../../src/train/trainer.ts';

export interface Finished {
  state: string;
  /** Of the model as it would be exported. */
  weights: string;
  steps: number[];
  losses: number[];
}

/** `pausedFrom`: the run is paused as soon as it tells of that step. `heldFrom`: it gets no further than that one (abacus.ts). */
export type Command = (
  | { kind: 'start'; config: RunConfig; pausedFrom?: number }
  | { kind: 'resume' }
  | { kind: 'continue' }
) & { heldFrom?: number };

const trainer = createTrainer('no data', 'no bases', injector({}));

addEventListener('message', async ({ data: command }: MessageEvent<Command>) => {
  Object.assign(globalThis, { heldFrom: command.heldFrom });
  if (command.kind === 'continue') return trainer.resume();
  let pausedFrom = command.kind === 'start' ? command.pausedFrom : undefined;
  const said: Finished = { state: '', weights: '', steps: [], losses: [] };
  const hear = (events: RunEvents): void => {
    if (events.metrics) {
      said.steps.push(...events.metrics.step);
      said.losses.push(...events.metrics.loss);
    }
    if (events.state)
      said.state = 'message' in events.state ? `${events.state.kind}: ${events.state.message}` : events.state.kind;
    if (said.steps.at(-1)! >= pausedFrom!) {
      pausedFrom = undefined;
      void trainer.pause();
    }
    postMessage({
      events: { state: events.state, saved: events.saved, notices: events.notices, step: said.steps.at(-1) },
    });
  };
  if (command.kind === 'start') await trainer.start(command.config, [], hear);
  else {
    const {
      runs: [run],
    } = await trainer.savedRuns();
    postMessage({ resuming: run });
    await trainer.resumeSaved(run!.id, hear);
  }
  const model = (await trainer.exportModel()).find(({ name }) => name === 'model.safetensors')!;
  said.weights = hex(await digestOf(new Uint8Array(model.bytes)));
  postMessage({ finished: said });
});
