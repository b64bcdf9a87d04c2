/** What a run says while it trains. */
import type { MetricColumns } from '../recipe/measurements.ts';
import type { PhaseName } from '../recipe/phases.ts';

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
