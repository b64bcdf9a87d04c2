/**
 * What crosses the worker boundary: types only, so that the page never pulls in the trainer's code.
 * The page sends commands through comlink; the worker answers with batches of events at most ~10 times a second.
 */
import type { RunConfig } from './config/run.ts';
import type { ExperimentEvents, ExperimentRequest } from './protocol/experiment.ts';
import type {
  BaseOffer,
  BaseSource,
  FileReport,
  FolderBlob,
  FolderReport,
  ModelTrial,
  UserFile,
} from './protocol/files.ts';
import type { AdapterReport, DeviceChoice, MachineProgress, MachineReport, NoGpuCause } from './protocol/machine.ts';
import type { Calibration, Preflight, WorldCard } from './protocol/preflight.ts';
import type { RunEvents } from './protocol/run.ts';
import type { ShownRun, SavedList } from './protocol/saved.ts';
import type {
  CellsEvent,
  CellsRequest,
  OverfitResult,
  Reading,
  TrialProgress,
  TrialRequest,
} from './protocol/trials.ts';
import type { RunPart } from './recipe/phases.ts';
import type { RangePoint } from './recipe/rangeTest.ts';

export type { MetricColumns } from './recipe/measurements.ts';
export type { PhaseName } from './recipe/phases.ts';
export type * from './protocol/machine.ts';
export type * from './protocol/run.ts';
export type * from './protocol/saved.ts';
export type * from './protocol/files.ts';
export type * from './protocol/experiment.ts';
export type * from './protocol/trials.ts';
export type * from './protocol/preflight.ts';
export type * from './protocol/remote.ts';

/** What of a run leaves as a folder: the model, adapters as PEFT has them, Adam's moments. */
export type ExportPart = 'model' | 'adapter' | 'optimizer';

/** Commands of the worker, as comlink exposes them. A run and an experiment take turns: starting one ends the other. */
export interface TrainerApi {
  /** Answers at once: whoever gets no answer has lost the worker. */
  beat(): Promise<void>;
  adapter(): Promise<{ adapter: AdapterReport } | { cause: NoGpuCause; message: string }>;
  /** What trains from the next start on; `auto` where nobody says. */
  choose(device: DeviceChoice): Promise<void>;
  start(config: RunConfig, files: UserFile[], onEvents: (events: RunEvents) => void, base?: BaseSource): Promise<void>;
  /** Reads a file of the user's to its end, piece by piece, as a run would. */
  checkFile(file: UserFile, onProgress: (read: number, total: number) => void): Promise<FileReport>;
  savedRuns(): Promise<SavedList>;
  /** What a saved run trains. */
  savedConfig(id: string): Promise<RunConfig>;
  /** Goes on with a saved run, in place of what is under way. Everything said of it so far comes first, as events. */
  resumeSaved(id: string, onEvents: (events: RunEvents) => void): Promise<void>;
  /** A saved run as it was: everything said of it, and how it ended. Its weights can then be sampled and saved; nothing is trained. */
  openSaved(id: string): Promise<ShownRun>;
  /**
   * Deletes runs as of `at`, ms since 1970; `restoreSaved` undoes it for a while (util/kept.ts). One that another tab trains stays, and
   * its error is the answer.
   */
  deleteSaved(ids: string[], at: number): Promise<void>;
  restoreSaved(ids: string[]): Promise<void>;
  /** Gives up the room of all deleted runs now. */
  emptyDeleted(): Promise<void>;
  /** The page may be gone soon: saves what is under way after the step it is at. `leaving`: in a moment; the run then also waits a while. */
  saveSoon(leaving: boolean): Promise<void>;
  /**
   * Shows a run that another tab trains: everything so far, then what happens there. Resolves when that tab lets go of it, or
   * another call of the kind ends the watch.
   */
  watchSaved(id: string, onEvents: (events: RunEvents) => void): Promise<void>;
  unwatch(): Promise<void>;
  /** Asks the tab that trains a run to save it and let go: `resumeSaved` then goes on with it here. An error where that tab does not. */
  claimSaved(id: string): Promise<void>;
  /** Back to the run's last save, and past the batches drawn since. */
  goBack(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** One optimizer step, from the paused state. */
  step(): Promise<void>;
  /** Ends what is under way, run or experiment. */
  stop(): Promise<void>;
  experiment(request: ExperimentRequest, onEvents: (events: ExperimentEvents) => void): Promise<void>;
  /** The shipped base checkpoint that fits this configuration (train/bases/bases.ts). */
  shippedBase(config: RunConfig): Promise<BaseOffer | null>;
  /** What is in a model's folder, and what a run of this preset would start from. */
  describeModel(files: FolderBlob[], preset: RunConfig): Promise<FolderReport>;
  /** Held-out losses and samples of the weights that a start would begin with. */
  tryModel(config: RunConfig, files: UserFile[], base: BaseSource): Promise<ModelTrial>;
  /** What the world of a configuration holds; an error for a run on text. */
  worldCard(config: RunConfig): Promise<WorldCard>;
  /** Text continued from `prompt` by the weights as they are now. */
  sample(prompt: string, tokens: number, temperature: number, seed: number): Promise<string>;
  /** The HuggingFace folder as it stands, name → bytes; or what adapters have learnt, as PEFT saves it. */
  exportModel(part?: ExportPart): Promise<{ name: string; bytes: Uint8Array }[]>;
  /** What a run needs here, as the recipe stands. `files`: bytes of the user's sources. */
  preflight(config: RunConfig, part: RunPart, files: { source: string; bytes: number }[]): Promise<Preflight>;
  /** Prepares text, base and kernels of a run that may be started next, so that it starts at once. */
  warmUp(config: RunConfig, base?: BaseSource): Promise<void>;
  /** Takes the first steps of a run, once nothing trains, and remembers how long they took; null: stopped. */
  calibrate(config: RunConfig, files: UserFile[], base?: BaseSource): Promise<Calibration | null>;
  /** Measures the adapter for some seconds, once nothing trains. */
  checkMachine(onProgress: (progress: MachineProgress) => void): Promise<MachineReport>;
  /** The learning-rate range test; fewer points than rates where it diverged or was ended. */
  rangeTest(request: TrialRequest, onProgress: (progress: TrialProgress) => void): Promise<RangePoint[]>;
  overfit(request: TrialRequest, onProgress: (progress: TrialProgress) => void): Promise<OverfitResult>;
  /** Short base runs beside a run that rests at most; false if it was ended before the last. */
  cells(request: CellsRequest, onEvent: (event: CellsEvent) => void): Promise<boolean>;
  /** Activations of every cell's model at its first steps, of one batch; false if it was ended. */
  coordinates(request: CellsRequest, onRead: (cell: number, readings: Reading[]) => void): Promise<boolean>;
  /** Ends a trial or a grid under way; a run that lent its weights has them back then. */
  endTrial(): Promise<void>;
}
