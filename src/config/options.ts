/**
 * Every option of a run as data. Forms, links, `--set key=value`, checkpoint headers and the explanations beside a
 * control are all made from this list; nothing about an option is written a second time elsewhere.
 *
 * Keys are the dotted paths into a RunConfig. Blends are not listed one by one: `BLENDS` names them, and
 * `<blend>.<source>` is the key of one weight.
 */
import type { RunConfig } from './run.ts';

/**
 * How far a statement is backed, as papers.md §0 marks it: T read in the paper's own table, P measured on its figure,
 * S stated in a text that was read, C read in source code, D derived by arithmetic, V machine reading of a figure, M
 * remembered, M? doubtful.
 */
export type Mark = 'T' | 'P' | 'S' | 'C' | 'D' | 'V' | 'M' | 'M?';

/** Where an option's meaning or usual value comes from; `notes` is the section of this project's paper notes. */
export interface Source {
  from: 'Reuse, Don\'t Retrain (arXiv 2407.07263)' | 'HuggingFace NemotronForCausalLM' | 'this project';
  notes?: string;
  mark?: Mark;
}

interface Described {
  key: string;
  label: string;
  section: Section;
  explanation: string;
  source: Source;
  unit?: string;
}

export interface IntegerOption extends Described { type: 'integer'; min: number; max: number; step: number }
/** `scale` says how a slider should move; `nullable` that `none` is a value too. */
export interface NumberOption extends Described {
  type: 'number'; min: number; max: number; step: number; scale: 'linear' | 'log'; nullable?: true;
}
export interface BooleanOption extends Described { type: 'boolean' }
export interface ChoiceOption extends Described { type: 'choice'; choices: readonly string[] }
/** `byte`, `bpe:N` with N in min … max, or `word`. */
export interface TokenizerOption extends Described { type: 'tokenizer'; min: number; max: number }
/** A part of the configuration that may be off (null): `on` or `off`. */
export interface SectionOption extends Described { type: 'section' }
export type Option = IntegerOption | NumberOption | BooleanOption | ChoiceOption | TokenizerOption | SectionOption;

export type Section =
  'Model' | 'Tokenizer and data' | 'Batch' | 'Optimizer' | 'Base run' | 'Continued pretraining' | 'Measuring' | 'World';

const PAPER = 'Reuse, Don\'t Retrain (arXiv 2407.07263)';
const HF = 'HuggingFace NemotronForCausalLM';
const reuse = (notes: string, mark: Mark): Source => ({ from: PAPER, notes: `papers.md ${notes}`, mark });
const hf = (notes = '§5.2'): Source => ({ from: HF, notes: `papers.md ${notes}`, mark: 'C' });
const own: Source = { from: 'this project' };

/** Largest count that a Uint32 holds with room for sums: seeds, steps. */
const MAX_COUNT = 0x7fffffff;

function model(): Option[] {
  const section = 'Model';
  return [
    { key: 'model.vocab_size', label: 'Vocabulary', section, type: 'integer', min: 4, max: 262144, step: 4, unit: 'ids',
      explanation: 'Rows of the embedding and of the output layer. At least the tokenizer\'s size, padded to a ' +
        'multiple of 4.',
      source: hf() },
    { key: 'model.hidden_size', label: 'Width', section, type: 'integer', min: 8, max: 4096, step: 4, unit: 'columns',
      explanation: 'D, the width of the residual stream that every layer reads and adds to.', source: hf() },
    { key: 'model.intermediate_size', label: 'MLP width', section,
      type: 'integer', min: 8, max: 16384, step: 4, unit: 'columns',
      explanation: 'F, the inner width of the squared-ReLU MLP. Nemotron takes four times the width.',
      source: reuse('§1.1', 'C') },
    { key: 'model.num_hidden_layers', label: 'Layers', section,
      type: 'integer', min: 1, max: 64, step: 1, unit: 'layers',
      explanation: 'L, how many times attention and MLP follow each other.', source: hf() },
    { key: 'model.num_attention_heads', label: 'Query heads', section,
      type: 'integer', min: 1, max: 64, step: 1, unit: 'heads',
      explanation: 'H, how many different places a token can look at in one layer.', source: hf() },
    { key: 'model.num_key_value_heads', label: 'Key/value heads', section,
      type: 'integer', min: 1, max: 64, step: 1, unit: 'heads',
      explanation: 'K, key and value heads, each shared by H/K query heads (grouped-query attention): less to ' +
        'compute and to cache.',
      source: reuse('§1.1', 'S') },
    { key: 'model.head_dim', label: 'Head width', section, type: 'integer', min: 4, max: 256, step: 4, unit: 'columns',
      explanation: 'd, the width of one head; width divided by query heads unless set.', source: hf() },
    { key: 'model.max_position_embeddings', label: 'Longest context', section,
      type: 'integer', min: 8, max: 4096, step: 1, unit: 'tokens',
      explanation: 'Longest sequence the model is used with; at least the row length.', source: hf() },
    { key: 'model.initializer_range', label: 'Initial spread', section,
      type: 'number', min: 1e-4, max: 1, step: 0.001, scale: 'log',
      explanation: 'Standard deviation of initial weights. 0.4/√D unless set: the first loss is then ln V + ' +
        '0.08 at any width.',
      source: own },
    { key: 'model.norm_eps', label: 'Norm epsilon', section,
      type: 'number', min: 1e-8, max: 1e-2, step: 1e-6, scale: 'log',
      explanation: 'Added to the variance in layer normalisation, against division by zero.', source: hf() },
    { key: 'model.rope_theta', label: 'RoPE base', section, type: 'number', min: 10, max: 1e7, step: 10, scale: 'log',
      explanation: 'Base of the rotary wavelengths: the slowest pair turns once in about 2π·θ tokens.',
      source: hf() },
    { key: 'model.partial_rotary_factor', label: 'Rotated share', section,
      type: 'number', min: 0.05, max: 1, step: 0.05, scale: 'linear',
      explanation: 'Share of each head that carries position; the rest is free of it. Half in Nemotron.',
      source: reuse('§1.1', 'S') },
  ];
}

function data(): Option[] {
  const section = 'Tokenizer and data';
  return [
    { key: 'tokenizer', label: 'Tokenizer', section, type: 'tokenizer', min: 258, max: 65536,
      explanation: '`byte`: one id a byte. `bpe:N`: N ids, merges learnt from the training text. `word`: a ' +
        'synthetic world\'s word list.',
      source: own },
    { key: 'data.heldOut', label: 'Held out', section,
      type: 'number', min: 0.001, max: 0.5, step: 0.01, scale: 'linear', unit: 'share',
      explanation: 'Share of each source that is never trained on, chosen before anything else is done with it.',
      source: own },
    { key: 'data.split', label: 'Held-out choice', section, type: 'choice', choices: ['hash', 'tail'],
      explanation: '`hash`: by each document\'s hash. `tail`: the end of each source, for a source that is one ' +
        'long text.',
      source: own },
    { key: 'data.separateDocuments', label: 'Keep documents apart', section, type: 'boolean',
      explanation: 'Attention stops at document borders inside a packed row, at some cost in speed.', source: own },
    { key: 'seed', label: 'Seed', section, type: 'integer', min: 0, max: MAX_COUNT, step: 1,
      explanation: 'Everything random follows from it: weights, order of data, samples. Same seed and device, ' +
        'same losses.',
      source: own },
  ];
}

function batch(): Option[] {
  const section = 'Batch';
  return [
    { key: 'batch.sequences', label: 'Rows', section, type: 'integer', min: 1, max: 512, step: 1, unit: 'rows',
      explanation: 'B, rows computed at once; memory grows with it.', source: own },
    { key: 'batch.length', label: 'Row length', section, type: 'integer', min: 8, max: 4096, step: 1, unit: 'tokens',
      explanation: 'T, tokens a row: how far back the model can look while it learns.', source: own },
    { key: 'batch.accumulation', label: 'Micro-batches', section, type: 'integer', min: 1, max: 256, step: 1,
      explanation: 'Gradients of so many batches are added before one update: a larger batch without more memory.',
      source: own },
  ];
}

function optimizer(): Option[] {
  const section = 'Optimizer';
  return [
    { key: 'optimizer.beta1', label: 'β₁', section, type: 'number', min: 0, max: 0.9999, step: 0.01, scale: 'linear',
      explanation: 'Memory of AdamW\'s mean gradient.', source: reuse('§1.1', 'S') },
    { key: 'optimizer.beta2', label: 'β₂', section, type: 'number', min: 0, max: 0.99999, step: 0.01, scale: 'linear',
      explanation: 'Memory of AdamW\'s mean squared gradient. 0.95 forgets in some 20 steps; 0.99 steadies ' +
        'small batches.',
      source: reuse('§1.1', 'S') },
    { key: 'optimizer.epsilon', label: 'Adam ε', section,
      type: 'number', min: 1e-15, max: 1e-2, step: 1e-8, scale: 'log',
      explanation: 'Keeps the update finite where gradients vanish.', source: own },
    { key: 'optimizer.weight_decay', label: 'Weight decay', section,
      type: 'number', min: 0, max: 1, step: 0.01, scale: 'linear',
      explanation: 'Each step shrinks matrices by η times this, apart from the gradient (decoupled). Norms and ' +
        'biases never decay.',
      source: reuse('§1.1', 'S') },
    { key: 'optimizer.decay_embeddings', label: 'Decay embeddings', section, type: 'boolean',
      explanation: 'Whether the embedding and the output layer decay like other matrices.', source: own },
    { key: 'optimizer.max_grad_norm', label: 'Gradient clip', section,
      type: 'number', min: 0, max: 1000, step: 0.1, scale: 'linear',
      explanation: 'A gradient longer than this (all weights taken as one vector) is shortened to it. 0 turns ' +
        'clipping off.',
      source: reuse('§1.1', 'M?') },
  ];
}

/** The schedule's options of one phase; the same shape twice, with each phase's own explanations where they differ. */
function schedule(at: 'base' | 'continued'): Option[] {
  const base = at === 'base';
  const section: Section = base ? 'Base run' : 'Continued pretraining';
  const key = `${at}.schedule`;
  return [
    { key: `${at}.steps`, label: 'Steps', section, type: 'integer', min: 1, max: 10_000_000, step: 1, unit: 'steps',
      explanation: base ? 'Optimizer steps of the base run.'
        : 'Optimizer steps of both blends together. The paper\'s 300B tokens are 3.75 % of its 8T base; a toy ' +
          'needs more, about a fifth.',
      source: base ? own : reuse('§1.14', 'D') },
    { key: `${key}.kind`, label: 'Schedule', section, type: 'choice', choices: ['cosine', 'linear', 'wsd', 'constant'],
      explanation: 'How the rate falls from peak to end: along a cosine, a line, late (warm-up, stable, decay), ' +
        'or not at all.',
      source: reuse('§1.8', 'S') },
    { key: `${key}.peak`, label: 'Peak rate', section, type: 'number', min: 1e-8, max: 1, step: 1e-5, scale: 'log',
      explanation: base ? 'η_max, the largest learning rate, reached after the warm-up.'
        : 'Where continued pretraining starts: the rate at which the base run ended.',
      source: base ? own : reuse('§1.8', 'S') },
    { key: `${key}.end`, label: 'End rate', section, type: 'number', min: 0, max: 1, step: 1e-6, scale: 'log',
      explanation: base
        ? 'Rate at the last step. A tenth of the peak in the paper; a fifth in toy runs, whose few continued ' +
          'steps need it.'
        : 'Rate at the last step: a hundredth of the peak did best in the paper.',
      source: base ? reuse('§1.1', 'S') : reuse('§1.8', 'T') },
    { key: `${key}.warmupSteps`, label: 'Warm-up', section,
      type: 'integer', min: 0, max: 10_000_000, step: 1, unit: 'steps',
      explanation: base ? 'Steps of linear rise to the peak, while Adam\'s averages settle.'
        : 'None in the recipe: each kind of re-warming tried in the paper ended lower.',
      source: reuse(base ? '§1.1' : '§1.8', 'S') },
    { key: `${key}.warmupStart`, label: 'Warm-up from', section,
      type: 'number', min: 0, max: 1, step: 1e-6, scale: 'log',
      explanation: 'Rate at the first step of a warm-up; without one it has no effect.', source: own },
    { key: `${key}.decayShare`, label: 'Decay share', section, type: 'number', min: 0.01, max: 1, step: 0.01,
      scale: 'linear', unit: 'share',
      explanation: 'Share of the steps that a `wsd` schedule spends decaying, at its end.', source: own },
    { key: `${key}.decayShape`, label: 'Decay shape', section,
      type: 'choice', choices: ['linear', 'cosine', 'minus_sqrt'],
      explanation: 'Form of a `wsd` schedule\'s decay; `minus_sqrt` is 1 − √q, steep at first.', source: own },
  ];
}

function continued(): Option[] {
  const section = 'Continued pretraining';
  return [
    { key: 'continued', label: 'Continued pretraining', section, type: 'section',
      explanation: 'The two-phase recipe after the base run: general blend, then question-and-answer blend.',
      source: reuse('§1.13', 'S') },
    ...schedule('continued'),
    { key: 'continued.switchDivisor', label: 'Switch at peak ÷', section,
      type: 'number', min: 0, max: 1000, step: 0.1, scale: 'log',
      explanation: 'The blend changes once the rate is at most peak divided by this: 5 did best in the paper, 1 ' +
        'from the start, 0 never.',
      source: reuse('§1.9', 'T') },
    { key: 'continued.switchShare', label: 'Switch at a share', section, type: 'number', min: 0, max: 1, step: 0.01,
      scale: 'linear', unit: 'of steps', nullable: true,
      explanation: 'Switches at this share of the steps whatever the rate, to compare schedules on equal ' +
        'tokens. `none`: the rate decides.',
      source: own },
    { key: 'continued.keepMoments', label: 'Keep Adam\'s state', section, type: 'boolean',
      explanation: 'Carry the optimizer\'s averages over from the base run. Made no real difference in the paper.',
      source: reuse('§1.1', 'S') },
  ];
}

function measuring(): Option[] {
  const section = 'Measuring';
  return [
    { key: 'evaluation.everySteps', label: 'Held-out every', section,
      type: 'integer', min: 0, max: 10_000_000, step: 1, unit: 'steps',
      explanation: 'Steps between measurements of held-out loss; 0 measures only where phases begin and end.',
      source: own },
    { key: 'evaluation.rows', label: 'Held-out rows', section,
      type: 'integer', min: 1, max: 4096, step: 1, unit: 'rows',
      explanation: 'Rows of held-out text scored per source each time.', source: own },
    { key: 'logEverySteps', label: 'Log every', section, type: 'integer', min: 1, max: 100_000, step: 1, unit: 'steps',
      explanation: 'Steps between points of the curves and lines of metrics.jsonl.', source: own },
  ];
}

function world(): Option[] {
  const section = 'World';
  const source: Source = { from: 'this project', notes: 'toy-world.md §1' };
  return [
    { key: 'data.world', label: 'Synthetic world', section, type: 'section', source,
      explanation: 'Generate the sources from a small world in which every fact is known, instead of reading ' +
        'real text.' },
    { key: 'data.world.people', label: 'People', section, type: 'integer', min: 3, max: 4096, step: 1, source,
      explanation: 'How many people the corpora tell of: a third appear in Q&A text, a third only in prose, a ' +
        'third are mostly archive.' },
    { key: 'data.world.names', label: 'First names', section, type: 'integer', min: 2, max: 64, step: 1, source,
      explanation: 'First names, and as many last names; people are pairs of them.' },
    { key: 'data.world.values', label: 'Values', section, type: 'integer', min: 2, max: 16, step: 1, source,
      explanation: 'Values an attribute may take, and so the options of a question: chance is one in this many.' },
    { key: 'data.world.qaPool', label: 'Q&A documents', section,
      type: 'integer', min: 1, max: 100_000, step: 1, unit: 'documents', source,
      explanation: 'Clean question-and-answer documents, repeated in the QA blend: scarce, as in reality.' },
    { key: 'data.world.archiveRate', label: 'Archive rate', section,
      type: 'number', min: 0, max: 1, step: 0.05, scale: 'linear', source,
      explanation: 'How often new blends still mention archive people, against pretraining: what makes ' +
        'forgetting measurable.' },
    { key: 'data.world.skills', label: 'Skills', section, type: 'choice', choices: ['facts', 'all'], source,
      explanation: '`facts`: only facts about people. `all`: stories, list operations, arithmetic and a cipher ' +
        'language too.' },
  ];
}

/** Every option, in the order a form would show them. */
export const OPTIONS: readonly Option[] = [
  ...model(), ...data(), ...batch(), ...optimizer(), ...schedule('base'), ...continued(), ...measuring(), ...world(),
];

const BY_KEY = new Map(OPTIONS.map((option) => [option.key, option]));

/** The option of a key, or undefined. Weights of blends are not options: see `BLENDS`. */
export function optionOf(key: string): Option | undefined {
  return BY_KEY.get(key);
}

export interface BlendOption extends Described { type: 'blend' }

/** The three data blends. Weights are shares of tokens, in any unit: they are divided by their sum. */
export const BLENDS: readonly BlendOption[] = [
  { key: 'base.blend', label: 'Base blend', section: 'Base run', type: 'blend', unit: 'share of tokens',
    explanation: 'Sources of the base run.', source: reuse('§1.2', 'P') },
  { key: 'continued.general', label: 'General blend', section: 'Continued pretraining',
      type: 'blend', unit: 'share of tokens',
    explanation: 'First phase: near the base blend, with weight moved to cleaner and denser sources.',
    source: reuse('§1.5', 'P') },
  { key: 'continued.qa', label: 'QA blend', section: 'Continued pretraining', type: 'blend', unit: 'share of tokens',
    explanation: 'Second phase, at small rates: question-and-answer text enters, web text nearly leaves.',
    source: reuse('§1.7', 'V') },
];

/** The blend and source of a weight's key such as `continued.qa.news`; null for any other key. */
export function weightKey(key: string): { blend: BlendOption; source: string } | null {
  const blend = BLENDS.find((b) => key.startsWith(`${b.key}.`));
  return blend ? { blend, source: key.slice(blend.key.length + 1) } : null;
}

/** Dotted keys of every section that may be off, so that a message can say how to turn it on. */
export function closedSectionOf(config: RunConfig, key: string): string | null {
  if (key.startsWith('continued.') && !config.continued) return 'continued';
  if (key.startsWith('data.world.') && !config.data.world) return 'data.world';
  return null;
}
