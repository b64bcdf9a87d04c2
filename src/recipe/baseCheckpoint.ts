/**
 * What a base checkpoint says about itself, and what follows for a run that continues it. The recipe starts at the
 * base's final rate on the base's own model and tokenizer (papers.md §1.13): the metadata sets them, and a run set up
 * otherwise is refused where it cannot work and warned of where it would be another experiment.
 */
import { OPTIONS } from '../config/options.ts';
import { cloneConfig, formatValue, getPath, setPath } from '../config/path.ts';
import type {
  BaseConfig,
  BatchConfig,
  Blend,
  DataConfig,
  ModelConfig,
  OptimizerConfig,
  RunConfig,
  TokenizerConfig,
} from '../config/run.ts';
import { endingRate, significant } from '../config/derived.ts';
import { SOURCE_NAME } from '../config/sources.ts';
import { blendProblems, isBlend } from '../config/validate.ts';
import { checkValue, readJson } from '../config/value.ts';
import { UserError } from '../util/errors.ts';
import { type Place, placeOfStep } from './place.ts';
import { shown } from '../util/quoted.ts';
import { baseWords, recipeWords } from '../words/recipe.ts';

/** Raised when a field changes its meaning. */
export const BASE_METADATA_VERSION = 1;

/** JSON beside the weights of a base checkpoint. */
export interface BaseMetadata {
  version: number;
  preset: string;
  seed: number;
  /** η of the last step: the continued run's peak. */
  endingRate: number;
  /** Optimizer steps taken and tokens trained on. */
  steps: number;
  tokens: number;
  /** What was drawn of the data: a run that continues draws from there on. */
  drawn: Place;
  model: ModelConfig;
  tokenizer: TokenizerConfig;
  /** `Tokenizer.hash()` of the tokenizer trained with. */
  tokenizerHash: string;
  optimizer: OptimizerConfig;
  batch: BatchConfig;
  data: DataConfig;
  /** Blend and schedule of the base run. */
  base: BaseConfig;
}

/** What a run has done, as it was counted. */
export interface Taken {
  steps: number;
  /** η of the last step. */
  rate: number;
  tokens: number;
  drawn: Place;
}

/** Metadata of a run of this configuration that has come so far; by default its whole base run in its own batch. */
export function baseMetadata(config: RunConfig, tokenizerHash: string, taken: Taken = wholeBase(config)): BaseMetadata {
  const { preset, seed, model, tokenizer, optimizer, batch, data, base } = cloneConfig(config);
  const { steps, tokens, drawn, rate } = taken;
  return {
    version: BASE_METADATA_VERSION,
    ...{
      preset,
      seed,
      endingRate: rate,
      steps,
      tokens,
      drawn: { ...drawn },
      model,
      tokenizer,
      tokenizerHash,
      optimizer,
      batch,
      data,
      base,
    },
  };
}

function wholeBase({ base, batch }: RunConfig): Taken {
  const drawn = placeOfStep(base.steps, batch, base);
  return { steps: base.steps, rate: endingRate(base.schedule), tokens: drawn.tokens, drawn };
}

/**
 * Metadata read from JSON: a copy of what is known, every option in its range; what else the file holds is left behind.
 * UserError metadata if it is of another version, lacks what a continued run needs or holds what no run can have.
 */
export function parseBaseMetadata(json: unknown): BaseMetadata {
  const fields = ownFields(json);
  if (fields.version !== BASE_METADATA_VERSION) {
    const found = fields.version === undefined ? baseWords.none : shown(fields.version);
    throw refused(baseWords.version(found, BASE_METADATA_VERSION));
  }
  const { seed, endingRate: rate, steps, tokens, preset, tokenizerHash } = fields;
  const missing = [
    ...Object.entries({ seed, endingRate: rate, steps, tokens }).filter(([, value]) => !Number.isFinite(value)),
    ...SECTIONS.map((name) => [name, fields[name]] as const).filter(([, value]) => typeof value !== 'object' || !value),
    ...Object.entries({ preset, tokenizerHash }).filter(([, value]) => typeof value !== 'string'),
  ].map(([name]) => name);
  if (missing.length > 0) {
    throw refused(baseWords.lacks(missing));
  }
  const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;
  const odd =
    Object.entries({ seed, steps, tokens }).find(([, value]) => !isCount(value)) ??
    Object.entries({ endingRate: rate }).find(([, value]) => Number(value) < 0 || Number(value) > 1) ??
    Object.entries({ tokenizerHash }).find(([, value]) => !/^[0-9a-f]{64}$/.test(String(value))) ??
    Object.entries({ preset }).find(([, value]) => !SOURCE_NAME.test(String(value)));
  if (odd) throw refused(baseWords.odd(odd[0], shown(odd[1])));
  const known = { version: BASE_METADATA_VERSION, ...fields, ...readSections(fields) } as BaseMetadata;
  // An older record does not say: its base had one batch throughout.
  const drawn = fields.drawn === undefined ? placeOfStep(known.steps, known.batch) : fields.drawn;
  const [rows, drawnTokens] = ['rows', 'tokens'].map((name) => getPath({ drawn }, `drawn.${name}`));
  if (!isCount(rows) || !isCount(drawnTokens)) throw refused(baseWords.odd('drawn', shown(drawn)));
  return { ...known, drawn: { rows: rows as number, tokens: drawnTokens as number } };
}

const SECTIONS = ['model', 'tokenizer', 'optimizer', 'batch', 'data', 'base'] as const;

/** The own properties a record has, as far as a BaseMetadata knows them. */
function ownFields(json: unknown): Record<string, unknown> {
  const record = typeof json === 'object' && json !== null ? json : {};
  const known = ['version', 'preset', 'seed', 'endingRate', 'steps', 'tokens', 'drawn', 'tokenizerHash', ...SECTIONS];
  return Object.fromEntries(
    known.map((name) => [name, getPath(record, name)]).filter(([, value]) => value !== undefined),
  );
}

/** Which family a model is of, and what of it no option sets: as read, for the folder's config.json is what they are held against. */
const FAMILY_KEYS = ['model_type', 'tie_word_embeddings'] as const;

/** The sections rebuilt from the list of options, so that nothing is in them that the list does not describe. */
function readSections(fields: Record<string, unknown>): Record<string, unknown> {
  const world = getPath(fields, 'data.world') === null ? null : {};
  const sections = { model: {}, optimizer: {}, batch: {}, data: { world }, base: { schedule: {}, blend: {} } };
  for (const key of FAMILY_KEYS.map((name) => `model.${name}`)) {
    const value = getPath(fields, key);
    if (value !== undefined) setPath(sections, key, value);
  }
  for (const option of OPTIONS) {
    const [section] = option.key.split('.');
    if (!(SECTIONS as readonly string[]).includes(section!) || option.type === 'section') continue;
    if (world === null && option.key.startsWith('data.world.')) continue;
    const read = readJson(option, getPath(fields, option.key));
    const problem = 'problem' in read ? read.problem : checkValue(option, read.value);
    if (problem !== null) throw refused(baseWords.unusable(problem));
    if ('value' in read) setPath(sections, option.key, read.value);
  }
  const blend = getPath(fields, 'base.blend');
  const problems = isBlend(blend)
    ? blendProblems('base.blend', blend, null)
    : [baseWords.notBlend('base.blend', shown(blend))];
  if (problems.length > 0) throw refused(baseWords.unusable(problems[0]!));
  sections.base.blend = { ...(blend as Blend) };
  return sections;
}

function refused(message: string): UserError {
  return new UserError(message, { code: 'metadata' });
}

/**
 * A configuration set up to continue a base: its model, tokenizer, held-out split and base run as they were; the peak
 * is the base's final rate, and end and warm-up start keep their ratio to it. Batch, optimizer and continued steps stay
 * the run's own; so does the seed, but for a synthetic world, whose facts come with it. Errors if the run has no
 * continued part.
 */
export function configureFromBase(meta: BaseMetadata, config: RunConfig): RunConfig {
  const next = cloneConfig(config);
  if (!next.continued) throw new UserError(recipeWords.notContinued);
  const { model, tokenizer, data, base } = structuredClone(meta);
  Object.assign(next, { model, tokenizer, base });
  Object.assign(next.data, { world: data.world, heldOut: data.heldOut, split: data.split });
  next.base.steps = meta.steps;
  if (data.world) next.seed = meta.seed;
  const schedule = next.continued.schedule;
  const scale = meta.endingRate / schedule.peak;
  schedule.peak = meta.endingRate;
  schedule.end = significant(schedule.end * scale);
  schedule.warmupStart = significant(schedule.warmupStart * scale);
  return next;
}

/** Something a person should know before continuing this base, with both values. */
export interface BaseWarning {
  kind: 'peak' | 'batch' | 'optimizer' | 'held-out' | 'seed-of-world';
  message: string;
}

export interface BaseCheck {
  /** Reasons why the run cannot continue this base, one sentence each. */
  errors: string[];
  warnings: BaseWarning[];
}

/** Model keys a checkpoint's weights depend on; longest context and initial spread may differ. */
const SHAPE_KEYS = [
  'vocab_size',
  'hidden_size',
  'intermediate_size',
  'num_hidden_layers',
  'num_attention_heads',
  'num_key_value_heads',
  'head_dim',
] as const;
/** Model keys that no shape shows but that change what the weights compute. */
const MEANING_KEYS = ['norm_eps', 'rope_theta', 'partial_rotary_factor', ...FAMILY_KEYS] as const;

/** Both: what two records of one model must agree on. */
export const ARCHITECTURE_KEYS = [...SHAPE_KEYS, ...MEANING_KEYS] as const;

/** What a configuration says of its base otherwise than the base's own record. */
function restated({ base, steps }: BaseMetadata, config: RunConfig): { key: string; was: string; is: string }[] {
  const record = { base: { ...base, steps } };
  const keys = OPTIONS.map(({ key }) => key).filter((key) => key.startsWith('base.'));
  const changed = keys.filter((key) => formatValue(getPath(record, key)) !== formatValue(getPath(config, key)));
  const options = changed.map((key) => ({
    key,
    was: formatValue(getPath(record, key)),
    is: formatValue(getPath(config, key)),
  }));
  const text = (blend: Blend) =>
    Object.entries(blend)
      .map(([name, weight]) => `${name} ${weight}`)
      .sort()
      .join(', ');
  const [was, is] = [text(base.blend), text(config.base.blend)];
  return was === is ? options : [...options, { key: 'base.blend', was, is }];
}

/** Rates closer than this share are the same rate: JSON keeps doubles exactly, a person types a few digits. */
const SAME_RATE = 1e-3;

/**
 * Whether a run can continue a base, and in what it departs from the recipe. `tokenizerHash` is of the run's own
 * tokenizer.
 */
export function checkAgainstBase(meta: BaseMetadata, config: RunConfig, tokenizerHash: string): BaseCheck {
  const errors: string[] = [];
  const warnings: BaseWarning[] = [];
  const warn = (kind: BaseWarning['kind'], message: string) => warnings.push({ kind, message });

  for (const key of ARCHITECTURE_KEYS) {
    const [was, is] = [meta.model[key], config.model[key]];
    if (was !== is) errors.push(baseWords.otherModel(key, String(was), String(is)));
  }
  for (const { key, was, is } of restated(meta, config)) {
    errors.push(baseWords.otherRecord(key, was, is));
  }
  if (tokenizerHash !== meta.tokenizerHash) {
    errors.push(baseWords.otherTokenizer(meta.tokenizerHash.slice(0, 8), tokenizerHash.slice(0, 8)));
  }
  if (!config.continued) errors.push(recipeWords.notContinued);

  const peak = config.continued?.schedule.peak;
  if (peak !== undefined && Math.abs(peak - meta.endingRate) > SAME_RATE * meta.endingRate) {
    warn('peak', baseWords.otherPeak(meta.endingRate, peak));
  }
  const tokens = ({ sequences, length, accumulation }: BatchConfig) => sequences * length * accumulation;
  if (tokens(meta.batch) !== tokens(config.batch)) {
    warn('batch', baseWords.otherBatch(tokens(meta.batch), tokens(config.batch)));
  }
  const changed = (['beta1', 'beta2', 'weight_decay'] as const).filter(
    (key) => meta.optimizer[key] !== config.optimizer[key],
  );
  if (changed.length > 0) {
    const pairs = changed.map((key) => `${key} ${meta.optimizer[key]}→${config.optimizer[key]}`).join(', ');
    warn('optimizer', baseWords.otherOptimizer(pairs));
  }
  const { heldOut, split } = config.data;
  if (heldOut !== meta.data.heldOut || split !== meta.data.split) {
    warn('held-out', baseWords.otherHeldOut(meta.data.heldOut, meta.data.split, heldOut, split));
  }
  if (meta.data.world && config.data.world && meta.seed !== config.seed) {
    warn('seed-of-world', baseWords.otherWorld(meta.seed, config.seed));
  }
  return { errors, warnings };
}
