/**
 * The page's side of the worker boundary, and the only file that knows comlink: it starts the worker, sends commands,
 * and hands the worker's events to state/run.ts. Every call settles: a worker that has died or answers no more is ended,
 * and another goes on with the run from its last save, once; a second time, and every other failure, ends in the run
 * state 'failed' with one sentence.
 */
import { proxy, wrap, type Remote } from 'comlink';
import { batch, computed, signal } from '@preact/signals';
import type { RunConfig } from '../config/run.ts';
import type {
  AdapterReport,
  BaseOffer,
  BaseSource,
  DeviceChoice,
  ExperimentEvents,
  ExperimentRequest,
  FileReport,
  CellsEvent,
  CellsRequest,
  Reading,
  NoGpuCause,
  RunEvents,
  SavedList,
  SavedRun,
  TrainerApi,
  TrialProgress,
  TrialRequest,
  UserFile,
  ExportPart,
} from '../protocol.ts';
import { isActive, type Command } from './run/controls.ts';
import { Lifeline } from './lifeline.ts';
import { deviceChoice, keepDevice } from './machine/device.ts';
import { experimentNotice, experimentState, isExperimenting } from './experiments/experimentState.ts';
import { beginRun, receive, runState } from './run/run.ts';
import { pageWords } from './words/page.ts';

export type Machine =
  | { kind: 'asking' }
  | { kind: 'ready'; adapter: AdapterReport }
  | { kind: 'none'; cause: NoGpuCause; message: string };

export const machine = signal<Machine>({ kind: 'asking' });
/** What trains is a GPU, with memory of its own kind: no software adapter, not the processor. */
export const hasGpu = computed(() => machine.value.kind === 'ready' && !machine.value.adapter.software);
/** The command on its way to the worker: its button waits. */
export const pending = signal<Command | null>(null);

/**
 * A run that has not ended this long after `stop` (an evaluation on a slow adapter takes a second or two) is ended by
 * force.
 */
const STOP_PATIENCE = 5000;

/**
 * Seconds without a sign of life after which a worker is given up. Its longest piece of work in one go took under a
 * second here; text is prepared in pieces of any length.
 */
const SILENCE = { working: 120, preparing: 900 };

/** The worker has died or was ended; the message is one sentence without its full stop. */
class WorkerGone extends Error {}

interface Link {
  remote: Remote<TrainerApi>;
  /** Rejects when the worker is no more. */
  gone: Promise<never>;
  lifeline: Lifeline;
  end(gone: WorkerGone): void;
}

let link: Link | null = null;
/** Events carry the number of their run; those of a run that was ended by force are dropped. */
let runNumber = 0;
/** The run on the page: since when, or which; and whether it has gone on in another worker once. */
let current: { since: number; id: string | null; restarted: boolean } = { since: 0, id: null, restarted: false };

function connect(): Link {
  const worker = new Worker(new URL('../worker/trainer.worker.ts', import.meta.url), {
    type: 'module',
    name: 'trainer',
  });
  const remote = wrap<TrainerApi>(worker);
  let reject!: (gone: WorkerGone) => void;
  const gone = new Promise<never>((_, no) => (reject = no));
  gone.catch(() => {});
  const end = (why: WorkerGone) => {
    if (link === made) link = null;
    made.lifeline.end();
    worker.terminate();
    reject(why);
  };
  const preparing = () => runState.value.kind === 'preparing' || experimentState.value.kind === 'preparing';
  const lifeline = new Lifeline(
    () => remote.beat(),
    () => (preparing() ? SILENCE.preparing : SILENCE.working),
    (seconds) => end(new WorkerGone(pageWords.workerSilent(seconds))),
  );
  const made: Link = { remote, gone, lifeline, end };
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    end(new WorkerGone(pageWords.workerLost(event.message ?? '')));
  });
  worker.addEventListener('messageerror', () => end(new WorkerGone(pageWords.workerLost(pageWords.unreadable))));
  worker.addEventListener('message', ({ data }: MessageEvent<{ outcry?: string } | null>) => {
    if (data?.outcry !== undefined) end(new WorkerGone(pageWords.workerLost(data.outcry)));
  });
  // Calls are heard in order: whatever is asked next is asked of the device that was chosen.
  if (deviceChoice.value !== 'auto') remote.choose(deviceChoice.value).catch(() => {});
  return made;
}

/** The answer to a call; WorkerGone where the worker gives none. */
async function ask<T>(call: (trainer: Remote<TrainerApi>) => Promise<T>): Promise<T> {
  const { remote, gone, lifeline } = (link ??= connect());
  lifeline.hold();
  try {
    return await Promise.race([call(remote), gone]);
  } finally {
    lifeline.release();
  }
}

/** Ends the worker and forgets what it was doing. */
function endWorker(): void {
  runNumber++;
  link?.end(new WorkerGone(pageWords.workerLost('')));
}

/** Whatever is under way has failed: the run, or an experiment. */
function fail(error: unknown): void {
  const message =
    error instanceof WorkerGone ? `${error.message}.` : error instanceof Error ? error.message : String(error);
  const code = (error as { code?: string }).code; // carried over by worker/uncaught.ts
  if (isExperimenting.value) experimentState.value = { kind: 'failed', message, code };
  else runState.value = { kind: 'failed', message, code };
}

/** Trains, in one worker after another: events of run `number` are taken until it is another's turn. */
async function train(
  number: number,
  work: (trainer: Remote<TrainerApi>, onEvents: (events: RunEvents) => void) => Promise<void>,
): Promise<void> {
  const onEvents = proxy((events: RunEvents) => {
    if (number === runNumber) receive(events);
  });
  try {
    await ask((trainer) => work(trainer, onEvents));
  } catch (error) {
    if (number !== runNumber) return;
    const saved = error instanceof WorkerGone ? await lastSave() : null;
    if (number !== runNumber) return;
    if (!saved || current.restarted) return fail(error);
    current.restarted = true; // a second time is no accident
    const message = pageWords.workerReplaced((error as Error).message, saved.step);
    await showSaved(saved, false, { notices: [{ code: 'restarted', step: saved.step, message }], log: [message] });
  }
}

/** Tries a second apart: a worker that was ended holds its files for up to 4.6 s (reliability.md F38). */
const TRIES = 6;

/** The save of the run on the page, from a new worker; null: there is none, or it was not training. */
async function lastSave(): Promise<SavedRun | null> {
  const { kind } = runState.value;
  if (kind !== 'training' && kind !== 'evaluating') return null;
  for (let left = TRIES; left > 0; left--) {
    const { runs } = await listSaved().catch(() => ({ runs: [] }));
    const { id, since } = current;
    const saved = runs.find(
      (run) => run.state !== 'done' && !run.elsewhere && (run.id === id || (id === null && run.startedAt >= since)),
    );
    if (saved) return saved;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return null;
}

/** Asks the worker what this machine can do. Called after the first paint: WebGPU is not touched before. */
export async function askMachine(): Promise<void> {
  try {
    const answer = await ask(async (trainer): ReturnType<TrainerApi['adapter']> => trainer.adapter());
    machine.value = 'adapter' in answer ? { kind: 'ready', adapter: answer.adapter } : { kind: 'none', ...answer };
  } catch (error) {
    fail(error);
  }
}

/** What trains from the next start on. */
export async function chooseDevice(choice: DeviceChoice): Promise<void> {
  keepDevice(choice);
  machine.value = { kind: 'asking' };
  try {
    await ask((trainer) => trainer.choose(choice));
  } catch (error) {
    return fail(error);
  }
  await askMachine();
}

export async function start(config: RunConfig, files: UserFile[], base: BaseSource | null): Promise<void> {
  const number = ++runNumber;
  current = { since: Date.now(), id: null, restarted: false };
  beginRun(config, base ? 'continued' : 'all');
  await train(number, (trainer, onEvents) => trainer.start(config, files, onEvents, base ?? undefined));
}

export const checkFile = (file: UserFile, onProgress: (read: number, total: number) => void): Promise<FileReport> =>
  ask(async (trainer): Promise<FileReport> => trainer.checkFile(file, proxy(onProgress)));

export const listSaved = (): Promise<SavedList> => ask((trainer) => trainer.savedRuns());
export const deleteSaved = (ids: string[], at: number): Promise<void> => ask((trainer) => trainer.deleteSaved(ids, at));
export const restoreSaved = (ids: string[]): Promise<void> => ask((trainer) => trainer.restoreSaved(ids));
export const emptyDeleted = (): Promise<void> => ask((trainer) => trainer.emptyDeleted());
export const savedConfig = (id: string): Promise<RunConfig> => ask((trainer) => trainer.savedConfig(id));
/** Without a worker there is nothing to save. */
export const saveSoon = async (leaving: boolean): Promise<void> => void (await link?.remote.saveSoon(leaving));

export const claimSaved = (id: string): Promise<void> => ask((trainer) => trainer.claimSaved(id));
export const unwatch = async (): Promise<void> => {
  runNumber++;
  await ask((trainer) => trainer.unwatch());
};

/** Goes on with a saved run: its curve so far comes first, then what it still has to train. */
export async function resumeSaved(saved: SavedRun): Promise<void> {
  current = { since: Date.now(), id: saved.id, restarted: false };
  await showSaved(saved, false);
}
/** Shows a run that another tab trains; that one sees to its life. */
export async function watchSaved(saved: SavedRun): Promise<void> {
  current = { since: Infinity, id: null, restarted: false };
  await showSaved(saved, true);
}

/** Shows a saved run as it was, whole, in place of what the page shows; rejects where it cannot be read. */
export async function openSaved({ id }: SavedRun): Promise<void> {
  const number = ++runNumber;
  const { config, part, events } = await ask((trainer) => trainer.openSaved(id));
  if (number !== runNumber) return;
  current = { since: Infinity, id: null, restarted: false };
  batch(() => {
    beginRun(config, part, { saved: id });
    receive(events);
  });
}

/** `first`: what is said before all that the run says. */
async function showSaved({ id, part }: SavedRun, watched: boolean, first: RunEvents = {}): Promise<void> {
  const number = ++runNumber;
  try {
    const config = await ask((trainer) => trainer.savedConfig(id));
    if (number !== runNumber) return;
    beginRun(config, part, { saved: id, watched });
    receive(first);
  } catch (error) {
    if (number === runNumber) fail(error);
    return;
  }
  await train(number, (trainer, onEvents) => trainer[watched ? 'watchSaved' : 'resumeSaved'](id, onEvents));
}

/** Only while no run is under way: the graphics processor serves one at a time. `request` is asked again for a second worker. */
export async function startExperiment(
  request: () => ExperimentRequest,
  take: (events: ExperimentEvents) => void,
): Promise<void> {
  const number = ++runNumber;
  experimentNotice.value = null;
  const onEvents = (events: ExperimentEvents) => {
    if (number !== runNumber) return;
    batch(() => {
      take(events);
      if (events.notices) experimentNotice.value = events.notices.at(-1)!.message;
      if (events.state) experimentState.value = events.state;
    });
  };
  for (let first = true; ; first = false) {
    experimentState.value = { kind: 'preparing' };
    try {
      return await ask((trainer) => trainer.experiment(request(), proxy(onEvents)));
    } catch (error) {
      if (number !== runNumber) return;
      if (!first || !(error instanceof WorkerGone)) return fail(error);
      const message = pageWords.workerReplacedExperiment(error.message);
      onEvents({ notices: [{ code: 'restarted', step: null, message }] });
    }
  }
}

/** The shipped base that a run of this configuration could start from; null also where the answer failed to come. */
export async function offeredBase(config: RunConfig): Promise<BaseOffer | null> {
  try {
    return await ask((trainer) => trainer.shippedBase(config));
  } catch {
    return null;
  }
}

export const describeModel = (...question: Parameters<TrainerApi['describeModel']>) =>
  ask((trainer) => trainer.describeModel(...question));
export const tryModel = (...question: Parameters<TrainerApi['tryModel']>) =>
  ask((trainer) => trainer.tryModel(...question));

export const preflightOf = (...question: Parameters<TrainerApi['preflight']>) =>
  ask((trainer) => trainer.preflight(...question));

export const warmUp = (config: RunConfig, base: BaseSource | null) =>
  ask((trainer) => trainer.warmUp(config, base ?? undefined));

export const calibrate = (config: RunConfig, files: UserFile[], base: BaseSource | null) =>
  ask((trainer) => trainer.calibrate(config, files, base ?? undefined));

/** Ends a calibration under way. */
export const stopCalibrating = () => ask((trainer) => trainer.endTrial());

export const worldCard = (config: RunConfig) => ask((trainer) => trainer.worldCard(config));

async function send(command: Exclude<Command, 'start'>): Promise<void> {
  if (pending.value) return;
  pending.value = command;
  try {
    await ask((trainer) => trainer[command]());
  } catch (error) {
    // Of a worker that is gone, the run it was training tells.
    if (!(error instanceof WorkerGone)) fail(error);
  } finally {
    pending.value = null;
  }
}

export const pause = () => send('pause');
export const resume = () => send('resume');
export const step = () => send('step');

/** Ends the run or experiment; one that has not trained yet has nothing to keep, and is ended with its worker at once. */
export async function stop(): Promise<void> {
  const { kind } = isExperimenting.value ? experimentState.value : runState.value;
  const number = runNumber;
  const end = () => {
    if (number !== runNumber || !(isActive(runState.value) || isExperimenting.value)) return;
    endWorker();
    pending.value = null;
    if (isExperimenting.value) experimentState.value = { kind: 'stopped' };
    else runState.value = { kind: 'stopped' };
  };
  if (kind === 'preparing' || kind === 'compiling') return end();
  setTimeout(end, STOP_PATIENCE);
  await send('stop');
}

export const sample = (prompt: string, tokens: number, temperature: number, seed: number) =>
  ask((trainer) => trainer.sample(prompt, tokens, temperature, seed));

export const exportModel = (part: ExportPart = 'model') => ask((trainer) => trainer.exportModel(part));

export const checkMachine = (onProgress: Parameters<TrainerApi['checkMachine']>[0]) =>
  ask((trainer) => trainer.checkMachine(proxy(onProgress)));

export const rangeTest = (request: TrialRequest, onProgress: (progress: TrialProgress) => void) =>
  ask((trainer) => trainer.rangeTest(request, proxy(onProgress)));
export const overfit = (request: TrialRequest, onProgress: (progress: TrialProgress) => void) =>
  ask((trainer) => trainer.overfit(request, proxy(onProgress)));
export const runCells = (request: CellsRequest, onEvent: (event: CellsEvent) => void) =>
  ask((trainer) => trainer.cells(request, proxy(onEvent)));
export const readCoordinates = (request: CellsRequest, onRead: (cell: number, readings: Reading[]) => void) =>
  ask((trainer) => trainer.coordinates(request, proxy(onRead)));
export const endTrial = () => ask((trainer) => trainer.endTrial());
