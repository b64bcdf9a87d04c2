/** The graphs an engine replays, and what they allocate: recorded and laid out without a device. */
import type { ModelConfig, RunConfig } from '../../config/run.ts';
import { layoutPlan, type PlanLayout } from '../../gpu/layout.ts';
import { backward } from '../../graph/backward.ts';
import { Graph, type Tensor } from '../../graph/graph.ts';
import type { PlanContext } from '../../graph/memory.ts';
import { layoutPool, type PoolLayout } from '../../graph/pool.ts';
import { recorderOf, withHalfMatrices } from '../../model/architecture.ts';
import { architectureOf, forward } from '../../model/forward.ts';
import type { BatchColumn } from '../../objective/objective.ts';
import { objectiveOf, trainedParameters } from '../../objective/objectives.ts';
import { addOp } from '../../ops/add.ts';
import { halfWeights } from '../../ops/halfWeights.ts';
import { headLoss } from '../../ops/headLoss.ts';
import { linear } from '../../ops/linear.ts';
import { lossScale } from '../../optim/lossScale.ts';
import { update } from '../../optim/update.ts';

/** Steps whose metrics the GPU keeps until they are read: more than are ever in flight. */
export const ringRows = 64;

export interface BatchInputs {
  tokens: Tensor;
  targets: Tensor;
  /** (1): 1 / what counts of the whole step. */
  lossWeight: Tensor;
  documentStart: Tensor | undefined;
}

export interface TrainingInputs extends BatchInputs {
  rowStart: Tensor;
  order: Tensor;
  /** What the objective reads besides, by name. */
  columns: Record<string, Tensor>;
}

function batchInputs(g: Graph, config: RunConfig): BatchInputs {
  const N = config.batch.sequences * config.batch.length;
  return {
    tokens: g.input('tokens', [N], 'u32'),
    targets: g.input('targets', [N], 'u32'),
    lossWeight: g.input('lossWeight', [1]),
    documentStart: config.data.separateDocuments ? g.input('documentStart', [N], 'u32') : undefined,
  };
}

function columnInputs(g: Graph, columns: readonly BatchColumn[], { batch }: RunConfig): Record<string, Tensor> {
  const sizes = { token: batch.sequences * batch.length, row: batch.sequences };
  return Object.fromEntries(
    columns.map(({ name, dtype, per, width = 1 }) => [name, g.input(name, [sizes[per] * width], dtype)]),
  );
}

/** The training step's graph: forward, backward, update. With f16 storage only pools, statistics and sums are f32. */
export function trainingGraph(config: RunConfig, layout: PoolLayout, checkpoint = false) {
  const { model, batch, optimizer } = config;
  const dtype = config.precision;
  const objective = objectiveOf(config);
  const g = new Graph();
  const shape: [number, number] = [batch.sequences, batch.length];
  const N = batch.sequences * batch.length;
  const inputs: TrainingInputs = {
    ...batchInputs(g, config),
    rowStart: g.input('rowStart', [model.vocab_size + 1], 'u32'),
    order: g.input('order', [N], 'u32'),
    columns: columnInputs(g, objective.columns, config),
  };
  const declared = recorderOf(g, model, trainedParameters(config));
  const record = dtype === 'f16' ? withHalfMatrices(declared, halfWeights(g, layout)) : declared;
  const scale = dtype === 'f16' ? lossScale(g) : undefined;
  const states = forward(record, { ...inputs, index: inputs }, shape, { checkpoint, dtype });
  const head = architectureOf(model).head(record);
  const { loss, metrics = {} } = objective.record(
    g,
    { config: model, shape, states, head, weight: record.weight, training: true, scale },
    { targets: inputs.targets, stepWeight: inputs.lossWeight, columns: inputs.columns },
  );
  backward(g, new Map([[loss, null]]), addOp);
  const own = objective.metrics.map((name) => {
    if (!metrics[name]) throw new Error(`objective ${objective.name} declares ${name} and does not record it`);
    return metrics[name];
  });
  return { g, inputs, loss, scale, ...update(g, layout, loss, optimizer, ringRows, own, scale) };
}

/** The scoring graph: forward only, −log p of every target; in f32 whatever training stores, for it reads the f32 weights. */
export function scoringGraph(config: RunConfig) {
  const g = new Graph();
  const inputs = batchInputs(g, config);
  const record = recorderOf(g, config.model);
  const x = forward(record, inputs, [config.batch.sequences, config.batch.length]);
  const head = architectureOf(config.model).head(record);
  const { nll } = headLoss(g, x, head, inputs.targets, inputs.lossWeight, { training: false });
  return { g, inputs, nll };
}

/** Tokens of one forward pass of a benchmark: enough to fill a GPU with a toy model, 3 MB of logits at V = 320. */
const benchmarkTokens = 2048;

/** A forward pass of rows of `length` tokens, kept as logits (rows · length, V): what a benchmark's choices are ranked by. */
export function benchmarkGraph(model: ModelConfig, length: number) {
  const rows = Math.max(1, Math.floor(benchmarkTokens / length));
  const g = new Graph();
  const tokens = g.input('tokens', [rows * length], 'u32');
  const record = recorderOf(g, model);
  const x = forward(record, { tokens }, [rows, length]); // (N, D)
  const logits = linear(g, x, architectureOf(model).head(record)); // (N, V)
  return { g, tokens, logits, rows };
}

/**
 * Bytes of activations above which a layer's inside is computed again in the backward pass instead of kept: a third more arithmetic.
 * An integrated GPU shares some 2 GiB with everything else on the screen, and there is no way to ask how much is left; other GPUs have
 * 4 GiB and more to themselves.
 */
const mostKeptBytes = ({ software, width, frugal }: PlanContext): number =>
  software || frugal || width !== undefined ? 2 ** 29 : 2 ** 30;

export interface EngineLayout {
  pools: PoolLayout;
  training: ReturnType<typeof trainingGraph>;
  scoring: ReturnType<typeof scoringGraph>;
  /** Whether layers are computed again in the backward pass. */
  checkpoint: boolean;
  plans: { training: PlanLayout; scoring: PlanLayout };
  /** Bytes of every GPU buffer an engine makes for training and held-out scoring. */
  bytes: number;
  /** Of one optimizer step of one micro-batch. */
  dispatches: number;
}

/** Where a run's weights lie, and its gradients and moments. */
export const poolsOf = (config: RunConfig): PoolLayout => layoutPool(trainedParameters(config), config.precision);

/** What an engine will be, without a device: the graphs it records and what they allocate. */
export function engineLayout(config: RunConfig, context: PlanContext): EngineLayout {
  const pools = poolsOf(config);
  const accumulation = config.batch.accumulation > 1;
  const record = (checkpoint: boolean) => {
    const training = trainingGraph(config, pools, checkpoint);
    return { checkpoint, training, plan: layoutPlan(training.g, pools, context, { accumulation }) };
  };
  const kept = record(false);
  const { checkpoint, training, plan } = kept.plan.ownBytes <= mostKeptBytes(context) ? kept : record(true);
  const scoring = scoringGraph(config);
  const scored = layoutPlan(scoring.g, pools, context, { keep: [scoring.nll] });
  return {
    pools,
    training,
    scoring,
    checkpoint,
    plans: { training: plan, scoring: scored },
    // Pools and named states of the scoring plan are the training plan's.
    bytes: plan.ownBytes + plan.sharedBytes + scored.ownBytes,
    dispatches: plan.lists.step.length + plan.lists.update.length,
  };
}
