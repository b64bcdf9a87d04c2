/** Loss and parameters' gradients of a training step by the f64 interpreter. */
import type { RunConfig } from '../../src/config/run.ts';
import { tokenIndex } from '../../src/data/tokenIndex.ts';
import type { CompiledPlan } from '../../src/graph/executor.ts';
import type { Graph, Tensor } from '../../src/graph/graph.ts';
import { interpret, type Values } from '../../src/graph/interpret.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import { initialWeights } from '../../src/model/init.ts';
import { parameterList } from '../../src/model/parameters.ts';
import type { StepBatch } from '../../src/train/engine/engine.ts';
import { trainingGraph, type TrainingInputs } from '../../src/train/engine/graphs.ts';
import { tinyBatch } from './tiny.ts';

/** What the step's graph reads of a batch, by input. */
export function inputsOf(config: RunConfig, inputs: TrainingInputs, batch: StepBatch) {
  const counted = batch.targets.filter((target) => target < config.model.vocab_size).length;
  const index = { rowStart: new Uint32Array(config.model.vocab_size + 1), order: new Uint32Array(batch.tokens.length) };
  tokenIndex(batch.tokens, index);
  return new Map<Tensor, Uint32Array | Float32Array>([
    [inputs.tokens, batch.tokens],
    [inputs.targets, batch.targets],
    ...(inputs.documentStart ? [[inputs.documentStart, batch.documentStart] as const] : []),
    [inputs.rowStart, index.rowStart],
    [inputs.order, index.order],
    [inputs.lossWeight, Float32Array.of(1 / counted)],
  ]);
}

/** The nodes of a step, without those of the update. */
export const onlyStep = (g: Graph): Graph =>
  ({ ...g, constants: g.constants, nodes: g.nodes.filter((node) => node.phase === 'step') }) as unknown as Graph;

/** Writes a batch into a compiled plan's inputs. */
export function fill(plan: CompiledPlan, values: ReturnType<typeof inputsOf>): void {
  for (const [input, elements] of values) plan.host(input).set(elements);
}

/** `weights`: the parameter pool, in f32 or f64; by default as a run starts. */
export function interpretStep(
  config: RunConfig,
  {
    checkpoint = false,
    weights,
    batch = tinyBatch(config),
  }: Partial<{
    checkpoint: boolean;
    weights: Float32Array | Float64Array;
    batch: StepBatch;
  }> = {},
) {
  const layout = layoutPool(parameterList(config.model));
  const { g, inputs, loss } = trainingGraph(config, layout, checkpoint);
  const pool = weights ?? initialWeights(config.model, layout, config.seed);
  const values: Values = new Map();
  for (const parameter of g.parameters) {
    const { offset, size } = layout.slices.get(parameter.name)!;
    values.set(parameter, Float64Array.from(pool.subarray(offset, offset + size)));
  }
  for (const [input, elements] of inputsOf(config, inputs, batch)) values.set(input, Float64Array.from(elements));
  // Exact, where the device has it rounded to f32.
  const lossWeight = 1 / batch.targets.filter((target) => target < config.model.vocab_size).length;
  values.set(inputs.lossWeight, Float64Array.of(lossWeight));
  interpret(onlyStep(g), values);
  return {
    g,
    layout,
    batch,
    loss: values.get(loss)![0]!,
    gradient: (name: string) => values.get(g.gradients.get(g.parameters.find((p) => p.name === name)!)!)!,
  };
}
