/** What is known of a run before it starts. */

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
