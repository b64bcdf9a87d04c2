/**
 * An experiment that outlives its device: rows that are finished stay, and the arm that was interrupted starts again on a new device,
 * from the same base checkpoint and so to the same numbers. How often is bounded as it is for runs (reopen.ts).
 */
import type { Notice } from '../../protocol.ts';
import { UserError } from '../../util/errors.ts';
import { type Backend, lossOf, type OpenBackend } from '../backends/backend.ts';
import { type ExperimentListener, type ExperimentRequest, runExperiment } from './experiment.ts';
import { Losses, mostNear, reopen } from '../saved/reopen.ts';
import { lossNotices, lostThing } from '../run/supervisor.ts';

export interface SupervisedListener extends ExperimentListener {
  notice(notice: Notice): void;
  /** Seconds of a refusal that have passed, and all of them. */
  waiting(done: number, total: number): void;
  stopped(): boolean;
}

const keptRows = (count: number): string =>
  count === 0
    ? 'no row was finished yet'
    : count === 1
      ? 'the one row measured so far is kept'
      : `the ${count} rows measured so far are kept`;

/** Runs what is not done yet; false if it was stopped. UserError where a run diverges, a base does not fit, or no GPU is to be had. */
export async function superviseExperiment(
  open: OpenBackend,
  request: ExperimentRequest,
  listener: SupervisedListener,
): Promise<boolean> {
  const done = [...request.done];
  // A loss with as many rows as at the one before: nothing was finished in between.
  const losses = new Losses(0);
  const first = await open();
  if ('cause' in first) throw new UserError(first.message);
  let backend: Backend = first;
  let at = '';
  const listening: SupervisedListener = {
    ...listener,
    begin(arm, seed, run) {
      at = `arm ${arm} of seed ${seed}`;
      listener.begin(arm, seed, run);
    },
    row(row) {
      done.push(row);
      listener.row(row);
    },
  };
  for (;;) {
    try {
      return await runExperiment(backend, { ...request, done }, listening);
    } catch (error) {
      const loss = await lossOf(backend);
      if (!loss) throw error;
      const kept = keptRows(done.length);
      if (!losses.mayGoOn(done.length)) {
        throw new UserError(
          `This experiment lost ${lostThing(loss)} ${mostNear} times ${at ? `in ${at}` : 'at its start'}; ${kept}: try a smaller preset.`,
          {
            code: 'gpu-quarantine',
          },
        );
      }
      const goesOn = at ? `${at} starts again` : 'the experiment starts again';
      const { stopped, notice, waiting } = listener;
      const next = await reopen(open, { stopped, notice, waiting, step: null, goesOn, kept });
      if (!next) return false;
      backend = next;
      const { code, message } = lossNotices[loss];
      notice({ code, step: null, message: `${message}: ${goesOn}, and ${kept}.` });
    }
  }
}
