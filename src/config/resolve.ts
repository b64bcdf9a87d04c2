/**
 * From what a person said (a preset, a file, `--set` lines, sources) to a whole, checked RunConfig. What follows from a
 * changed value follows, unless it was stated itself: a wider model gets a wider MLP, a new base rate moves the rate at
 * which the continued run starts.
 */
import { UserError } from '../util/errors.ts';
import { brief, quoted, shown } from '../util/quoted.ts';
import { endingRate, significant, vocabularyFor } from './derived.ts';
import { BLENDS, closedSectionOf, OPTIONS, optionOf, weightKey } from './options.ts';
import { cloneConfig, formatValue, getPath, nearest, setPath } from './path.ts';
import { DEFAULT_PRESET, presetConfig } from './presets.ts';
import type { Blend, ContinuedConfig, RunConfig } from './run.ts';
import { type BlendKey, isWhole, SOURCE_NAME, type SourceUse, wholeUse } from './sources.ts';
import { MOST_SOURCES, validateConfig } from './validate.ts';
import { checkValue, type Read, readJson, readText } from './value.ts';
import { configWords } from '../words/config.ts';

export interface ConfigRequest {
  /** Default: the file's own preset, else the page's. */
  preset?: string;
  /** A parsed JSON file: any part of a RunConfig. A blend in it replaces the preset's whole blend. */
  file?: unknown;
  /** `key=value` lines, the last word on any key. */
  set?: readonly string[];
  /** Short forms of `--set seed=` and `--set tokenizer=`. */
  seed?: number;
  tokenizer?: string;
  /** Names of the user's sources, which replace the preset's own in every blend, but where `uses` says otherwise. */
  data?: readonly string[];
  uses?: readonly SourceUse[];
  /** Sets the preset up for a base checkpoint, before the file and the lines have their say. */
  from?: (preset: RunConfig) => RunConfig;
}

/** The run that was asked for, checked. UserError on the first thing that is wrong. */
export function resolveConfig(request: ConfigRequest): RunConfig {
  const file = request.file === undefined ? [] : flatten(request.file);
  const named = file.find(([key]) => key === 'preset')?.[1];
  if (named !== undefined && typeof named !== 'string') throw refused(configWords.presetName(shown(named)));
  const asked = presetConfig(request.preset ?? named ?? DEFAULT_PRESET);
  const preset = request.from?.(asked) ?? asked;
  const given = request.data ?? [];
  for (const name of given) {
    if (!SOURCE_NAME.test(name)) {
      throw refused(configWords.sourceName(quoted(name)));
    }
  }
  const fromBase = request.from !== undefined;
  const uses = request.uses ?? [];
  const stray = uses.find(({ source }) => !given.includes(source));
  if (stray) throw refused(configWords.noSuchFile(quoted(stray.source), given));
  if (preset.data.world && !uses.every(isWhole)) {
    throw refused(configWords.worldAndText);
  }
  const config = replaceSources(preset, given, fromBase, uses);

  const stated = new Set<string>();
  const apply = (key: string, problem: string | null) => {
    if (problem !== null) throw refused(problem);
    stated.add(key);
  };
  const lines = (request.set ?? []).map(splitLine);
  if (request.seed !== undefined) lines.push(['seed', String(request.seed)]);
  if (request.tokenizer !== undefined) lines.push(['tokenizer', request.tokenizer]);
  for (const [key, json] of sectionsFirst(file)) if (key !== 'preset') apply(key, setJson(config, key, json));
  for (const [key, text] of sectionsFirst(lines)) apply(key, setText(config, key, text));

  const derived = withDerived(preset, config, stated);
  validateConfig(derived, given, fromBase);
  return derived;
}

/** `config` with some options set, as `--set` takes them, and what follows from them. UserError where that is no run. */
export function withChanges(config: RunConfig, changes: Readonly<Record<string, string | number>>): RunConfig {
  const next = cloneConfig(config);
  for (const [key, value] of sectionsFirst(Object.entries(changes))) {
    const problem = setText(next, key, String(value));
    if (problem !== null) throw refused(problem);
  }
  const whole = withDerived(config, next, new Set(Object.keys(changes)));
  validateConfig(whole, [], false);
  return whole;
}

function refused(problem: string): UserError {
  return new UserError(problem, { code: 'config' });
}

/** `key=value` as a pair. */
function splitLine(line: string): [string, string] {
  const at = line.indexOf('=');
  if (at < 1) throw refused(configWords.noPair(quoted(line)));
  return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

/** Entries in order, those that open or close a section before those inside one. */
export function sectionsFirst<T>(entries: readonly [string, T][]): [string, T][] {
  const isSection = ([key]: [string, T]) => optionOf(key)?.type === 'section';
  return [...entries.filter(isSection), ...entries.filter((entry) => !isSection(entry))];
}

/** Sets one option or weight from text, in place. Returns what is wrong, or null. */
export function setText(config: RunConfig, key: string, text: string): string | null {
  const weight = weightKey(key);
  if (weight) return setWeight(config, key, /^[-+.\d]/.test(text) ? Number(text) : NaN, text);
  return setOption(config, key, (option) => readText(option, text));
}

function setJson(config: RunConfig, key: string, json: unknown): string | null {
  const blend = BLENDS.find((one) => one.key === key);
  if (blend) return setBlend(config, key, json);
  return setOption(config, key, (option) => readJson(option, json));
}

type Reader = (option: NonNullable<ReturnType<typeof optionOf>>) => Read;

function setOption(config: RunConfig, key: string, reader: Reader): string | null {
  const option = optionOf(key);
  if (!option) return unknownKey(key);
  const closed = closedSectionOf(config, key);
  if (closed !== null) return configWords.closed(brief(key), closed);
  const read = reader(option);
  if ('problem' in read) return read.problem;
  if (option.type === 'section') return setSection(config, key, read.value === 'on');
  const problem = checkValue(option, read.value);
  if (problem === null) setPath(config, key, read.value);
  return problem;
}

function setSection(config: RunConfig, key: string, on: boolean): string | null {
  if (on === (getPath(config, key) !== null)) return null;
  if (key === 'continued') config.continued = on ? continuedOf(config) : null;
  else if (on) return configWords.worldBlends;
  else config.data.world = null;
  return null;
}

/** The recipe after a base run that had none planned: a fifth of its steps, from its final rate, on its own blend. */
function continuedOf({ base }: RunConfig): ContinuedConfig {
  const peak = endingRate(base.schedule);
  return {
    ...presetConfig(DEFAULT_PRESET).continued!,
    steps: Math.max(1, Math.round(base.steps / 5)),
    schedule: { ...base.schedule, kind: 'cosine', peak, end: significant(peak / 100), warmupSteps: 0, warmupStart: 0 },
    general: { ...base.blend },
    qa: { ...base.blend },
  };
}

/** One weight; 0 takes the source out of the blend. */
function setWeight(config: RunConfig, key: string, weight: number, text: string): string | null {
  const { blend: option, source } = weightKey(key)!;
  const blend = getPath(config, option.key) as Blend | undefined;
  if (!blend) return configWords.closed(brief(key), 'continued');
  if (!SOURCE_NAME.test(source)) return configWords.sourceName(quoted(source));
  if (!Number.isFinite(weight) || weight < 0) return configWords.weight(brief(key), brief(text));
  if (weight === 0) delete blend[source];
  else blend[source] = weight;
  return null;
}

function setBlend(config: RunConfig, key: string, json: unknown): string | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return configWords.blend(key, shown(json));
  }
  const sources = Object.entries(json);
  if (sources.length > MOST_SOURCES) return configWords.manySources(key, sources.length, MOST_SOURCES);
  if (!setPath(config, key, {})) return configWords.closed(key, 'continued');
  for (const [source, weight] of sources) {
    const problem = setWeight(config, `${key}.${source}`, typeof weight === 'number' ? weight : NaN, shown(weight));
    if (problem !== null) return problem;
  }
  return null;
}

function unknownKey(long: string): string {
  // No key is this long; comparing a longer one with all of them takes a time that grows with it.
  const key = brief(long);
  const near = nearest(key, [...OPTIONS.map((option) => option.key), ...BLENDS.map((blend) => `${blend.key}.SOURCE`)]);
  return configWords.noOption(key, near ?? null);
}

/**
 * A JSON object as dotted keys and leaves; blends and tokenizers stay whole, an object in a section's place turns it
 * on.
 */
function flatten(json: unknown, prefix = ''): [string, unknown][] {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw refused(configWords.object(prefix.slice(0, -1), shown(json)));
  }
  return Object.entries(json).flatMap(([name, value]): [string, unknown][] => {
    const key = prefix + name;
    const option = optionOf(key);
    if (option?.type === 'section')
      return value === null ? [[key, 'off']] : [[key, 'on'], ...flatten(value, `${key}.`)];
    const isGroup =
      OPTIONS.some((one) => one.key.startsWith(`${key}.`)) || BLENDS.some((one) => one.key.startsWith(`${key}.`));
    return isGroup && !option ? flatten(value, `${key}.`) : [[key, value]];
  });
}

/**
 * The run with the user's sources in place of its own, or where `uses` puts them. Used whole, where every given name is one
 * the run uses, each keeps its weight relative to the others given; else all get equal parts, so that no given source goes
 * unused. Otherwise each blend gives them their shares and the rest to its own sources, in proportion. A synthetic world
 * makes way for text, read as bytes, whatever the uses. `fromBase`: the base blend is the record of a checkpoint, and stays. Always a copy.
 */
export function replaceSources(
  config: RunConfig,
  names: readonly string[],
  fromBase = false,
  uses: readonly SourceUse[] = [],
): RunConfig {
  const next = cloneConfig(config);
  if (names.length === 0) return next;
  const blends = BLENDS.flatMap(({ key }) => {
    const blend = getPath(next, key) as Blend | undefined;
    return blend && !(fromBase && key === 'base.blend') ? [{ key, blend }] : [];
  });
  const allKnown = !config.data.world && names.every((name) => blends.some(({ blend }) => Object.hasOwn(blend, name)));
  const mixes = !config.data.world && !uses.every(isWhole);
  for (const { key, blend } of blends) {
    if (mixes) {
      setPath(next, key, mixed(key, blend, names, uses));
      continue;
    }
    const kept = Object.entries(blend).filter(([name, weight]) => names.includes(name) && weight > 0);
    const useKept = allKnown && kept.length > 0;
    setPath(next, key, Object.fromEntries(useKept ? kept : names.map((name) => [name, 1])));
  }
  if (next.data.world) {
    next.data.world = null;
    next.tokenizer = { kind: 'byte' };
  }
  return next;
}

/** A blend with the user's sources in their shares, in percent; of more than all of it, each gets its part. */
function mixed(key: string, blend: Blend, names: readonly string[], uses: readonly SourceUse[]): Blend {
  const own = names
    .map((name) => uses.find(({ source }) => source === name) ?? wholeUse(name))
    .filter(({ blends }) => blends.includes(key as BlendKey));
  if (own.length === 0) return blend;
  const taken = own.reduce((sum, { share }) => sum + share, 0);
  const others = Object.entries(blend).filter(([name, weight]) => !names.includes(name) && weight > 0);
  const total = others.reduce((sum, [, weight]) => sum + weight, 0);
  const left = Math.max(0, 1 - taken);
  const rest =
    left > 0 ? others.map(([name, weight]) => [name, significant((100 * left * weight) / total, 4)] as const) : [];
  return Object.fromEntries([
    ...rest,
    ...own.map(({ source, share }) => [source, significant(100 * share, 4)] as const),
  ]);
}

/** A value that follows from others: recomputed when one of `from` has changed and it was not stated itself. */
interface Derivation {
  key: string;
  from: readonly string[];
  value(after: RunConfig, before: RunConfig): number;
}

/** The value of `key` scaled as `by` changed, in whole units where it counts steps. */
const proportional =
  (key: string, by: string, round = significant): Derivation['value'] =>
  (after, before) => {
    const was = Number(getPath(before, by));
    return was > 0
      ? round((Number(getPath(before, key)) * Number(getPath(after, by))) / was)
      : Number(getPath(after, key));
  };

/** In order: a later one may follow from an earlier one. */
const DERIVATIONS: readonly Derivation[] = [
  {
    key: 'model.vocab_size',
    from: ['tokenizer'],
    value: ({ tokenizer, data }) => vocabularyFor(tokenizer, data.world),
  },
  {
    key: 'model.head_dim',
    from: ['model.hidden_size', 'model.num_attention_heads'],
    value: ({ model }) => model.hidden_size / model.num_attention_heads,
  },
  { key: 'model.intermediate_size', from: ['model.hidden_size'], value: ({ model }) => 4 * model.hidden_size },
  {
    key: 'model.initializer_range',
    from: ['model.hidden_size'],
    // ∝ 1/√D, as derived.ts explains.
    value: ({ model }, before) =>
      significant(before.model.initializer_range * Math.sqrt(before.model.hidden_size / model.hidden_size), 5),
  },
  { key: 'model.max_position_embeddings', from: ['batch.length'], value: ({ batch }) => batch.length },
  {
    key: 'base.schedule.warmupSteps',
    from: ['base.steps'],
    value: proportional('base.schedule.warmupSteps', 'base.steps', Math.floor),
  },
  {
    key: 'base.schedule.end',
    from: ['base.schedule.peak'],
    value: proportional('base.schedule.end', 'base.schedule.peak'),
  },
  {
    key: 'continued.schedule.peak',
    from: ['base.schedule.kind', 'base.schedule.peak', 'base.schedule.end'],
    value: ({ base }) => endingRate(base.schedule),
  },
  {
    key: 'continued.schedule.end',
    from: ['continued.schedule.peak'],
    value: proportional('continued.schedule.end', 'continued.schedule.peak'),
  },
  {
    key: 'continued.schedule.warmupSteps',
    from: ['continued.steps'],
    value: proportional('continued.schedule.warmupSteps', 'continued.steps', Math.floor),
  },
];

/** `after` with everything recomputed that follows from what differs from `before`; `stated` keys stay as they are. */
export function withDerived(before: RunConfig, after: RunConfig, stated: ReadonlySet<string>): RunConfig {
  const next = cloneConfig(after);
  const changed = (key: string) => formatValue(getPath(next, key)) !== formatValue(getPath(before, key));
  for (const { key, from, value } of DERIVATIONS) {
    const present = getPath(next, key) !== undefined && getPath(before, key) !== undefined;
    if (present && !stated.has(key) && from.some(changed)) setPath(next, key, value(next, before));
  }
  return next;
}
