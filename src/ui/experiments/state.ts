/** The experiment that is chosen, what it will take, and what it has found in this tab so far. */
import { batch, computed, effect, signal } from '@preact/signals';
import { decodeHash, encodeHash } from '../../config/url.ts';
import { presetConfig, PRESETS } from '../../config/presets.ts';
import type { RunConfig } from '../../config/run.ts';
import type { BenchmarkPoint, ExperimentEvents } from '../../protocol.ts';
import { continuedConfig, experimentNamed, EXPERIMENTS } from '../../recipe/experiments.ts';
import type { ExperimentResults, ResultRow } from '../../recipe/results.ts';
import { experimentState, isExperimenting } from '../state/experimentState.ts';
import { writeHash } from '../state/link.ts';
import { recall, remember } from '../state/memory.ts';
import { EXPERIMENTS_HASH, view } from '../state/route.ts';
import { offeredBase, startExperiment } from '../trainer.ts';
import { BASE, CurveBuilder, type Results, type Scored, type Trace, traceOf } from './results.ts';

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
/** Which results are looked at; null: those of this tab if there are some, else recorded ones. */
export const sheet = signal<'here' | 'recorded' | null>(null);

export const experiment = computed(() => experimentNamed(experimentName.value));
export const seeds = computed(() => Array.from({ length: seedCount.value }, (_, i) => i + 1));
export const config = computed((): RunConfig => decodeHash(`#p=${preset.value}&${stated.value}`).config);
export const isEdited = computed(() => stated.value !== '');

/** Takes over `#experiments&x=f1&p=ci&seeds=3&show=recorded&…`; what it cannot use is said. */
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
    const rest = pairs.filter(([key]) => !['x', 'p', 'seeds', 'show'].includes(key)).map((pair) => pair.join('='));
    const decoded = decodeHash(`#p=${preset.value}&${rest.join('&')}`);
    stated.value = encodeHash(decoded.config).split('&').slice(2).join('&');
    linkProblems.value = [...problems, ...decoded.problems];
  });
}

/** Keeps the address in step while this sheet is shown. */
export function keepLink(): void {
  effect(() => {
    if (view.value !== 'experiments') return;
    const parts = [`x=${experimentName.value}`, `p=${preset.value}`, `seeds=${seedCount.value}`];
    if (sheet.value) parts.push(`show=${sheet.value}`);
    if (stated.value) parts.push(stated.value);
    writeHash([EXPERIMENTS_HASH, ...parts].join('&'));
  });
}

export function choosePreset(name: string): void {
  preset.value = name;
  stated.value = '';
}

/** What one configuration has given so far; arms under way have a trace and no row. */
interface Gathered {
  rows: readonly ResultRow[];
  traces: readonly Trace[];
  chance?: ExperimentResults['chance'];
}

const NOTHING: Gathered = { rows: [], traces: [] };
const gathered = signal<Readonly<Record<string, Gathered>>>({});
/** Results carry over between experiments and numbers of seeds, not between configurations. */
const keyOf = (one: RunConfig) => JSON.stringify(one);
const here = computed(() => gathered.value[keyOf(config.value)] ?? NOTHING);

export const resultsHere = computed((): Results => ({
  experiment: experimentName.value,
  preset: preset.value,
  ...here.value,
  rows: [...here.value.rows],
}));

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
      for (const arm of arms) all.steps += continuedConfig(arm, base).steps;
      all.arms += arms.length;
      const trained = offered.value[keyOf(seeded(seed))] || !missing(BASE, seed);
      if (arms.length === 0 || trained) continue;
      all.basesToTrain++;
      all.steps += base.base.steps;
    }
  } catch (error) {
    return (error as Error).message;
  }
  const { sequences, length, accumulation } = base.batch;
  return { ...all, tokens: all.steps * sequences * length * accumulation };
});

/** Tokens a second of whole arms, evaluations included, as last measured here for a preset. */
const measured = signal<Readonly<Record<string, number>>>({});
export const speed = computed((): number | null => {
  const value = measured.value[preset.value] ?? Number(recall(`speed.${preset.value}`));
  return value > 0 ? value : null;
});

export async function run(): Promise<void> {
  const request = {
    experiments: [experimentName.value],
    config: config.value,
    seeds: seeds.value,
    done: [...here.value.rows],
  };
  sheet.value = 'here';
  await startExperiment(request, gather(request.config));
}

/** Takes in what an experiment with this configuration says. */
function gather(base: RunConfig): (events: ExperimentEvents) => void {
  const key = keyOf(base);
  const tokensPerStep = base.batch.sequences * base.batch.length * base.batch.accumulation;
  let builder: CurveBuilder | null = null;
  let current = '';
  let begunAt = 0;
  // What a stop left half done is run again.
  const { rows: before, chance: known } = gathered.value[key] ?? NOTHING;
  let rows = before;
  let chance = known;
  const traces = new Map(before.map((row) => [nameOf(row), traceOf(row)]));
  const nameAndSeed = (arm: string, seed: number): Trace => {
    const name = nameOf({ arm, seed });
    const trace = traces.get(name) ?? { arm, seed, curve: [], points: [] };
    traces.set(name, trace);
    return trace;
  };

  return ({ state, metrics = [], benchmarks = [], rows: finished = [] }) => {
    for (const { arm, seed, columns } of metrics) {
      const trace = nameAndSeed(arm, seed);
      if (current !== nameOf(trace)) {
        current = nameOf(trace);
        begunAt = performance.now();
        builder = new CurveBuilder(expectedEntries(arm, base));
      }
      builder!.append(columns);
      traces.set(current, { ...trace, curve: [...builder!.points] });
    }
    for (const { arm, seed, point } of benchmarks) {
      const trace = nameAndSeed(arm, seed);
      traces.set(nameOf(trace), { ...trace, points: [...trace.points, scored(point)] });
      chance ??= chanceOf(point);
    }
    for (const row of finished) {
      rows = [...rows.filter((one) => nameOf(one) !== nameOf(row)), row];
      traces.set(nameOf(row), row.curve || row.points ? traceOf(row) : nameAndSeed(row.arm, row.seed));
      if (nameOf(row) === current && row.arm !== BASE) {
        const tokens = (row.curve?.at(-1)?.[0] ?? base.base.steps) + 1 - base.base.steps;
        learnSpeed(base.preset, (tokens * tokensPerStep * 1000) / (performance.now() - begunAt));
      }
    }
    if (state && state.kind !== 'running' && state.kind !== 'done')
      for (const [name] of traces) if (!rows.some((row) => nameOf(row) === name)) traces.delete(name);
    gathered.value = { ...gathered.value, [key]: { rows, traces: [...traces.values()], chance } };
  };
}

const nameOf = ({ arm, seed }: { arm: string; seed: number }) => `${arm} ${seed}`;

const scored = ({ step, averageWithoutRetention, retention }: BenchmarkPoint): Scored => ({
  step,
  averageWithoutRetention,
  retention,
});

function chanceOf({ averageChance, suites }: BenchmarkPoint): NonNullable<ExperimentResults['chance']> {
  return { average: averageChance, suites: Object.fromEntries(suites.map(({ name, chance }) => [name, chance])) };
}

function expectedEntries(arm: string, base: RunConfig): number {
  const change = experiment.value.arms.find(({ name }) => name === arm);
  return (change ? continuedConfig(change, base).steps : base.base.steps) / base.logEverySteps;
}

function learnSpeed(name: string, tokensPerSecond: number): void {
  if (!Number.isFinite(tokensPerSecond)) return;
  measured.value = { ...measured.value, [name]: tokensPerSecond };
  remember(`speed.${name}`, tokensPerSecond.toFixed(0));
}

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

/** The configuration results of a preset were made with: tokens a step, the base's length, steps of every arm. */
export const configOf = (name: string): RunConfig => (name === preset.value ? config.value : presetConfig(name));
