/** One stage of alignment: weights in, an objective, data, steps, weights out. A line of measurements a step. */
import type { ObjectiveConfig, RunConfig } from '../../config/run.ts';
import { presetConfig } from '../../config/presets.ts';
import type { Weights } from '../../export/parts.ts';
import { tokenIndex } from '../../data/tokenIndex.ts';
import { Graph } from '../../graph/graph.ts';
import { registerAlignment } from '../../objective/alignment.ts';
import { trainingFlopsPerToken } from '../../model/estimate.ts';
import { objectiveOf } from '../../objective/objectives.ts';
import { emptyRows, place, placesOf } from '../../align/pack.ts';
import type { Encoded } from '../../align/template.ts';
import { UserError } from '../../util/errors.ts';
import type { Backend } from '../backends/backend.ts';
import { Engine, type Pools } from '../engine/engine.ts';
import type { AlignmentData } from './batches.ts';
import type { AlignedModel } from './model.ts';
import { trainingWords } from '../../words/training.ts';

export interface StageSettings {
  objective: ObjectiveConfig;
  epochs: number;
  /** η after the warm-up. */
  rate: number;
  warmupSteps: number;
  /** Share of η at the last step, reached linearly; 1: constant. */
  end: number;
  /** How η falls; linearly where nothing is said. */
  shape?: 'linear' | 'cosine';
  decay?: number;
}

/** Settings found for the alignment world (alignment-world.md §3), which is what they are good for at this size. */
export const stageDefaults = {
  base: { epochs: 1, rate: 4e-3, warmupSteps: 35, end: 0.1, shape: 'cosine', decay: 0.1 },
  code: { epochs: 1, rate: 1e-3, warmupSteps: 10, end: 0.1 },
  sft: { epochs: 3, rate: 1e-3, warmupSteps: 10, end: 0.1 },
  reward: { epochs: 3, rate: 1e-3, warmupSteps: 10, end: 0.1 },
  dpo: { epochs: 2, rate: 4e-4, warmupSteps: 5, end: 1 },
  rpo: { epochs: 2, rate: 4e-4, warmupSteps: 5, end: 1 },
} as const;
export const usualBatch = 32;

export interface StageRow {
  step: number;
  epoch: number;
  loss: number;
  gradNorm: number;
  rate: number;
  /** Targets, labels or pairs that the loss is a mean over. */
  counted: number;
  [metric: string]: number;
}

/** A run's configuration as the engine wants it; nothing of it but model, batch, optimizer and objective is read. */
export function configFor(
  { model }: Pick<AlignedModel, 'model'>,
  { sequences, length }: Pick<AlignmentData, 'sequences' | 'length'>,
  objective: ObjectiveConfig,
  weightDecay = 0,
): RunConfig {
  registerAlignment();
  const preset = presetConfig('smoke');
  return {
    ...preset,
    model: { ...model, max_position_embeddings: Math.max(model.max_position_embeddings, length) },
    data: { ...preset.data, separateDocuments: true },
    batch: { sequences, length, accumulation: 1 },
    optimizer: { ...preset.optimizer, beta2: 0.95, weight_decay: weightDecay },
    objective,
    continued: null,
  };
}

function rateOf({ rate, warmupSteps, end, shape }: StageSettings, step: number, steps: number): number {
  const [rise, left] = [Math.min(1, (step + 1) / Math.max(warmupSteps, 1)), 1 - (step + 1) / steps];
  const fall = shape === 'cosine' ? end + ((1 - end) * (1 + Math.cos(Math.PI * (1 - left)))) / 2 : Math.max(end, left);
  return rate * rise * fall;
}

/** What pairs are told by, beside what the objective measures. */
function derived(row: StageRow, { beta = 0 }: ObjectiveConfig): StageRow {
  const { chosenGain, rejectedGain } = row;
  if (chosenGain === undefined || rejectedGain === undefined) return row;
  const implicit = Number(beta);
  return {
    ...row,
    gap: chosenGain - rejectedGain,
    rewardChosen: implicit * chosenGain,
    rewardRejected: implicit * rejectedGain,
    // Of answers that the reference has given: −E[ln π − ln π_ref].
    klFromReference: -(chosenGain + rejectedGain) / 2,
  };
}

export interface StageResult {
  model: AlignedModel;
  /** The objective's own weights, by name: a reward's head. */
  own: ReadonlyMap<string, Float32Array>;
  stopped: boolean;
}

/** Where a stage stands before a step. */
export interface StageState {
  step: number;
  pools: Pools;
}

/** Steps between two saves: seconds of work at these sizes. */
const saveEvery = 100;

/** Whoever drives a stage. */
export interface StageListener {
  row?(row: StageRow): void;
  stopped?(): boolean;
  /** Asked before every step; whatever is wanted of the weights there. */
  wants?(step: number): boolean;
  weights?(step: number, weights: Weights): void;
  /** Every `saveEvery` steps, and where it was stopped: what `after` goes on from. The stage waits for it. */
  save?(state: StageState): void | Promise<void>;
}

/** Floating-point operations of the stages that a model has been through. */
export const stageFlops = ({ metadata }: Pick<AlignedModel, 'metadata'>): number => Number(metadata.flops ?? 0);

/** Runs a stage from its first step, or from the one it was left `after`, to its last. UserError where the loss is no number any more. */
export async function runStage(
  backend: Backend,
  from: AlignedModel,
  data: AlignmentData,
  settings: StageSettings,
  listener: StageListener = {},
  after: StageState | null = null,
): Promise<StageResult> {
  const config = configFor(from, data, settings.objective, settings.decay);
  const objective = objectiveOf(config);
  const engine = await Engine.create(backend, config, tokenIndex);
  // Measurements are states of these names (objective.ts).
  const names = objective.metrics;
  const states = new Graph();
  const measured = names.map((name) => states.state(name, [1]));
  try {
    if (after) engine.restore(after.pools);
    else engine.load(from.weights);
    const steps = settings.epochs * data.steps;
    let step = after?.step ?? 0;
    for (; step < steps && !listener.stopped?.(); step++) {
      if (listener.wants?.(step)) listener.weights?.(step, await engine.weights());
      const epoch = Math.floor(step / data.steps);
      const batch = data.batch(epoch, step % data.steps);
      const counted = objective.counted(batch, config.model);
      const rate = rateOf(settings, step, steps);
      engine.submitStep(step, () => batch, rate, step + 1);
      const [metrics] = await engine.metrics(step, step);
      const values = names.length > 0 ? await engine.executor.snapshot(measured) : [];
      const { loss, gradNorm } = metrics!;
      if (!Number.isFinite(loss)) throw new UserError(trainingWords.stageDiverged(step, loss, settings.rate));
      const named = Object.fromEntries(names.map((name, i) => [name, values[i]![0]!]));
      listener.row?.(derived({ step, epoch, loss, gradNorm, rate, counted, ...named }, settings.objective));
      if (listener.save && (step + 1) % saveEvery === 0)
        await listener.save({ step: step + 1, pools: await engine.snapshot() });
    }
    if (listener.save && step < steps) await listener.save({ step, pools: await engine.snapshot() });
    const all = await engine.weights({ own: true });
    const weights = new Map([...all].filter(([name]) => from.weights.has(name)));
    const own = new Map([...all].filter(([name]) => !from.weights.has(name)).map(([name, { data: d }]) => [name, d]));
    const spent = steps * data.sequences * data.length * trainingFlopsPerToken(config.model, data.length).total;
    const metadata = { ...from.metadata, flops: stageFlops(from) + spent };
    return { model: { ...from, model: config.model, weights, metadata }, own, stopped: step < steps };
  } finally {
    engine.destroy();
  }
}

/** log π of every conversation's spoken tokens: once a data set, by the reference. */
export async function logProbsOf(
  backend: Backend,
  reference: AlignedModel,
  rows: readonly Encoded[],
): Promise<Float64Array> {
  const T = 16 * Math.ceil(rows.reduce((top, one) => Math.max(top, placesOf(one)), 1) / 16);
  const config = configFor(reference, { sequences: Math.min(rows.length, usualBatch), length: T }, { name: 'sft' });
  const engine = await Engine.create(backend, config, tokenIndex);
  try {
    engine.load(reference.weights);
    const packed = emptyRows(rows.length, T);
    rows.forEach((row, r) => place(packed, T, r, 0, row));
    const nll = await engine.score({ ...packed, count: rows.length });
    return Float64Array.from(rows, (_, r) => -nll.subarray(r * T, (r + 1) * T).reduce((sum, one) => sum + one, 0));
  } finally {
    engine.destroy();
  }
}
