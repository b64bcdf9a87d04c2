/**
 * What a run is, as plain data. A RunConfig fully resolved says everything needed to repeat a run bit for bit on one
 * device: it is written to config.json, to checkpoints and to the exporters' headers. Types only; the options'
 * defaults, ranges, units and labels live in options.ts, presets in presets.ts, checks in validate.ts.
 */

/** Architecture, in HuggingFace's own keys (`NemotronForCausalLM`, papers.md §5.2). */
export interface ModelConfig {
  /** HuggingFace's name of the family (src/model/parameters.ts); left out: 'nemotron'. */
  model_type?: string;
  /** The head is the embedding; of Llama's family alone. Left out: they are two. */
  tie_word_embeddings?: boolean;
  /** V: rows of the embedding and of lm_head; a multiple of 4, at least the tokenizer's size. */
  vocab_size: number;
  /** D: width of the residual stream; a multiple of 4. */
  hidden_size: number;
  /** F: width of the squared-ReLU MLP; a multiple of 4, 4·D in the paper. */
  intermediate_size: number;
  /** L. */
  num_hidden_layers: number;
  /** H query heads. */
  num_attention_heads: number;
  /** K key/value heads; divides H. */
  num_key_value_heads: number;
  /** d: width of one head; a multiple of 4. */
  head_dim: number;
  /** Longest sequence the run uses (T). */
  max_position_embeddings: number;
  /** Standard deviation of the initial linear and embedding weights. */
  initializer_range: number;
  norm_eps: number;
  rope_theta: number;
  /** Share of each head that RoPE turns; 0.5 in Nemotron. */
  partial_rotary_factor: number;
  /** Only adapters are trained; left out: every weight. */
  lora?: Lora;
  /** Width at which the rates are meant; weights start and move as µP has it at this one (src/model/mup.ts). Left out: the standard way. */
  mup_base_hidden_size?: number;
}

/** Matrices of a layer that may have an adapter: q, k and v together, o, the MLP's up (with its gate, where it has one), its down. */
export const LORA_TARGETS = ['qkv', 'o', 'up', 'down'] as const;
export type LoraTarget = (typeof LORA_TARGETS)[number];

/** Adapters of a rank (a multiple of 4) and strength; absent targets are the attention's, as of runs saved before there was a choice. */
export interface Lora {
  rank: number;
  alpha: number;
  targets?: readonly LoraTarget[];
}

/** Share of training tokens per source name; normalised before use, so percentages and fractions both serve. */
export type Blend = Record<string, number>;

/**
 * 'bpe': merges learnt from the training text; `even`: from as much of each source, so that small ones, such as another language, are
 * raised. 'word': one id a word of a synthetic world, whose vocabulary is closed and known before any text is made. 'given': the one that
 * comes with a model made elsewhere.
 */
export type TokenizerConfig =
  | { kind: 'byte' }
  | { kind: 'bpe'; vocab_size: number; even?: true }
  | { kind: 'word' }
  | { kind: 'given' };

/** η as a function of progress through one phase of `steps` steps. Rates are absolute. */
export interface ScheduleConfig {
  kind: 'cosine' | 'linear' | 'wsd' | 'constant';
  /** Rate reached after the warm-up, η_max. */
  peak: number;
  /** Rate at the last step, η_min. Ignored by 'constant'. */
  end: number;
  /** Steps of linear rise from `start` to `peak`; 0 = none. */
  warmupSteps: number;
  /** Rate at step 0 of a warm-up; 0 in pretraining, the base's final rate when re-warming. */
  warmupStart: number;
  /** 'wsd' only: share of the steps spent decaying at the end, and the shape of that decay. */
  decayShare: number;
  decayShape: 'linear' | 'cosine' | 'minus_sqrt';
}

export interface OptimizerConfig {
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Decoupled weight decay, applied to matrices only (not to norms; embeddings as `decay_embeddings` says). */
  weight_decay: number;
  decay_embeddings: boolean;
  /** Global gradient-norm clip; 0 = off. */
  max_grad_norm: number;
}

/** Factors of a tensor's rate, ε and decoupled decay. */
export interface UpdateScales {
  rate: number;
  epsilon: number;
  decay: number;
}

/** A stage of a batch ramp: so many sequences a step, for this share of the base run's tokens. */
export interface RampStage {
  sequences: number;
  share: number;
}

/** The base run: one blend, one schedule with warm-up. */
export interface BaseConfig {
  steps: number;
  schedule: ScheduleConfig;
  blend: Blend;
  /** Smaller batches at the beginning, the rate following tokens; left out: the whole batch from the first step. */
  batchRamp?: readonly RampStage[];
}

/**
 * Continued pretraining (papers.md §1.13): general blend, then QA blend from the step at which η has fallen to
 * peak/switchDivisor.
 */
export interface ContinuedConfig {
  steps: number;
  schedule: ScheduleConfig;
  general: Blend;
  qa: Blend;
  /** f: the blend switches at the first step whose rate is ≤ peak / f. 1 = from the start; 0 = never. */
  switchDivisor: number;
  /**
   * null: the switch follows the rate. A number in [0, 1]: the switch is at this share of the steps instead, for
   * comparisons that need equal tokens in both phases under schedules that reach peak / f elsewhere or never
   * (constant, re-warmed).
   */
  switchShare: number | null;
  /** Whether Adam's moments are carried over from the base run (no real difference in the paper, §1.1). */
  keepMoments: boolean;
}

export interface BatchConfig {
  /** B: rows a micro-batch. */
  sequences: number;
  /** T: tokens a row. */
  length: number;
  /** Micro-batches a step. */
  accumulation: number;
}

/** Size of the synthetic world (toy-world.md §1): every fact known, the same seed the same bytes. */
export interface WorldConfig {
  /** People whose facts the corpora state; a third each for the QA, the current and the archive group. */
  people: number;
  /** First names, and as many last names: at most names² people. */
  names: number;
  /** Values an attribute may take; also the number of options of a fact question. */
  values: number;
  /** Clean question-and-answer documents, repeated: the scarce QA set. */
  qaPool: number;
  /** Rate at which general and QA blends still mention archive people, relative to pretraining. */
  archiveRate: number;
  /** 'facts': web, wiki, forum and qa about people only. 'all': books, code, math and multi too. */
  skills: 'facts' | 'all';
}

export interface DataConfig {
  /** null: real text (shipped shards or files of the user's). Otherwise sources are generated from this world. */
  world: WorldConfig | null;
  /** Share of documents kept out of training, before anything else. */
  heldOut: number;
  /**
   * 'hash': documents are kept out by their hash. 'tail': the last share of each source's text, for a source that is
   * one document.
   */
  split: 'hash' | 'tail';
  /** Attention stays inside one document of a packed row. */
  separateDocuments: boolean;
}

export interface EvaluationConfig {
  /** Held-out loss every so many steps, and at every phase's ends; 0 = only at the ends. */
  everySteps: number;
  /** Rows of T tokens scored per source. */
  rows: number;
}

/** What is learnt: an objective by its name (src/objective), and its own settings. */
export interface ObjectiveConfig {
  name: string;
  [setting: string]: string | number | boolean;
}

export interface RunConfig {
  preset: string;
  /** Seeds weights, data order and samples, each through its own stream of a counter-based generator. */
  seed: number;
  model: ModelConfig;
  tokenizer: TokenizerConfig;
  data: DataConfig;
  batch: BatchConfig;
  /**
   * How a training step stores activations, their gradients and its copy of the matrices. Arithmetic, sums, the trained weights and the
   * optimizer's moments are f32 either way.
   */
  precision: 'f32' | 'f16';
  optimizer: OptimizerConfig;
  /** Left out: the next token, as in pretraining. */
  objective?: ObjectiveConfig;
  base: BaseConfig;
  /** null: a base run alone. */
  continued: ContinuedConfig | null;
  evaluation: EvaluationConfig;
  /** A metrics line every so many steps. */
  logEverySteps: number;
}
