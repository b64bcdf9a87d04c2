/** What a session holds: one device, one run at a time. Only the commands of this room read and change it. */
import { type FetchBytes, fetchFrom } from '../../data/catalogue.ts';
import { UserError } from '../../util/errors.ts';
import type { OpenBackend } from '../backends/backend.ts';
import { openChosen, openGpu } from '../backends/page.ts';
import type { Base } from '../bases/base.ts';
import { Bases } from '../bases/bases.ts';
import type { TrainingData } from '../run/data.ts';
import type { Injector } from '../run/faults.ts';
import type { Run } from '../run/run.ts';
import { SupervisedRun } from '../run/supervisor.ts';
import type { Keeper } from '../saved/keeper.ts';
import type { OpenedRun } from '../saved/opened.ts';
import type { SavedRuns } from '../saved/savedRuns.ts';
import type { RunSharer } from '../saved/tabs.ts';
import { Preflights } from '../trials/preflight.ts';
import { trainingWords } from '../../words/training.ts';

/** Text and base of a run. */
export interface StartData {
  base: Base | null;
  data: TrainingData;
}

export interface Session {
  readonly bases: Bases;
  readonly preflights: Preflights;
  /** The shipped shards. */
  readonly fetchBytes: FetchBytes;
  /** Tests only. */
  readonly inject: Injector | undefined;
  openBackend: OpenBackend;
  opened: ReturnType<OpenBackend> | null;
  storage: Promise<{ runs: SavedRuns; notice: string | null }> | null;
  /** Text and base of a run that may be started next. */
  warm: { key: string; made: Promise<StartData> } | null;
  /** The page's run, whose weights can be sampled and saved after its end. */
  run: SupervisedRun | OpenedRun | null;
  /** What trains now: that run, or an arm of an experiment. */
  current: SupervisedRun | Run | null;
  /** Set by `stop`, also while text is prepared or kernels compile; a new start clears it. */
  stopping: boolean;
  /** The end of the run before, which a new one waits for: its buffers are in use until then. */
  ended: Promise<unknown>;
  /** Shows the run to other tabs; null: it is not saved, or there is none. */
  sharer: RunSharer | null;
  /** What saves the run under way. */
  keeping: Keeper | null;
  /** Set when another tab has asked for the run: its end is then no stop. */
  moved: boolean;
  /** Ends the watching of another tab's run. */
  watching: AbortController | null;
  /** A trial or grid under way: `isEnded` asks it to come to its end. */
  trial: { isEnded: boolean; run?: Run } | null;
}

export function newSession(dataFolder: string, basesFolder: string, inject?: Injector): Session {
  const fetchBytes = fetchFrom(dataFolder);
  return {
    bases: new Bases(fetchFrom(basesFolder)),
    preflights: new Preflights(fetchBytes),
    ...{ fetchBytes, inject },
    openBackend: inject ? openGpu((device) => inject.opened(device)) : openChosen('auto'),
    ...{ opened: null, storage: null, warm: null, run: null, current: null },
    ...{ stopping: false, ended: Promise.resolve(), sharer: null, keeping: null, moved: false },
    ...{ watching: null, trial: null },
  };
}

export function theRun({ run }: Session): SupervisedRun | OpenedRun {
  if (!run) throw new UserError(trainingWords.noRun);
  return run;
}

/** The page's run, to be commanded. */
export function trained(session: Session): SupervisedRun {
  const found = theRun(session);
  if (!(found instanceof SupervisedRun)) throw new UserError(trainingWords.onlyShown);
  return found;
}
