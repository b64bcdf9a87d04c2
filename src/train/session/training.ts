/** A run of the page's, from its start or from a save. */
import type { RunConfig } from '../../config/run.ts';
import type { BaseSource, RunEvents, Saved, TrainerApi, UserFile } from '../../protocol.ts';
import { MemoryFiles } from '../../storage/files.ts';
import { SlotStore } from '../../storage/slots.ts';
import { lossOf } from '../backends/backend.ts';
import { prepareData } from '../run/data.ts';
import { EventBatcher } from '../run/events.ts';
import { type History, newHistory, retell } from '../run/history.ts';
import { type Making, SupervisedRun } from '../run/supervisor.ts';
import { Keeper, type KeeperListener } from '../saved/keeper.ts';
import type { SavedRuns } from '../saved/savedRuns.ts';
import { RunSharer } from '../saved/tabs.ts';
import { open, theBackend } from './device.ts';
import { type OnProgress, prepareStart } from './prepare.ts';
import { saved } from './saved.ts';
import type { Session } from './session.ts';
import { instead } from './turns.ts';
import { noticeWords } from '../../words/notices.ts';
import { UserError } from '../../util/errors.ts';
import { trainingWords } from '../../words/training.ts';

/** What a run's page hears, and the tabs that watch it. */
const listenerOf = (session: Session, onEvents: (events: RunEvents) => void): EventBatcher =>
  new EventBatcher((events) => {
    const told =
      session.moved && events.state?.kind === 'stopped' ? { ...events, state: { kind: 'moved' as const } } : events;
    onEvents(told);
    session.sharer?.tell(told);
  });

const tellNotice = (
  listener: EventBatcher,
  code: 'data' | 'storage' | 'not-saved' | 'old-save',
  step: number | null,
  message: string,
): void => listener.tell({ kind: 'notice', said: { code, step, message } });

/** Thrown out of preparing once the run is stopped: a large file is not read to its end. Readers let a UserError pass as it is. */
const STOPPED = new UserError(trainingWords.stoppedPreparing);

const progressOf =
  (session: Session, listener: EventBatcher): OnProgress =>
  (what, done, total) => {
    if (session.stopping) throw STOPPED;
    listener.tell({ kind: 'state', said: { kind: 'preparing', what, done, total } });
  };

/** Lets other tabs see the run that is held, and have it. */
function share(session: Session, runs: SavedRuns, history: () => History, listener: EventBatcher): void {
  if (runs.held === null) return;
  session.sharer = new RunSharer(runs.held, {
    history,
    flush: () => listener.flush(),
    handOver() {
      session.moved = session.stopping = true;
      session.current?.stop();
    },
  });
}

/** What is told of saves. */
const savesOf = (
  session: Session,
  listener: EventBatcher,
  where: Saved['where'],
  id: () => string | null = () => null,
): KeeperListener => ({
  saved: ({ step, bytes }) => listener.tell({ kind: 'saved', said: { id: id(), step, bytes, where } }),
  madeRoom: (message) => tellNotice(listener, 'storage', null, message),
  async failed(step, message) {
    // Of a lost device more is said elsewhere, and the run goes on from the save before.
    const answer = session.opened && (await session.opened);
    if (answer && !('cause' in answer) && !(await lossOf(answer))) tellNotice(listener, 'not-saved', step, message);
  },
});

async function supervise(session: Session, making: Omit<Making, 'disturb'>, listener: EventBatcher): Promise<void> {
  session.keeping = making.keeper;
  if (session.stopping) return listener.tell({ kind: 'state', said: { kind: 'stopped' } });
  const made = new SupervisedRun(() => open(session), { ...making, disturb: session.inject?.disturb }, listener);
  session.current = session.run = made;
  await made.train();
}

async function train(
  session: Session,
  config: RunConfig,
  files: UserFile[],
  source: BaseSource | null,
  listener: EventBatcher,
): Promise<void> {
  session.run?.destroy();
  session.run = null;
  await theBackend(session);
  const { base, data } = await prepareStart(session, config, files, source, progressOf(session, listener));
  for (const message of data.notes) tellNotice(listener, 'data', null, message);
  const part = base ? 'continued' : 'all';
  const keeper = await saved(session)
    .then(async ({ runs, notice }) => {
      if (notice) tellNotice(listener, 'storage', null, notice);
      const inputs = { config, files, tokenizer: base?.tokenizer ?? null };
      const saves = savesOf(session, listener, runs.files.kind, () => runs.held);
      const begun = await runs.begin(inputs, part, data, saves);
      share(session, runs, () => begun.history, listener);
      return begun;
    })
    .catch((error: unknown) => {
      // A run that cannot be saved is still a run.
      const cause = error instanceof Error ? error.message : String(error);
      tellNotice(listener, 'not-saved', null, noticeWords.notSaved(cause));
      // A copy that lasts as long as the tab still brings it past a lost device.
      const history = newHistory(data.notes);
      const saves = savesOf(session, listener, 'memory');
      return new Keeper(new SlotStore(new MemoryFiles(), 'run'), saves, {}, { history });
    });
  await supervise(session, { config, data, base, keeper, from: null }, listener);
}

async function resumeSaved(session: Session, id: string, listener: EventBatcher): Promise<void> {
  session.run?.destroy();
  session.run = null;
  await theBackend(session);
  const { runs } = await saved(session);
  const resumed = await runs.load(id);
  const { config, files, tokenizer, checkpoint, passed } = resumed;
  share(session, runs, () => session.keeping?.history ?? checkpoint.history, listener);
  for (const message of passed) tellNotice(listener, 'old-save', checkpoint.progress.step, message);
  retell(checkpoint.history, listener);
  const data = await prepareData(
    config,
    files,
    session.fetchBytes,
    progressOf(session, listener),
    tokenizer && { tokenizer },
    checkpoint.part,
  );
  const saves = savesOf(session, listener, runs.files.kind, () => id);
  const keeper = await runs.goOn(id, resumed, data, saves);
  await supervise(session, { config, data, base: null, keeper, from: checkpoint }, listener);
}

export function trainingCommands(session: Session): Pick<TrainerApi, 'start' | 'resumeSaved'> {
  /** In place of what is under way. */
  const begin = (
    onEvents: (events: RunEvents) => void,
    work: (listener: EventBatcher) => Promise<void>,
  ): Promise<void> => {
    const listener = listenerOf(session, onEvents);
    const teller = {
      failed: (said: { kind: 'failed'; message: string; code?: string }) => listener.tell({ kind: 'state', said }),
      flush: () => listener.flush(),
    };
    return instead(session, teller, async () => {
      try {
        await work(listener);
      } catch (error) {
        if (error !== STOPPED) throw error;
        listener.tell({ kind: 'state', said: { kind: 'stopped' } });
      }
    });
  };
  return {
    start: (config, files, onEvents, base) =>
      begin(onEvents, (listener) => train(session, config, files, base ?? null, listener)),
    resumeSaved: (id, onEvents) => begin(onEvents, (listener) => resumeSaved(session, id, listener)),
  };
}
