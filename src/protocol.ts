/**
 * What crosses the worker boundary: types only, so that the page never pulls in the trainer's code.
 * The page sends commands through comlink; the worker answers with batches of events at most ~10 times a second.
 */
import type { ModelConfig, RunConfig } from './config/run.ts';
import type { BaseMetadata } from './recipe/baseCheckpoint.ts';
import type { GridPlan, GridRow } from './recipe/grid.ts';
import type { MetricColumns } from './recipe/measurements.ts';
import type { PhaseName, RunPart } from './recipe/phases.ts';
import type { RangePoint } from './recipe/rangeTest.ts';
import type { ResultRow } from './recipe/results/results.ts';

export type { MetricColumns } from './recipe/measurements.ts';
export type { PhaseName } from './recipe/phases.ts';

/** What is to train: `auto` is the GPU unless there is none, or only one that the processor is better than. */
export type DeviceChoice = 'auto' | 'gpu' | 'cpu';

/** The processor, where it runs everything, in WebAssembly. */
export interface ProcessorFacts {
  threads: number;
  /** The browser gives this page no memory that threads could share: one does it all. */
  alone?: true;
  /** It was chosen, there is no GPU, only a software adapter, or one that was slower or wrong in the self-test. */
  because?: 'chosen' | 'none' | 'software' | 'slower' | 'wrong';
}

/** The machine a run uses, as far as the browser tells. */
export interface AdapterReport {
  processor?: ProcessorFacts;
  vendor: string;
  architecture: string;
  description: string;
  /** True for a software rasteriser such as SwiftShader: correct, slow. */
  software: boolean;
  features: string[];
  maxBufferSize: number;
  maxStorageBufferBindingSize: number;
}

/** Why training cannot start here, one cause each, so that the page can say what to do. */
export type NoGpuCause = 'insecure-address' | 'no-webgpu' | 'no-adapter' | 'device-refused';

/** Mean loss on a source's held-out documents, nats a token, at a step. */
export interface HeldOutPoint {
  step: number;
  tokens: number;
  loss: Record<string, number>;
  /** The same row by row, where a phase begins or ends: the rows are always the same, so a change has its spread. */
  rows?: Record<string, number[]>;
}

/** What the weights before a step can answer; shares in 0 … 1. Only a synthetic world has questions. */
export interface BenchmarkPoint {
  step: number;
  tokens: number;
  /** Plain mean over suites that are no probes; then its two parts, each null where the world has no such suite. */
  average: number;
  averageWithoutRetention: number | null;
  retention: number | null;
  averageChance: number;
  suites: {
    name: string;
    role: 'benchmark' | 'retention' | 'probe';
    accuracy: number;
    standardError: number;
    chance: number;
    logProb: number;
  }[];
}

export interface Sample {
  step: number;
  prompt: string;
  text: string;
  /** One of the fixed questions of a phase's end: where it comes from, and what its document goes on with. */
  question?: { source: string; expected: string };
}

export interface Switch {
  step: number;
  lr: number;
}

export interface SourceCount {
  name: string;
  /** Tokens drawn for training so far, and how often that passes over the source's own tokens. */
  tokens: number;
  epochs: number;
}

/** One union for every state a run can be in; the page draws from nothing else. */
export type RunState =
  | { kind: 'idle' }
  | { kind: 'preparing'; what: string; done: number; total: number }
  | { kind: 'compiling'; done: number; total: number }
  | { kind: 'training'; phase: PhaseName }
  | { kind: 'evaluating'; phase: PhaseName }
  | { kind: 'paused'; phase: PhaseName }
  | { kind: 'done' }
  | { kind: 'stopped' }
  /** Gone on with in another tab, which asked for it. */
  | { kind: 'moved' }
  | { kind: 'diverged'; step: number; message: string }
  /** `code`: the kind of cause, where it has a name (UserError). */
  | { kind: 'failed'; message: string; code?: string };

export type NoticeCode =
  | 'bad-step'
  | 'spike'
  | 'went-back'
  | 'not-saved'
  | 'storage'
  | 'data'
  | 'old-save'
  | 'gpu-lost'
  | 'gpu-hung'
  | 'gpu-error'
  | 'gpu-refused'
  | 'gpu-variant'
  | 'thread-lost'
  | 'other-device'
  | 'page'
  | 'restarted'
  | 'slept'
  | 'elsewhere'
  | 'first-step'
  | 'gradient-spike'
  | 'clip-rate'
  | 'plateau'
  | 'dead-units'
  | 'update-ratio'
  | 'attention-scores';

/** Something of a run that a person should read: one code a kind, one message of whole sentences. */
export interface Notice {
  code: NoticeCode;
  /** null: of no step. */
  step: number | null;
  message: string;
}

/** What the first step of a run shows: a wrong set-up is seen here before it has cost anything. */
export interface FirstCheck {
  name: 'loss' | 'gradients';
  sound: boolean;
  message: string;
}

/** A tensor as a step left it, by HuggingFace's name. */
export interface TensorReading {
  name: string;
  /** ‖g‖, before clipping. */
  gradNorm: number;
  /** Whether every element of g was. */
  finite: boolean;
  /** ‖w‖, after the update. */
  weightNorm: number;
  /** ‖Δw‖/‖w‖ of the update; null where w is all zero. */
  updateRatio: number | null;
}

/** A layer on the rows of a step. */
export interface LayerReading {
  /** Share of the F squared-ReLU units that were above zero on no token. */
  dead: number;
  /** Largest attention score q·k/√d of any head. */
  highestScore: number;
}

/** A look inside the model, right after a step. */
export interface Inspection {
  step: number;
  /** Share of the steps since the last look whose gradient was scaled down. */
  clipRate: number;
  tensors: TensorReading[];
  layers: LayerReading[];
}

/** The run went back: steps `to` … `from` are taken again, and what was said of them is void. */
export interface Rewind {
  from: number;
  to: number;
}

/** A save that a resumed run starts from. */
export interface Saved {
  /** Of the saved run; null: it goes with the tab. */
  id: string | null;
  step: number;
  bytes: number;
  /** Where it lies; 'memory' is lost with the tab. */
  where: 'opfs' | 'indexeddb' | 'memory' | 'disk';
}

/** A run that can be gone on with, as its last save tells it. */
export interface SavedRun {
  id: string;
  preset: string;
  seed: number;
  part: RunPart;
  /** The next step, and one past the last. */
  step: number;
  endStep: number;
  phase: PhaseName;
  /** The last one logged. */
  loss: number | null;
  /** How the run stood; 'training': its tab ended without a word. */
  state: 'training' | 'paused' | 'stopped' | 'done';
  /** Milliseconds since 1970. */
  startedAt: number;
  savedAt: number;
  bytes: number;
  /** Of the text and settings kept with it; unsaid by older versions. */
  inputBytes?: number;
  /** Counts the run's saves. */
  generation: number;
}

/** One that can be had back for a while. */
export interface DeletedRun extends SavedRun {
  /** Milliseconds since 1970. */
  deletedAt: number;
}

/** A saved run as the list shows it. */
export interface ListedRun extends SavedRun {
  /** Another tab trains it now. */
  elsewhere: boolean;
}

/** Newest first; `notes`: what the list cannot show, a sentence each. */
export interface SavedList {
  runs: ListedRun[];
  /** Latest first. */
  deleted: DeletedRun[];
  notes: string[];
}

/** Everything that happened since the last batch of events. A rewind comes before all else in its batch. */
export interface RunEvents {
  state?: RunState;
  metrics?: MetricColumns;
  heldOut?: HeldOutPoint[];
  benchmarks?: BenchmarkPoint[];
  samples?: Sample[];
  switches?: Switch[];
  sources?: SourceCount[];
  log?: string[];
  /** Their messages are lines of `log` too. */
  notices?: Notice[];
  rewind?: Rewind;
  saved?: Saved;
  checks?: FirstCheck[];
  inspections?: Inspection[];
}

/** A saved run, shown again. */
export interface OpenedRun {
  config: RunConfig;
  part: RunPart;
  events: RunEvents;
}

/** A file the user gave: its text never leaves the browser. The page hands on the file, and the worker reads it. */
export interface UserFile {
  source: string;
  name: string;
  bytes: Blob;
  /** What becomes of bytes that are no text; by default the file is refused. */
  invalid?: 'refuse' | 'replace' | 'windows-1252';
  /** The column or field that is read alone. */
  column?: string | null;
}

/** How a file will be read: its first documents, cut to what a person looks through, and what was chosen or left out. */
export interface FilePreview {
  documents: number;
  /** `length`: UTF-16 units of the whole document. */
  first: { text: string; length: number }[];
  notes: string[];
  /** Columns or fields one of which may be read alone, and the one that is. */
  columns: string[];
  column: string | null;
}

/**
 * What was found in a file that was read to its end. Damaged: a person may choose what becomes of those places; column: which
 * of several is the text.
 */
export type FileReport =
  | ({ kind: 'good' } & FilePreview)
  | { kind: 'damaged'; places: number; at: number; in: string }
  | { kind: 'column'; columns: string[]; message: string }
  | { kind: 'refused'; code: string; message: string };

/** A file of a model folder. */
export interface ModelFile {
  name: string;
  bytes: Uint8Array;
}

/** What a run continues instead of training a base of its own: the checkpoint shipped for its preset and seed, or a folder's. */
export type BaseSource = { kind: 'shipped' } | { kind: 'folder'; files: FolderBlob[] };

/** A file of a model's folder that is to be opened: the page hands it on, and the worker reads it. */
export interface FolderBlob {
  name: string;
  bytes: Blob;
}

/** What a model's folder holds, known before a weight is read. */
export interface FolderReport {
  /** transformers' class. */
  architecture: string;
  parameters: number;
  model: ModelConfig;
  tokenizer: { kind: 'byte' | 'bpe' | 'word' | 'foreign'; size: number };
  /** How the weights are stored; bytes and number of their files. */
  dtypes: string[];
  bytes: number;
  shards: number;
  /** What of it is left out of account, and what it does not say, a sentence each. */
  notes: string[];
  /** It has this project's own record. */
  own: boolean;
  /** What a run starts from. */
  metadata: BaseMetadata;
}

/** What a model does before it is trained here. */
export interface ModelTrial {
  /** Nats a token, by source; none of it was trained on here. */
  heldOut: Record<string, number>;
  samples: { prompt: string; text: string }[];
}

/** A shipped base that a run could start from: bytes to fetch, and its own record. */
export interface BaseOffer {
  bytes: number;
  metadata: BaseMetadata;
}

/** Experiments (recipe/experiments.ts) by name, run as one: arms that several of them share are run once. */
export interface ExperimentRequest {
  experiments: string[];
  config: RunConfig;
  seeds: number[];
  /** Rows there already: their arms are not run again. */
  done: ResultRow[];
}

/** Where an experiment is. Steps are counted over base and continued run together. */
export type ExperimentState =
  | { kind: 'idle' }
  /** `what`: what it waits for. */
  | { kind: 'preparing'; what?: string }
  | { kind: 'compiling'; done: number; total: number }
  | { kind: 'running'; arm: string; seed: number; firstStep: number; endStep: number }
  | { kind: 'done' }
  | { kind: 'stopped' }
  | { kind: 'failed'; message: string; code?: string };

/** Everything an experiment has to say since the last batch. The base of a seed is the arm 'base'. */
export interface ExperimentEvents {
  state?: ExperimentState;
  metrics?: { arm: string; seed: number; columns: MetricColumns }[];
  heldOut?: { arm: string; seed: number; point: HeldOutPoint }[];
  benchmarks?: { arm: string; seed: number; point: BenchmarkPoint }[];
  rows?: ResultRow[];
  /** Of a lost device, above all: what was said of the arm under way is void. They come before all else in their batch. */
  notices?: Notice[];
}

/** What a trial works on: the weights a start would begin with, or those of the run as it rests, which are put back afterwards. */
export interface TrialRequest {
  weights: 'start' | 'run';
  config: RunConfig;
  files: UserFile[];
  base: BaseSource | null;
}

export type TrialProgress =
  | { kind: 'preparing'; what: string }
  | { kind: 'compiling'; done: number; total: number }
  /** All rates swept so far, or all losses of an overfit. */
  | { kind: 'sweeping'; points: RangePoint[] }
  | { kind: 'overfitting'; losses: number[] };

/** What became of one row of text, trained on over and over. */
export interface OverfitResult {
  losses: number[];
  rate: number;
  /** The loss fell to a tenth of the first. */
  learnt: boolean;
}

export interface GridRequest {
  config: RunConfig;
  files: UserFile[];
  plan: GridPlan;
  /** Rows there already: they are not run again. */
  done: GridRow[];
}

export type GridEvent =
  | { kind: 'running'; rate: number; sequences: number; seed: number; step: number; endStep: number }
  | { kind: 'row'; row: GridRow };

/** What a check of the machine measures next. */
export type MachineProgress =
  | { kind: 'product'; side: number; done: number; total: number }
  | { kind: 'steps'; preset: string; done: number; total: number };

/** A matrix product C = A·B: `nt` as in a linear layer forward, `nn` and `tn` as in its two gradients. */
export interface ProductSpeed {
  kind: 'nt' | 'nn' | 'tn';
  m: number;
  n: number;
  k: number;
  flopsPerSecond: number;
}

/** Training steps of a preset, one after the other. FLOPs are the model's, with the causal half of attention. */
export interface StepSpeed {
  preset: string;
  parameters: number;
  msPerStep: number;
  tokensPerSecond: number;
  flopsPerSecond: number;
  /** Compiling included. */
  firstStepMs: number;
  gpuBytes: number;
}

/** The check of a machine: what its adapter offers and does. */
export interface MachineReport {
  adapter: AdapterReport;
  limits: Record<string, number>;
  products: ProductSpeed[];
  /** Smallest first; presets that would take long are left out. */
  steps: StepSpeed[];
}

/** What a synthetic world holds, counted from its generated documents. */
export interface WorldCard {
  /** People by group: asked about in Q&A text, in other text only, rare in continued pretraining. */
  people: { qa: number; current: number; archive: number };
  /** Facts of people: people × attributes. */
  facts: number;
  vocabulary: number;
  dictionaryWords: number;
  sources: {
    name: string;
    description: string;
    averageTokens: number;
    averageBytes: number;
    /** A repeated pool's documents, the different ones among them, and its tokens; null for an endless source. */
    pool: { documents: number; distinct: number; tokens: number } | null;
    /** Share of held-out documents whose text stands among the first training documents too. */
    heldOutRepeated: number;
  }[];
  suites: { name: string; role: string; description: string; items: number; chance: number }[];
}

/** What a run asks of the machine, before anything is allocated. */
export interface Needs {
  parameters: number;
  /** Of all GPU buffers that exist at once. */
  bytes: number;
  /** The largest one, by the name of what lies in it. */
  largest: { name: string; bytes: number };
  /** Most bytes that this adapter gives and binds as one buffer. */
  limit: number;
  /** Whether layers are computed again in the backward pass, for memory. */
  recomputed: boolean;
  /** 'too-large': a buffer is over the limit and the run cannot start. 'heavy': more than many machines have to give. */
  verdict: 'fits' | 'heavy' | 'too-large';
  /** The nearest settings that fit, as `--set` takes them; null: it fits, or nothing simple helps. */
  instead: {
    changes: { key: string; label: string; from: string; to: string }[];
    bytes: number;
    largest: { name: string; bytes: number };
  } | null;
}

/** Seconds that the parts of a run take on one adapter, measured on its own beginning. */
export interface Calibration {
  /** Text read, tokenizer trained, tokens packed. */
  prepare: number;
  compile: number;
  /** One optimizer step: mean, and the 10th and 90th percentile of the groups that were read together. */
  step: number;
  stepLow: number;
  stepHigh: number;
  /** Held-out losses, benchmarks and a sample, the first time (their kernels are compiled) and later. */
  firstEvaluation: number;
  evaluation: number;
  save: number;
  /** Between saves. */
  saveEvery: number;
  /** Training tokens of every source; null: endless. */
  sourceTokens: Record<string, number | null>;
}

/** What is known of a run before it starts. */
export interface Preflight {
  needs: Needs;
  /** Training tokens of every source, as far as they can be told without reading it; null: endless. */
  sourceTokens: Record<string, number | null>;
  /** An earlier one of this run on this adapter. */
  calibration: Calibration | null;
}

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
  openSaved(id: string): Promise<OpenedRun>;
  /**
   * Deletes runs as of `at`, ms since 1970; `restoreSaved` undoes it for a while (util/kept.ts). One that another tab trains stays, and
   * its error is the answer.
   */
  deleteSaved(ids: string[], at: number): Promise<void>;
  restoreSaved(ids: string[]): Promise<void>;
  /** Gives up the room of all deleted runs now. */
  emptyDeleted(): Promise<void>;
  /** The page may be gone in a moment: saves what is under way after the step it is at. */
  saveSoon(): Promise<void>;
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
  exportModel(part?: 'model' | 'adapter'): Promise<{ name: string; bytes: Uint8Array }[]>;
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
  /** Peak rates by batch sizes on equal tokens, beside a run that rests at most; false if it was ended before its last row. */
  grid(request: GridRequest, onEvent: (event: GridEvent) => void): Promise<boolean>;
  /** Ends a trial or a grid under way; a run that lent its weights has them back then. */
  endTrial(): Promise<void>;
}
