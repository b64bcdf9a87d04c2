/** The experiment that is chosen, what it will take, and how far it is. */
import { batch, computed, effect, signal } from '@preact/signals';
import { decodeHash, encodeHash } from '../../config/url.ts';
import { differences } from '../../config/difference.ts';
import { presetConfig, PRESETS } from '../../config/presets.ts';
import { wholeBatch } from '../../config/ramp.ts';
import type { RunConfig } from '../../config/run.ts';
import { placeOfStep } from '../../recipe/place.ts';
import { continuedConfig, experimentNamed, EXPERIMENTS } from '../../recipe/experiments.ts';
import type { ResultRow } from '../../recipe/results/results.ts';
import { experimentState, isExperimenting } from './experimentState.ts';
import { writeHash } from '../page/link.ts';
import { EXPERIMENTS_HASH, view } from '../page/route.ts';
import { machine, offeredBase, startExperiment } from '../trainer.ts';
import { basesHere, forgetGathered, gather, gatheredOf, keyOf, speedOf } from './gathered.ts';
import { adapterName } from '../machine/report.ts';
import { type Results, resultsOf } from './results.ts';

/** Presets with a world, whose facts can be asked for, and a continued run. */
export const WORLD_PRESETS = PRESETS.filter(({ config }) => config.data.world && config.continued);
/** A seed is an hour's fraction on a slow machine, and from ten on the intervals hardly narrow. */
export const MOST_SEEDS = 10;

export const experimentName = signal('f1');
export const preset = signal('ci');
export const seedCount = signal(3);
/** Settings a link states besides, `key=value&…`: a shorter run to try things with. */
const stated = signal('');
export const linkProblems = signal<readonly string[]>([]);
/** Rows that a link brought, packed (shared/link.ts): until somebody has said what becomes of them they stay in the address. */
export const linkedRows = signal<string | null>(null);
/** Which results are looked at; null: those of this tab if there are some, else recorded ones. */
export const sheet = signal<'here' | 'recorded' | null>(null);

export const experiment = computed(() => experimentNamed(experimentName.value));
export const seeds = computed(() => Array.from({ length: seedCount.value }, (_, i) => i + 1));
export const config = computed((): RunConfig => decodeHash(`#p=${preset.value}&${stated.value}`).config);
export const isEdited = computed(() => stated.value !== '');

/** Takes over `#experiments&x=f1&p=ci&seeds=3&show=recorded&rows=…&…`; what it cannot use is said. */
export function readLink(hash: string): void {
  const pairs = hash
    .slice(EXPERIMENTS_HASH.length)
    .split('&')
    .filter(Boolean)
    .map((pair): [string, string] => [pair.split('=', 1)[0]!, pair.slice(pair.indexOf('=') + 1)]);
  const taken = (key: string) => pairs.findLast(([name]) => name === key)?.[1];
  const problems: string[] = [];
  const choose = <T>(key: string, of: (text: string) => T | null, use: (value: T) => void) => {
    const text = taken(key);
    if (text === undefined) return;
    const value = of(text);
    if (value === null) problems.push(`${key}=${text.slice(0, 40)}`);
    else use(value);
  };
  batch(() => {
    choose(
      'x',
      (text) => (EXPERIMENTS.some(({ name }) => name === text) ? text : null),
      (name) => (experimentName.value = name),
    );
    choose(
      'p',
      (text) => (WORLD_PRESETS.some(({ name }) => name === text) ? text : null),
      (name) => (preset.value = name),
    );
    choose(
      'seeds',
      (text) => (/^\d+$/.test(text) && +text >= 1 && +text <= MOST_SEEDS ? +text : null),
      (n) => (seedCount.value = n),
    );
    choose(
      'show',
      (text) => (text === 'here' || text === 'recorded' ? text : null),
      (which) => (sheet.value = which),
    );
    linkedRows.value = taken('rows') ?? null;
    const rest = pairs
      .filter(([key]) => !['x', 'p', 'seeds', 'show', 'rows'].includes(key))
      .map((pair) => pair.join('='));
    const decoded = decodeHash(`#p=${preset.value}&${rest.join('&')}`);
    stated.value = encodeHash(decoded.config).split('&').slice(2).join('&');
    linkProblems.value = [...problems, ...decoded.problems];
  });
}

/** The hash of what is chosen, without `show`, which is the reader's own. */
export function chosenHash(): string {
  const parts = [`x=${experimentName.value}`, `p=${preset.value}`, `seeds=${seedCount.value}`];
  return [EXPERIMENTS_HASH, ...parts, ...(stated.value ? [stated.value] : [])].join('&');
}

/** Keeps the address in step while this sheet is shown. */
export function keepLink(): void {
  effect(() => {
    if (view.value !== 'experiments') return;
    const parts = [chosenHash()];
    if (sheet.value) parts.push(`show=${sheet.value}`);
    if (linkedRows.value !== null) parts.push(`rows=${linkedRows.value}`);
    writeHash(parts.join('&'));
  });
}

export function choosePreset(name: string): void {
  preset.value = name;
  stated.value = '';
}

/** The settings that differ from the preset's, as the address has them; seeds are counted apart. */
const settingsOf = (of: RunConfig): string =>
  encodeHash({ ...of, seed: presetConfig(of.preset).seed })
    .split('&')
    .slice(2)
    .join('&');

/** The configuration of this sheet that says what `of` says; null: the address cannot say it. */
export function configHere(of: RunConfig): RunConfig | null {
  const { config: told, problems } = decodeHash(`#p=${of.preset}&${settingsOf(of)}`);
  return problems.length === 0 && differences({ ...of, seed: told.seed }, told).length === 0 ? told : null;
}

/** Turns to results of these experiments with these settings; the choice stands if it is one of them. */
export function turnTo(names: readonly string[], of: RunConfig, topSeed: number): void {
  batch(() => {
    if (!names.includes(experimentName.value)) experimentName.value = names[0] ?? experimentName.value;
    preset.value = of.preset;
    stated.value = settingsOf(of);
    linkProblems.value = [];
    seedCount.value = Math.max(seedCount.value, Math.min(topSeed, MOST_SEEDS));
    sheet.value = 'here';
  });
}

const here = computed(() => gatheredOf(config.value));

export const resultsHere = computed((): Results => ({
  experiment: experimentName.value,
  preset: preset.value,
  ...here.value,
  rows: [...here.value.rows],
}));

/** What trained the rows here. */
export const devicesHere = computed(() => here.value.devices ?? []);

const missingOf = (rows: readonly ResultRow[]) => (arm: string, seed: number) =>
  !rows.some((row) => row.arm === arm && row.seed === seed);

/** Seeds whose base checkpoint need not be trained: true, false; undefined while the answer is on its way. */
const offered = signal<Readonly<Record<string, boolean>>>({});
const seeded = (seed: number): RunConfig => ({ ...config.value, seed });

export function askForBases(): void {
  effect(() => {
    for (const seed of seeds.value) {
      const wanted = seeded(seed);
      const key = keyOf(wanted);
      if (key in offered.peek()) continue;
      offered.value = { ...offered.peek(), [key]: false };
      void offeredBase(wanted).then((base) => (offered.value = { ...offered.peek(), [key]: base !== null }));
    }
  });
}

export interface Cost {
  arms: number;
  basesToTrain: number;
  steps: number;
  tokens: number;
}

/** What the chosen experiment still takes; a sentence where it cannot be run with this preset. */
export const cost = computed((): Cost | string => {
  const missing = missingOf(here.value.rows);
  const base = config.value;
  const all: Cost = { arms: 0, basesToTrain: 0, steps: 0, tokens: 0 };
  try {
    for (const seed of seeds.value) {
      const arms = experiment.value.arms.filter(({ name }) => missing(name, seed));
      for (const arm of arms) {
        const { steps } = continuedConfig(arm, base);
        all.steps += steps;
        all.tokens += steps * wholeBatch(base.batch) * base.batch.length;
      }
      all.arms += arms.length;
      const key = keyOf(seeded(seed));
      const trained = offered.value[key] || basesHere.value.has(key);
      if (arms.length === 0 || trained) continue;
      all.basesToTrain++;
      all.steps += base.base.steps;
      all.tokens += placeOfStep(base.base.steps, base.batch, base.base).tokens;
    }
  } catch (error) {
    return (error as Error).message;
  }
  return all;
});

/** Tokens a second that this preset's arms last came to here; null: none has run. */
export const speed = computed(() => speedOf(preset.value));

function deviceName(): string {
  const { adapter } = machine.value.kind === 'ready' ? machine.value : {};
  return adapter ? adapterName(adapter) : '';
}

export async function run(): Promise<void> {
  const request = { experiments: [experimentName.value], config: config.value, seeds: seeds.value };
  sheet.value = 'here';
  await startExperiment(
    () => ({ ...request, done: [...gatheredOf(request.config).rows] }),
    gather(request.config, experiment.value, deviceName()),
  );
}

/** Whether there are rows to forget. */
export const hasRows = computed(() => here.value.rows.length > 0);
/** Whether some are of the chosen experiment. */
export const hasOwnRows = computed(() => resultsOf(experiment.value, resultsHere.value).rows.length > 0);
export const forget = () => forgetGathered(config.value);

/** Of the seeds asked for, arms that are done here. */
export const progress = computed(() => {
  const missing = missingOf(here.value.rows);
  const all = seeds.value.flatMap((seed) => experiment.value.arms.map(({ name }) => missing(name, seed)));
  return { done: all.filter((one) => !one).length, total: all.length };
});

/** Share of the arm under way that is done. */
export const shareOfArm = computed(() => {
  const state = experimentState.value;
  if (state.kind !== 'running') return 0;
  const trace = here.value.traces.find(({ arm, seed }) => arm === state.arm && seed === state.seed);
  const step = trace?.curve.at(-1)?.[0] ?? state.firstStep;
  return Math.min(1, (step + 1 - state.firstStep) / (state.endStep - state.firstStep));
});

export const canChange = computed(() => !isExperimenting.value);
