/**
 * An experiment that outlives its device: rows that are finished stay, and the arm that was interrupted starts again on a new device,
 * from the same base checkpoint and so to the same numbers. How often is bounded as it is for runs (reopen.ts).
 */
import { UserError } from '../../util/errors.ts';
import { type Backend, lossOf, type OpenBackend } from '../backends/backend.ts';
import { type ExperimentWork, runExperiment } from './experiment.ts';
import type { ExperimentListener } from './listener.ts';
import { Losses, mostNear, reopen } from '../saved/reopen.ts';
import { lossNotices, lostThing } from '../run/supervisor.ts';
import { trainingWords } from '../../words/training.ts';
import { experimentWords } from '../../words/notices.ts';

/** Runs what is not done yet; false if it was stopped. UserError where a run diverges, a base does not fit, or no GPU is to be had. */
export async function superviseExperiment(
  open: OpenBackend,
  request: ExperimentWork & { stopped(): boolean },
  listener: ExperimentListener,
): Promise<boolean> {
  const done = [...request.done];
  // A loss with as many rows as at the one before: nothing was finished in between.
  const losses = new Losses(0);
  const first = await open();
  if ('cause' in first) throw new UserError(first.message);
  let backend: Backend = first;
  let at = '';
  const watching: ExperimentListener = {
    wants: (kind) => listener.wants(kind),
    tell(event) {
      if (event.kind === 'begin') at = experimentWords.armOfSeed(event.said.arm, event.said.seed);
      if (event.kind === 'row') done.push(event.said);
      listener.tell(event);
    },
  };
  for (;;) {
    try {
      return await runExperiment(backend, { ...request, done }, watching);
    } catch (error) {
      const loss = await lossOf(backend);
      if (!loss) throw error;
      const kept = experimentWords.keptRows(done.length);
      if (!losses.mayGoOn(done.length)) {
        throw new UserError(trainingWords.experimentLostOften(lostThing(loss), mostNear, at, kept), {
          code: 'gpu-quarantine',
        });
      }
      const goesOn = experimentWords.startsAgain(at);
      const next = await reopen(open, {
        stopped: () => request.stopped(),
        notice: (notice) => listener.tell({ kind: 'notice', said: notice }),
        waiting: (passed, total) => listener.tell({ kind: 'waiting', said: { done: passed, total } }),
        ...{ step: null, goesOn, kept },
      });
      if (!next) return false;
      backend = next;
      const { code, message } = lossNotices[loss];
      listener.tell({
        kind: 'notice',
        said: { code, step: null, message: experimentWords.lost(message, goesOn, kept) },
      });
    }
  }
}
