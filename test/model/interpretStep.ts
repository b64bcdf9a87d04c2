/** A training step in f64, by the ops' twins: what the GPU's is held against. */
import type { RunConfig } from '../../src/config/run.ts';
import { tokenIndex } from '../../src/data/tokenIndex.ts';
import { interpret, type Values } from '../../src/graph/interpret.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import { initialWeights } from '../../src/model/init.ts';
import { parameterList } from '../../src/model/parameters.ts';
import { twins } from '../../src/ops/twins.ts';
import { trainingGraph } from '../../src/train/graphs.ts';
import { tinyBatch } from './tiny.ts';

/** Loss and parameter gradients of a training step by the f64 interpreter, and the gradient pool as the GPU would lay it out. */
export function interpretStep(config: RunConfig, checkpoint = false) {
  const layout = layoutPool(parameterList(config.model));
  const { g, inputs, loss } = trainingGraph(config, layout, checkpoint);
  const weights = initialWeights(config.model, layout, config.seed);
  const values: Values = new Map();
  for (const parameter of g.parameters) {
    const { offset, size } = layout.slices.get(parameter.name)!;
    values.set(parameter, Float64Array.from(weights.subarray(offset, offset + size)));
  }
  const batch = tinyBatch(config);
  const counted = batch.targets.filter((target) => target < config.model.vocab_size).length;
  const index = { rowStart: new Uint32Array(config.model.vocab_size + 1), order: new Uint32Array(batch.tokens.length) };
  tokenIndex(batch.tokens, index);
  values.set(inputs.tokens, Float64Array.from(batch.tokens));
  values.set(inputs.targets, Float64Array.from(batch.targets));
  values.set(inputs.documentStart!, Float64Array.from(batch.documentStart));
  values.set(inputs.rowStart, Float64Array.from(index.rowStart));
  values.set(inputs.order, Float64Array.from(index.order));
  values.set(inputs.lossWeight, Float64Array.of(1 / counted));
  const steps = {
    ...g,
    constants: g.constants,
    nodes: g.nodes.filter((node) => node.phase === 'step'),
  } as unknown as typeof g;
  interpret(steps, twins, values);
  return {
    g,
    layout,
    batch,
    loss: values.get(loss)![0]!,
    gradient: (name: string) => values.get(g.gradients.get(g.parameters.find((p) => p.name === name)!)!)!,
  };
}
