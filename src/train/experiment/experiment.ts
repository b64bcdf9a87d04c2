/**
 * An experiment carried out: for every seed one base checkpoint, and from it every arm in turn, on one engine. Arms differ in their
 * continued run alone: same weights, same data seeds, fresh moments (a base checkpoint is weights, as one gets it from anywhere).
 */
import type { RunConfig } from '../../config/run.ts';
import type { FetchBytes } from '../../data/catalogue.ts';
import { tokenIndex } from '../../data/tokenIndex.ts';
import type { Weights } from '../../export/parts.ts';
import { estimate, trainingFlopsPerToken } from '../../model/estimate.ts';
import type { BenchmarkPoint, HeldOutPoint } from '../../protocol.ts';
import { type Arm, armConfig, type Experiment } from '../../recipe/experiments.ts';
import type { ResultPoint, ResultRow } from '../../recipe/results/results.ts';
import { UserError } from '../../util/errors.ts';
import { listening } from '../../util/events.ts';
import type { Backend } from '../backends/backend.ts';
import { type Base, checkBase } from '../bases/base.ts';
import { prepareData, type TrainingData } from '../run/data.ts';
import { Engine } from '../engine/engine.ts';
import { exportModel } from '../bases/exportModel.ts';
import type { RunListener, RunNews } from '../run/listener.ts';
import { Run } from '../run/run.ts';
import type { ExperimentListener } from './listener.ts';
import { recipeWords } from '../../words/recipe.ts';
import { trainingWords } from '../../words/training.ts';

/** The name of the row every table starts with: the checkpoint all arms branch from. */
export const BASE_ARM = 'base';

export interface ExperimentWork {
  experiment: Pick<Experiment, 'arms'>;
  /** Any preset with a synthetic world and a continued run; its seed is replaced. */
  config: RunConfig;
  seeds: readonly number[];
  /** Where text is read from; a synthetic world reads none. */
  fetchBytes?: FetchBytes;
  /** A checkpoint to start from, where there is one. */
  baseOf(seed: number): Promise<Base | null>;
  /** Rows there already: their arms are not run again. */
  done: readonly ResultRow[];
}

/** Losses kept of each arm's curve: enough for a line a hand wide. */
const CURVE_POINTS = 48;

/** Runs what is not done yet; false if it was stopped. UserError where a run diverges or a base does not fit. */
export async function runExperiment(
  backend: Backend,
  request: ExperimentWork,
  listener: ExperimentListener,
): Promise<boolean> {
  const { config, experiment, seeds, done, fetchBytes = noShards } = request;
  if (!config.data.world && !request.fetchBytes) {
    throw new UserError(recipeWords.noFacts(config.preset));
  }
  // Says which preset has no continued part, and which change is none, before anything is compiled.
  for (const arm of experiment.arms) armConfig(arm, config);
  const has = (arm: string, seed: number): boolean => done.some((row) => row.arm === arm && row.seed === seed);
  const names = [BASE_ARM, ...experiment.arms.map(({ name }) => name)];
  const engine = await Engine.create(backend, config, tokenIndex, (ready, total) =>
    listener.tell({ kind: 'compiling', said: { done: ready, total } }),
  );
  if (engine.notice)
    listener.tell({ kind: 'notice', said: { code: 'gpu-variant', step: null, message: engine.notice } });
  try {
    for (const seed of seeds) {
      if (names.every((name) => has(name, seed))) continue;
      const seeded: RunConfig = { ...config, seed };
      const data = await prepareData(seeded, [], fetchBytes, () => {});
      const weights = await startingWeights(engine, seeded, data, request, listener);
      if (!weights) return false;
      for (const arm of experiment.arms) {
        if (has(arm.name, seed)) continue;
        const own = armConfig(arm, seeded);
        if (arm.changes) {
          if (!(await runOwn(arm, own, backend, fetchBytes, listener))) return false;
          continue;
        }
        engine.load(weights);
        if (!(await runArm(arm, own, data, engine, 'continued', listener))) return false;
      }
    }
    return true;
  } finally {
    engine.destroy();
  }
}

const noShards = (name: string): Promise<never> =>
  Promise.reject(new Error(`A synthetic world reads no shard, ${name} least of all.`));

/** The base's weights, from a checkpoint or trained here, and its row; null if it was stopped. */
async function startingWeights(
  engine: Engine,
  config: RunConfig,
  data: TrainingData,
  request: ExperimentWork,
  listener: ExperimentListener,
): Promise<Weights | null> {
  const { seed } = config;
  const alone: RunConfig = { ...config, continued: null };
  const known = request.done.some((row) => row.arm === BASE_ARM && row.seed === seed);
  const base = await request.baseOf(seed);
  const watch = watchArm(BASE_ARM, seed, listener);
  const flops = flopsOf(config, estimate(alone).tokens);
  if (base) {
    await checkBase(base, config);
    if (!known) {
      engine.load(base.weights);
      const run = new Run(alone, data, engine, watch.listener, { part: 'base' });
      await run.evaluate(config.base.steps, 'base');
      listener.tell({ kind: 'row', said: watch.row(flops) });
    }
    return base.weights;
  }
  engine.initialize(seed);
  const run = new Run(alone, data, engine, watch.listener, { part: 'base', evaluated: true });
  listener.tell({ kind: 'begin', said: { arm: BASE_ARM, seed, run } });
  const end = await run.train();
  if (end.kind === 'diverged') throw new UserError(trainingWords.baseDiverged(seed, end.message));
  if (end.kind !== 'done') return null;
  const files = listener.wants('base') ? await exportModel(run) : null; // may lose the device: then nothing has been told yet
  if (!known) listener.tell({ kind: 'row', said: watch.row(flops) });
  if (files) listener.tell({ kind: 'base', said: { seed, files } });
  return engine.weights();
}

/** An arm that no other's base fits, from its own first weights on. */
async function runOwn(
  arm: Arm,
  config: RunConfig,
  backend: Backend,
  fetchBytes: FetchBytes,
  listener: ExperimentListener,
): Promise<boolean> {
  const engine = await Engine.create(backend, config, tokenIndex);
  try {
    engine.initialize(config.seed);
    return await runArm(arm, config, await prepareData(config, [], fetchBytes, () => {}), engine, 'all', listener);
  } finally {
    engine.destroy();
  }
}

async function runArm(
  { name }: Arm,
  config: RunConfig,
  data: TrainingData,
  engine: Engine,
  part: 'continued' | 'all',
  listener: ExperimentListener,
): Promise<boolean> {
  const watch = watchArm(name, config.seed, listener);
  const run = new Run(config, data, engine, watch.listener, { part, evaluated: true });
  listener.tell({ kind: 'begin', said: { arm: name, seed: config.seed, run } });
  const end = await run.train();
  if (end.kind === 'diverged') throw new UserError(trainingWords.armDiverged(name, config.seed, end.message));
  if (end.kind !== 'done') return false;
  listener.tell({
    kind: 'row',
    said: watch.row(
      flopsOf(config, run.plan.tokensBefore(run.plan.endStep) - run.plan.tokensBefore(run.plan.firstStep)),
    ),
  });
  return true;
}

/** Training operations of so many tokens, the whole T×T square counted as toy-world.md §2 does. */
export function flopsOf({ model, batch }: RunConfig, tokens: number): number {
  return tokens * trainingFlopsPerToken(model, batch.length).total;
}

/** Gathers what one run says into its result row. */
export function watchArm(arm: string, seed: number, listener: ExperimentListener) {
  const curve: [step: number, loss: number][] = [];
  const heldOut: HeldOutPoint[] = [];
  const benchmarks: BenchmarkPoint[] = [];
  const watching: RunListener = listening<RunNews>({
    metric(row) {
      curve.push([row.step, row.loss]);
      listener.tell({ kind: 'metric', said: { arm, seed, row } });
    },
    heldOut(point) {
      heldOut.push(point);
      listener.tell({ kind: 'heldOut', said: { arm, seed, point } });
    },
    benchmark(point) {
      benchmarks.push(point);
      listener.tell({ kind: 'benchmark', said: { arm, seed, point } });
    },
  });
  const row = (flops: number): ResultRow => {
    const points = heldOut.map((losses, i) => resultPoint(benchmarks[i] ?? unasked(losses.step), losses));
    const { step: _, ...last } = points.at(-1)!;
    return { arm, seed, ...last, flops, points, curve: means(curve) };
  };
  return { listener: watching, row };
}

/** Of text, which nobody can be asked about: shares of nothing. */
const unasked = (step: number): Omit<BenchmarkPoint, 'tokens' | 'averageChance'> => ({
  step,
  average: Number.NaN,
  averageWithoutRetention: null,
  retention: null,
  suites: [],
});

function resultPoint(
  { step, average, averageWithoutRetention, retention, suites }: ReturnType<typeof unasked>,
  { loss }: HeldOutPoint,
): ResultPoint {
  const counted = suites.filter(({ role }) => role !== 'probe');
  return {
    step,
    average,
    averageWithoutRetention,
    retention,
    logProb: counted.reduce((sum, { logProb }) => sum + logProb, 0) / counted.length,
    suites: Object.fromEntries(suites.map(({ name, accuracy }) => [name, accuracy])),
    heldOutLoss: loss,
  };
}

/** At most CURVE_POINTS means of neighbours, at their last step, to the fourth decimal. */
function means(curve: readonly [number, number][]): [number, number][] {
  const width = Math.ceil(curve.length / CURVE_POINTS);
  const result: [number, number][] = [];
  for (let from = 0; from < curve.length; from += width) {
    const part = curve.slice(from, from + width);
    const loss = part.reduce((sum, [, value]) => sum + value, 0) / part.length;
    result.push([part.at(-1)![0], Number(loss.toFixed(4))]);
  }
  return result;
}
