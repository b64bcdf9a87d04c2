/**
 * The page's side of the worker boundary, and the only file that knows comlink: it starts the worker, sends commands,
 * and hands the worker's events to state/run.ts. Every failure, a dying worker included, ends in the run state
 * 'failed' with one sentence.
 */
import { proxy, wrap, type Remote } from 'comlink';
import { batch, signal } from '@preact/signals';
import type { RunConfig } from '../config/run.ts';
import type {
  AdapterReport,
  BaseSource,
  ExperimentEvents,
  ExperimentRequest,
  FileReport,
  GridEvent,
  GridRequest,
  NoGpuCause,
  RunEvents,
  SavedList,
  SavedRun,
  TrainerApi,
  TrialProgress,
  TrialRequest,
  UserFile,
} from '../protocol.ts';
import { isActive, type Command } from './state/controls.ts';
import { experimentState, isExperimenting } from './state/experimentState.ts';
import { beginRun, receive, runState } from './state/run.ts';
import { text } from './strings.ts';

export type Machine =
  | { kind: 'asking' }
  | { kind: 'ready'; adapter: AdapterReport }
  | { kind: 'none'; cause: NoGpuCause; message: string };

export const machine = signal<Machine>({ kind: 'asking' });
/** The command on its way to the worker: its button waits. */
export const pending = signal<Command | null>(null);

/**
 * A run that has not ended this long after `stop` (an evaluation on a slow adapter takes a second or two) is ended by
 * force.
 */
const STOP_PATIENCE = 5000;

let worker: Worker | null = null;
let remote: Remote<TrainerApi> | null = null;
/** Events carry the number of their run; those of a run that was ended by force are dropped. */
let runNumber = 0;

function trainer(): Remote<TrainerApi> {
  if (!worker || !remote) {
    worker = new Worker(new URL('../worker/trainer.worker.ts', import.meta.url), { type: 'module', name: 'trainer' });
    worker.onerror = (event) => {
      event.preventDefault();
      fail(event.message || text.workerLost);
      endWorker();
    };
    // A build for tests, of which alone the worker listens (worker/trainer.worker.ts).
    if (import.meta.env.MODE === 'faults') {
      worker.postMessage({ faults: new URLSearchParams(location.search).get('fault') ?? '' }, []);
    }
    remote = wrap<TrainerApi>(worker);
  }
  return remote;
}

function endWorker(): void {
  worker?.terminate();
  worker = null;
  remote = null;
  runNumber++;
}

/** Whatever is under way has failed: the run, or an experiment. */
function fail(message: string): void {
  if (isExperimenting.value) experimentState.value = { kind: 'failed', message };
  else runState.value = { kind: 'failed', message };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Asks the worker what this machine can do. Called after the first paint: WebGPU is not touched before. */
export async function askMachine(): Promise<void> {
  try {
    const answer = await trainer().adapter();
    machine.value = 'adapter' in answer ? { kind: 'ready', adapter: answer.adapter } : { kind: 'none', ...answer };
  } catch (error) {
    fail(messageOf(error));
  }
}

export async function start(config: RunConfig, files: UserFile[], base: BaseSource | null): Promise<void> {
  const number = ++runNumber;
  beginRun(config, base ? 'continued' : 'all');
  const onEvents = (events: RunEvents) => {
    if (number === runNumber) receive(events);
  };
  try {
    await trainer().start(config, files, proxy(onEvents), base ?? undefined);
  } catch (error) {
    if (number === runNumber) fail(messageOf(error));
  }
}

export const checkFile = (file: UserFile, onProgress: (read: number, total: number) => void): Promise<FileReport> =>
  trainer().checkFile(file, proxy(onProgress));

export const listSaved = async (): Promise<SavedList> => trainer().savedRuns();
export const deleteSaved = async (id: string): Promise<void> => trainer().deleteSaved(id);

export const claimSaved = async (id: string): Promise<void> => trainer().claimSaved(id);
export const unwatch = async (): Promise<void> => {
  runNumber++;
  await trainer().unwatch();
};

/** Goes on with a saved run: its curve so far comes first, then what it still has to train. */
export const resumeSaved = (run: SavedRun): Promise<void> => showSaved(run, false);
/** Shows a run that another tab trains. */
export const watchSaved = (run: SavedRun): Promise<void> => showSaved(run, true);

async function showSaved({ id, part }: SavedRun, watched: boolean): Promise<void> {
  const number = ++runNumber;
  const onEvents = (events: RunEvents) => {
    if (number === runNumber) receive(events);
  };
  try {
    const config = await trainer().savedConfig(id);
    if (number !== runNumber) return;
    beginRun(config, part, watched);
    await trainer()[watched ? 'watchSaved' : 'resumeSaved'](id, proxy(onEvents));
  } catch (error) {
    if (number === runNumber) fail(messageOf(error));
  }
}

/** Only while no run is under way: the graphics processor serves one at a time. */
export async function startExperiment(
  request: ExperimentRequest,
  take: (events: ExperimentEvents) => void,
): Promise<void> {
  const number = ++runNumber;
  experimentState.value = { kind: 'preparing' };
  const onEvents = (events: ExperimentEvents) => {
    if (number !== runNumber) return;
    batch(() => {
      take(events);
      if (events.state) experimentState.value = events.state;
    });
  };
  try {
    await trainer().experiment(request, proxy(onEvents));
  } catch (error) {
    if (number === runNumber) fail(messageOf(error));
  }
}

/** The shipped base that a run of this configuration could start from; null also where the answer failed to come. */
export async function offeredBase(config: RunConfig): Promise<{ bytes: number } | null> {
  try {
    return await trainer().shippedBase(config);
  } catch {
    return null;
  }
}

export const preflightOf = (...question: Parameters<TrainerApi['preflight']>) => trainer().preflight(...question);

export const calibrate = (config: RunConfig, files: UserFile[], base: BaseSource | null) =>
  trainer().calibrate(config, files, base ?? undefined);

/** Ends a calibration under way. */
export const stopCalibrating = () => trainer().endTrial();

export const worldCard = (config: RunConfig) => trainer().worldCard(config);

async function send(command: Exclude<Command, 'start'>): Promise<void> {
  if (pending.value) return;
  pending.value = command;
  try {
    await trainer()[command]();
  } catch (error) {
    fail(messageOf(error));
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
  trainer().sample(prompt, tokens, temperature, seed);

export const exportModel = () => trainer().exportModel();

export const checkMachine = (onProgress: Parameters<TrainerApi['checkMachine']>[0]) =>
  trainer().checkMachine(proxy(onProgress));

export const rangeTest = (request: TrialRequest, onProgress: (progress: TrialProgress) => void) =>
  trainer().rangeTest(request, proxy(onProgress));
export const overfit = (request: TrialRequest, onProgress: (progress: TrialProgress) => void) =>
  trainer().overfit(request, proxy(onProgress));
export const runGrid = (request: GridRequest, onEvent: (event: GridEvent) => void) =>
  trainer().grid(request, proxy(onEvent));
export const endTrial = () => trainer().endTrial();
