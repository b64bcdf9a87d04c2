/**
 * Named starting points, from a run of seconds on a software GPU to some 25 M parameters. A preset is a whole
 * RunConfig; its choices are the rows of the tables below, everything else follows from the ratios in `build`, each
 * with its reason.
 */
import { UserError } from '../util/errors.ts';
import { brief } from '../util/quoted.ts';
import { defaultInitializerRange, significant, vocabularyFor } from './derived.ts';
import { nearest } from './path.ts';
import type {
  BatchConfig,
  Blend,
  DataConfig,
  ModelConfig,
  RunConfig,
  ScheduleConfig,
  TokenizerConfig,
  WorldConfig,
} from './run.ts';
import { recipeWords } from '../words/recipe.ts';

export interface Preset {
  name: string;
  /** One line for a list of presets: what it is for. */
  title: string;
  config: RunConfig;
}

/** What one preset chooses. */
interface Choice {
  title: string;
  tokenizer: TokenizerConfig;
  /** D, L, H, K and the rotated share of each head. */
  model: { D: number; L: number; H: number; K: number; rotated: number; initializer?: number };
  batch: BatchConfig;
  steps: { base: number; continued: number; warmup: number };
  /** η_max of the base run and its η_min, which is also where the continued run starts. */
  peak: number;
  end: number;
  beta2: number;
  blends: Blends;
  data: DataConfig;
  evaluation: { everySteps: number; rows: number };
  logEverySteps: number;
}

interface Blends {
  base: Blend;
  general: Blend;
  qa: Blend;
}

function build(name: string, choice: Choice): RunConfig {
  const { D, L, H, K, rotated, initializer } = choice.model;
  const model: ModelConfig = {
    vocab_size: vocabularyFor(choice.tokenizer, choice.data.world),
    hidden_size: D,
    intermediate_size: 4 * D, // Nemotron's ratio (papers.md §1.1)
    num_hidden_layers: L,
    num_attention_heads: H,
    num_key_value_heads: K,
    head_dim: D / H,
    max_position_embeddings: choice.batch.length,
    initializer_range: initializer ?? defaultInitializerRange(D),
    norm_eps: 1e-5, // HF default (papers.md §5.2)
    rope_theta: 10_000, // HF default
    partial_rotary_factor: rotated,
  };
  const schedule = (peak: number, end: number, warmupSteps: number): ScheduleConfig => ({
    // 'wsd' decays over its last fifth, the usual share; the recipe itself is a cosine (papers.md §1.8).
    kind: 'cosine',
    peak,
    end,
    warmupSteps,
    warmupStart: 0,
    decayShare: 0.2,
    decayShape: 'linear',
  });
  return {
    preset: name,
    seed: 1,
    model,
    tokenizer: choice.tokenizer,
    data: choice.data,
    batch: choice.batch,
    precision: 'f32', // runs everywhere; f16 is a choice where the adapter has it
    optimizer: {
      beta1: 0.9, // papers.md §1.1
      beta2: choice.beta2,
      epsilon: 1e-8, // Adam's usual value; the paper's is not known
      weight_decay: 0.1, // papers.md §1.1
      decay_embeddings: true, // as Megatron: every matrix decays
      max_grad_norm: 1, // usual; remembered for the paper (papers.md §1.1)
    },
    base: {
      steps: choice.steps.base,
      schedule: schedule(choice.peak, choice.end, choice.steps.warmup),
      blend: choice.blends.base,
    },
    continued:
      choice.steps.continued === 0
        ? null
        : {
            steps: choice.steps.continued,
            // The recipe: from the base's final rate, no warm-up, to a hundredth of it (papers.md §1.8).
            schedule: schedule(choice.end, significant(choice.end / 100), 0),
            general: choice.blends.general,
            qa: choice.blends.qa,
            switchDivisor: 5, // best of five in the paper (papers.md §1.9)
            switchShare: null,
            keepMoments: true, // no difference in the paper; carrying them over makes one run of the two
          },
    evaluation: choice.evaluation,
    logEverySteps: choice.logEverySteps,
  };
}

/**
 * Real text. The shipped sources have no web crawl; licence texts, long and near-duplicate, play its part. As in the
 * paper the general blend cuts it to about a quarter and multiplies the dense sources (encyclopedia most), code stays
 * at 15 %, and question-and-answer text enters with the QA blend only (papers.md §1.5, §1.7). QA's share is 30 % and
 * not the paper's 12 %: a toy's QA phase is some tens to hundreds of steps, and at 12 % would see too few questions
 * for the held-out curves to show them.
 */
const REAL_BLENDS: Blends = {
  base: { legal: 30, news: 28, books: 12, encyclopedia: 4, docs: 11, code: 15 },
  general: { legal: 8, news: 18, books: 22, encyclopedia: 18, docs: 19, code: 15 },
  qa: { legal: 2, news: 6, books: 15, encyclopedia: 16, docs: 16, code: 15, 'qa-definitions': 15, 'qa-facts': 15 },
};

/** Documents held out by hash; one in ten leaves enough of the smaller sources on both sides. */
const REAL_DATA: DataConfig = { world: null, heldOut: 0.1, split: 'hash', separateDocuments: false };

/** β₂ of the paper (papers.md §1.1). */
const PAPER_BETA2 = 0.95;

/**
 * Sizes on real text. Learning rates: about 0.4/D from D = 96 on (in the range measured for D = 48 … 96 in toy-
 * world.md §2 and §7) and 4e-3 below. They end at a fifth of the peak, not the paper's tenth: a toy's continued run
 * has hundreds of steps, and with a tenth the rate after the switch is too small to use the QA blend at all (toy-
 * world.md §2). Continued steps are a fifth of the base's for the same reason (3.75 % in the paper). Half of each
 * head is rotated (papers.md §1.1); heads of 16 to 64 columns.
 */
const REAL: Record<string, Choice> = {
  smoke: {
    // 300 steps of 256 tokens at 0.7 MFLOP each: 55 GFLOP, 20 s measured on a software GPU with two cores, 3 s of
    // compiling before. A peak of 2e-3 or 8e-3 ended 0.025 and 0.005 nats higher.
    title: '0.1 M parameters: every stage of the recipe in under a minute, without a GPU',
    tokenizer: { kind: 'byte' },
    model: { D: 64, L: 2, H: 4, K: 2, rotated: 0.5 },
    batch: { sequences: 4, length: 64, accumulation: 1 },
    // 5 % warm-up: with 2 % the first update at full rate would come after five steps.
    steps: { base: 240, continued: 60, warmup: 12 },
    peak: 4e-3,
    end: 8e-4,
    beta2: PAPER_BETA2,
    blends: REAL_BLENDS,
    data: REAL_DATA,
    evaluation: { everySteps: 0, rows: 4 },
    logEverySteps: 1,
  },
  tiny: {
    title: '0.2 M parameters: half a minute on a laptop GPU, minutes without one',
    tokenizer: { kind: 'byte' },
    model: { D: 64, L: 4, H: 4, K: 2, rotated: 0.5 },
    batch: { sequences: 8, length: 64, accumulation: 1 },
    steps: { base: 1200, continued: 240, warmup: 24 },
    peak: 4e-3,
    end: 8e-4,
    beta2: PAPER_BETA2,
    blends: REAL_BLENDS,
    data: REAL_DATA,
    evaluation: { everySteps: 120, rows: 8 },
    logEverySteps: 1,
  },
  small: {
    title: '0.4 M parameters, 512 learnt tokens: a minute on a laptop GPU',
    tokenizer: { kind: 'bpe', vocab_size: 512 },
    model: { D: 96, L: 3, H: 6, K: 2, rotated: 0.5 },
    batch: { sequences: 16, length: 96, accumulation: 1 },
    steps: { base: 1500, continued: 300, warmup: 30 },
    peak: 4e-3,
    end: 8e-4,
    beta2: PAPER_BETA2,
    blends: REAL_BLENDS,
    data: REAL_DATA,
    evaluation: { everySteps: 150, rows: 8 },
    logEverySteps: 1,
  },
  class: {
    title: '1 M parameters, 1,024 learnt tokens: a few minutes on a laptop GPU, one lesson',
    tokenizer: { kind: 'bpe', vocab_size: 1024 },
    model: { D: 128, L: 4, H: 4, K: 2, rotated: 0.5 },
    batch: { sequences: 16, length: 128, accumulation: 1 },
    steps: { base: 2000, continued: 400, warmup: 40 },
    peak: 3e-3,
    end: 6e-4,
    beta2: PAPER_BETA2,
    blends: REAL_BLENDS,
    data: REAL_DATA,
    evaluation: { everySteps: 200, rows: 16 },
    logEverySteps: 1,
  },
  desk: {
    title: '5 M parameters, 2,048 learnt tokens: for a desktop GPU',
    tokenizer: { kind: 'bpe', vocab_size: 2048 },
    model: { D: 256, L: 6, H: 8, K: 2, rotated: 0.5 },
    batch: { sequences: 16, length: 256, accumulation: 1 },
    steps: { base: 3000, continued: 600, warmup: 60 },
    peak: 1.5e-3,
    end: 3e-4,
    beta2: PAPER_BETA2,
    blends: REAL_BLENDS,
    data: REAL_DATA,
    evaluation: { everySteps: 300, rows: 16 },
    logEverySteps: 1,
  },
  studio: {
    // Two micro-batches: logits of 16·256 rows and 3,072 columns are 50 MB, far from the 128 MiB a binding may have by
    // default.
    title: '25 M parameters, 3,072 learnt tokens: an hour on a fast GPU; bring more text than the shipped 8 MB',
    tokenizer: { kind: 'bpe', vocab_size: 3072 },
    model: { D: 512, L: 8, H: 8, K: 2, rotated: 0.5 },
    batch: { sequences: 16, length: 256, accumulation: 2 },
    steps: { base: 4000, continued: 800, warmup: 80 },
    peak: 8e-4,
    end: 1.6e-4,
    beta2: PAPER_BETA2,
    blends: REAL_BLENDS,
    data: REAL_DATA,
    evaluation: { everySteps: 400, rows: 16 },
    logEverySteps: 1,
  },
  shakespeare: {
    // The CPU recipe of nanoGPT's README, whose held-out 1.88 is the figure to meet: its rates, warm-up, β₂ and batch.
    // Peaks of 6e-4, 1e-3 and 2e-3 ended within 0.02 of each other in a CPU trainer of this architecture, 3e-3 0.04
    // higher. As many key/value heads as query heads, since nanoGPT shares none.
    title: 'Tiny Shakespeare against nanoGPT: give the file as a source named shakespeare',
    tokenizer: { kind: 'byte' },
    model: { D: 128, L: 4, H: 4, K: 4, rotated: 0.5 },
    batch: { sequences: 12, length: 64, accumulation: 1 },
    steps: { base: 2000, continued: 0, warmup: 100 },
    peak: 1e-3,
    end: 1e-4,
    beta2: 0.99,
    blends: { base: { shakespeare: 1 }, general: {}, qa: {} },
    // One long text: its first nine tenths train, its last tenth is held out.
    data: { world: null, heldOut: 0.1, split: 'tail', separateDocuments: false },
    evaluation: { everySteps: 500, rows: 64 },
    logEverySteps: 10,
  },
};

/**
 * The synthetic world (toy-world.md §1–2, §3c, §7). Blends follow its variant X2: the clean Q&A pool belongs to the
 * QA blend alone, the general blend's Q&A share stays the forum kind of pretraining, as in the paper, whose general
 * blend has no QA data. Both new blends read the `-recent` variants, which mention archive people at `archiveRate`.
 * Model, rates and steps are those its tables were measured with, the fully rotated heads of 8 to 24 columns and the
 * wider start of 0.5/√D included, so that results can be set beside them. Warm-up 2 %.
 */
const WORLD_BLENDS: Blends = {
  base: { web: 58, wiki: 12, books: 6, code: 5, math: 6, multi: 9, forum: 4 },
  general: { 'web-recent': 8, 'wiki-recent': 40, books: 6, code: 12, math: 20, 'multi-recent': 10, forum: 4 },
  qa: { 'wiki-recent': 12, books: 5, code: 10, math: 20, 'multi-recent': 8, qa: 45 },
};

const worldData = (world: WorldConfig): DataConfig => ({
  world,
  heldOut: 0.05,
  split: 'hash',
  separateDocuments: false,
});
const worldSpread = (D: number) => significant(0.5 / Math.sqrt(D), 5);

/** What is the same in all worlds but where one says otherwise: 82 k parameters, 3 M tokens. */
const WORLD_RUN = {
  tokenizer: { kind: 'word' },
  model: { D: 48, L: 2, H: 4, K: 2, rotated: 1, initializer: worldSpread(48) },
  batch: { sequences: 8, length: 64, accumulation: 1 },
  steps: { base: 4882, continued: 976, warmup: 98 },
  peak: 5e-3,
  end: 1e-3,
  beta2: PAPER_BETA2,
  evaluation: { everySteps: 0, rows: 16 },
  logEverySteps: 10,
} satisfies Partial<Choice>;

const WORLD: Record<string, Choice> = {
  ci: {
    title: 'Only the world’s facts, 35 k parameters: one arm of an experiment in about 470 small steps',
    ...WORLD_RUN,
    model: { D: 32, L: 2, H: 4, K: 2, rotated: 1, initializer: worldSpread(32) },
    batch: { sequences: 4, length: 32, accumulation: 1 },
    steps: { base: 2343, continued: 468, warmup: 47 },
    peak: 1e-2,
    end: 2e-3,
    blends: {
      base: { web: 69, wiki: 28, forum: 3 },
      general: { 'web-recent': 12, 'wiki-recent': 85, forum: 3 },
      qa: { 'wiki-recent': 30, qa: 70 },
    },
    data: worldData({ people: 40, names: 10, values: 8, qaPool: 60, archiveRate: 0.15, skills: 'facts' }),
  },
  world: {
    title: 'The whole world, 82 k parameters: the findings of the paper in minutes',
    ...WORLD_RUN,
    blends: WORLD_BLENDS,
    data: worldData({ people: 560, names: 28, values: 16, qaPool: 400, archiveRate: 0.15, skills: 'all' }),
  },
  'world-300': {
    // Facts saturate in some seeds only (toy-world.md §3b): the gain over plain continuing is larger, the rest varies
    // more.
    title: 'The world with fewer people, 82 k parameters: a larger gain over continuing as before',
    ...WORLD_RUN,
    blends: {
      ...WORLD_BLENDS,
      qa: { 'wiki-recent': 20, books: 5, code: 10, math: 20, 'multi-recent': 5, qa: 40 },
    },
    data: worldData({ people: 300, names: 24, values: 16, qaPool: 400, archiveRate: 0.15, skills: 'all' }),
  },
  'world-15b': {
    title: 'The whole world with the shares of Nemotron-4 15B: 70 % English, 15 % another language, 15 % code',
    ...WORLD_RUN,
    // The report's shares (papers.md §3.3) in all three blends; within English WORLD_BLENDS' proportions, about.
    blends: {
      base: { web: 48, wiki: 10, books: 5, math: 4, forum: 3, multi: 15, code: 15 },
      general: { 'web-recent': 7, 'wiki-recent': 36, books: 5, math: 18, forum: 4, 'multi-recent': 15, code: 15 },
      qa: { 'wiki-recent': 10, books: 4, math: 17, qa: 39, 'multi-recent': 15, code: 15 },
    },
    data: worldData({ people: 560, names: 28, values: 16, qaPool: 400, archiveRate: 0.15, skills: 'all' }),
  },
  lab: {
    title: 'The whole world with more people, 367 k parameters: where most of the findings show',
    ...WORLD_RUN,
    model: { D: 96, L: 3, H: 4, K: 2, rotated: 1, initializer: worldSpread(96) },
    steps: { base: 8789, continued: 1757, warmup: 176 },
    peak: 4e-3,
    end: 8e-4,
    blends: WORLD_BLENDS,
    data: worldData({ people: 900, names: 32, values: 16, qaPool: 400, archiveRate: 0.15, skills: 'all' }),
  },
};

export const PRESETS: readonly Preset[] = Object.entries({ ...REAL, ...WORLD }).map(([name, choice]) => ({
  name,
  title: choice.title,
  config: build(name, choice),
}));

/** What the page opens with and what an option's default is read from: quick on any GPU, bearable without one. */
export const DEFAULT_PRESET = 'small';

/** A copy of a preset's configuration, free to change. Errors on an unknown name, naming the nearest. */
export function presetConfig(name: string): RunConfig {
  const preset = PRESETS.find((p) => p.name === name);
  if (preset) return structuredClone(preset.config);
  const names = PRESETS.map((p) => p.name);
  const near = nearest(brief(name), names);
  const hint = near ? `did you mean '${near}'?` : 'choose another.';
  throw new UserError(recipeWords.noPreset(brief(name), hint, names.join(', ')), {
    code: 'config',
  });
}
