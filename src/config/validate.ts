/**
 * What makes a configuration one that can run: every option in its range, and the options in agreement with each
 * other.
 */
import { switchStep } from '../optim/schedule.ts';
import { UserError } from '../util/errors.ts';
import { quoted } from '../util/quoted.ts';
import { vocabularyFor } from './derived.ts';
import { wholeBatch } from './ramp.ts';
import { BLENDS, closedSectionOf, OPTIONS } from './options.ts';
import { getPath, nearest } from './path.ts';
import type { Blend, RunConfig, ScheduleConfig } from './run.ts';
import { FACT_SOURCES, REAL_SOURCES, SOURCE_NAME, WORLD_SOURCES } from './sources.ts';
import { checkValue } from './value.ts';
import { configWords } from '../words/config.ts';

/** Sources a blend may name: far more than a person tells apart; bounds the work that a file of a million names makes. */
export const MOST_SOURCES = 256;

/**
 * Everything wrong with a configuration, one sentence each, ranges before relations; empty if it can run. `given` are
 * the names of the user's own sources, which may stand beside shipped text; undefined leaves the names of text
 * sources unchecked (a link cannot know which files its reader has). `fromBase`: the run continues a checkpoint, so that nothing is
 * drawn from the base's blend, whose sources need not be there any more.
 */
export function checkConfig(config: RunConfig, given?: readonly string[], fromBase = false): string[] {
  const ranges = OPTIONS.filter((option) => closedSectionOf(config, option.key) === null)
    .map((option) => checkValue(option, getPath(config, option.key)))
    .filter((problem) => problem !== null);
  const blends = BLENDS.flatMap(({ key }) => {
    const blend = getPath(config, key);
    const isDrawn = !(fromBase && key === 'base.blend');
    return blend === undefined ? [] : blendProblems(key, blend as Blend, isDrawn ? knownSources(config, given) : null);
  });
  // Relations of values that are out of range would only repeat the news.
  return ranges.length > 0 ? [...ranges, ...blends] : [...relationProblems(config, fromBase), ...blends];
}

/** Throws the first problem as a UserError. */
export function validateConfig(config: RunConfig, given?: readonly string[], fromBase = false): void {
  const [problem] = checkConfig(config, given, fromBase);
  if (problem !== undefined) throw new UserError(problem, { code: 'config' });
}

/** Names a blend of this configuration may use; null: any. */
export function knownSources(config: RunConfig, given?: readonly string[]): readonly string[] | null {
  if (config.data.world) return config.data.world.skills === 'facts' ? FACT_SOURCES : Object.keys(WORLD_SOURCES);
  if (given === undefined) return null;
  return [...new Set([...given, ...Object.keys(REAL_SOURCES)])];
}

/** Whether a parsed JSON value is an object of numbers, as few as a blend may name. */
export function isBlend(value: unknown): value is Blend {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const weights = Object.values(value);
  return weights.length <= MOST_SOURCES && weights.every((weight) => typeof weight === 'number');
}

export function blendProblems(key: string, blend: Blend, known: readonly string[] | null): string[] {
  const problems: string[] = [];
  let sum = 0;
  for (const [name, weight] of Object.entries(blend)) {
    if (!SOURCE_NAME.test(name)) {
      problems.push(configWords.blendSourceName(key, quoted(name)));
    } else if (known && !known.includes(name)) {
      problems.push(configWords.noSource(key, name, nearest(name, known) ?? null, known));
    }
    if (!Number.isFinite(weight) || weight < 0) {
      problems.push(configWords.weight(`${key}.${name}`, String(weight)));
    }
    sum += weight;
  }
  if (problems.length === 0 && !(sum > 0 && Number.isFinite(sum))) {
    problems.push(configWords.weightSum(key, sum));
  }
  return problems;
}

function relationProblems(config: RunConfig, fromBase: boolean): string[] {
  const { model, tokenizer, batch, data, base, continued } = config;
  const problems: string[] = [];
  const demand = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };

  const needed = vocabularyFor(tokenizer, data.world);
  demand(model.vocab_size >= needed, configWords.vocabulary(model.vocab_size, needed));
  const { num_attention_heads: H, num_key_value_heads: K, head_dim: d, partial_rotary_factor } = model;
  demand(H % K === 0, configWords.heads(H, K));
  const rotated = Math.floor(d * partial_rotary_factor);
  demand(rotated >= 2 && rotated % 2 === 0, configWords.rotary(partial_rotary_factor, rotated, d));
  demand(
    model.max_position_embeddings >= batch.length,
    configWords.context(model.max_position_embeddings, batch.length),
  );
  demand(
    (tokenizer.kind === 'word') === (data.world !== null),
    tokenizer.kind === 'word' ? configWords.wordTokenizer : configWords.worldTokenizer(tokenizer.kind),
  );
  if (data.world) {
    const { people, names } = data.world;
    demand(people <= names ** 2, configWords.people(people, names));
  }

  problems.push(...scheduleProblems('base', base.schedule, base.steps));
  // Of a base that is there already the ramp is a record: this run's batch may be another.
  const whole = wholeBatch(batch);
  const odd = base.batchRamp?.find(({ sequences }) => sequences % batch.sequences !== 0 || sequences >= whole);
  if (odd && !fromBase) problems.push(configWords.rampBatch(odd.sequences, batch.sequences, whole));
  if (continued) {
    const inner = scheduleProblems('continued', continued.schedule, continued.steps);
    problems.push(...inner);
    const { schedule, steps, switchDivisor, switchShare } = continued;
    const reached = switchShare !== null || switchDivisor === 0 || switchStep(schedule, steps, switchDivisor) !== null;
    demand(
      inner.length > 0 || reached,
      configWords.noSwitch(switchDivisor, schedule.kind === 'constant' ? schedule.peak : schedule.end),
    );
  }
  return problems;
}

function scheduleProblems(part: string, schedule: ScheduleConfig, steps: number): string[] {
  const { kind, peak, end, warmupSteps } = schedule;
  const problems: string[] = [];
  if (warmupSteps >= steps) {
    problems.push(configWords.warmUp(part, warmupSteps, steps));
  }
  if (kind !== 'constant' && end > peak) {
    problems.push(configWords.rise(part, end, peak));
  }
  return problems;
}
