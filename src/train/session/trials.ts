/** Trials: on the weights of the run as it rests, or on an engine of their own once nothing trains. */
import type { RunConfig } from '../../config/run.ts';
import type { BaseSource, Calibration, TrainerApi, TrialProgress, TrialRequest, UserFile } from '../../protocol.ts';
import { listening } from '../../util/events.ts';
import type { Loan } from '../run/loan.ts';
import type { Run } from '../run/run.ts';
import { calibrate } from '../trials/calibrate.ts';
import type { CellsNews } from '../trials/cells.ts';
import { overfit, startingLoan, sweep } from '../trials/trials.ts';
import { tryModel } from '../trials/tryModel.ts';
import { theBackend } from './device.ts';
import { prepare } from './prepare.ts';
import { saved } from './saved.ts';
import { type Session, theRun } from './session.ts';
import { asTrial, endTrial } from './turns.ts';

/** Lends `work` an engine: of the run as it rests, or one that is made for it once nothing trains. */
async function onLoan<T>(
  session: Session,
  { weights, config, files, base: source }: TrialRequest,
  onProgress: (progress: TrialProgress) => void,
  work: (loan: Loan) => Promise<T>,
): Promise<T> {
  if (weights === 'run') return (await theRun(session).live()).lend(work);
  const backend = await theBackend(session);
  const preparing = (what: string): void => onProgress({ kind: 'preparing', what });
  const { base, data } = await prepare(session, config, files, source, preparing);
  const loan = await startingLoan(backend, config, data, base, (done, total) =>
    onProgress({ kind: 'compiling', done, total }),
  );
  try {
    return await work(loan);
  } finally {
    loan.engine.destroy();
  }
}

/** `begin` hears of the run whose first steps are timed. */
async function calibrateHere(
  session: Session,
  config: RunConfig,
  files: UserFile[],
  source: BaseSource | null,
  begin: (timed: Run) => void,
): Promise<Calibration | null> {
  const backend = await theBackend(session);
  const { runs } = await saved(session);
  const measured = await calibrate({
    ...{ backend, config, begin },
    files: runs.files,
    prepare: () => prepare(session, config, files, source, () => {}),
  });
  const sizes = files.map(({ source: name, bytes }) => ({ source: name, bytes: bytes.size }));
  if (measured) await session.preflights.remember(backend, config, source ? 'continued' : 'all', sizes, measured);
  return measured;
}

/** A run of the trial's own: it ends when the trial is ended. */
function follow({ trial }: Session, run: Run, isEnded: () => boolean): void {
  if (trial) trial.run = run;
  if (isEnded()) run.stop();
}

export const trialCommands = (
  session: Session,
): Pick<TrainerApi, 'rangeTest' | 'overfit' | 'cells' | 'coordinates' | 'endTrial' | 'calibrate' | 'tryModel'> => ({
  rangeTest: (request, onProgress) =>
    asTrial(session, (isEnded) =>
      onLoan(session, request, onProgress, (loan) =>
        sweep(loan, (points) => onProgress({ kind: 'sweeping', points: [...points] }), isEnded),
      ),
    ),
  overfit: (request, onProgress) =>
    asTrial(session, (isEnded) =>
      onLoan(session, request, onProgress, (loan) =>
        overfit(loan, (losses) => onProgress({ kind: 'overfitting', losses: [...losses] }), isEnded),
      ),
    ),
  async cells(request, onEvent) {
    const backend = await theBackend(session);
    // No run needs it.
    const { runCells } = await import('../trials/cells.ts');
    return asTrial(session, (isEnded) => {
      const listener = listening<CellsNews>({
        begin: ({ run }) => follow(session, run, isEnded),
        metric: ({ cell, row: { step }, plan: { endStep } }) => onEvent({ kind: 'running', cell, step, endStep }),
        end: (said) => onEvent({ kind: 'end', ...said }),
      });
      return runCells(backend, request, session.fetchBytes, listener, isEnded);
    });
  },
  async coordinates({ cells, files }, onRead) {
    const backend = await theBackend(session);
    const { coordinatesOf } = await import('../trials/coordinates.ts');
    return asTrial(session, async (isEnded) => {
      for (const [cell, config] of cells.entries()) {
        const readings = await coordinatesOf(backend, config, files, session.fetchBytes, isEnded);
        if (!readings) return false;
        onRead(cell, readings);
      }
      return true;
    });
  },
  tryModel: (config, files, source) =>
    asTrial(session, async () => {
      const backend = await theBackend(session);
      const { base, data } = await prepare(session, config, files, source, () => {});
      return tryModel(backend, config, data, base!);
    }),
  async endTrial() {
    endTrial(session);
  },
  async calibrate(config, files, base) {
    const before = session.ended;
    return asTrial(session, async (isEnded) => {
      await before;
      return calibrateHere(session, config, files, base ?? null, (timed) => follow(session, timed, isEnded));
    });
  },
});
