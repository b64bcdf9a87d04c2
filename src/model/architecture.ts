/**
 * An architecture is a value: how a family's embedding, layer and last norm are recorded. Training, scoring, looking inside and
 * generation with a cache record the same layer and differ in `attend` alone (forward.ts). B rows, T tokens, N = B·T, D hidden.
 */
import type { ModelConfig } from '../config/run.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import type { TokenIndexTensors } from '../ops/embedding.ts';
import type { Family } from './family.ts';
import { familyOf, type Parameter, parameterList } from './parameters.ts';

/** What a part of a model is recorded with. */
export interface Recorder {
  g: Graph;
  model: ModelConfig;
  /** A weight by its storage name: 'model.norm.weight'. */
  weight: (name: string) => Tensor;
}

/** Packed queries, keys and values, (N, (H + 2K)·d) → what the heads have read, (N, H·d). */
export type Attend = (qkv: Tensor) => Tensor;

export interface Architecture {
  readonly family: Family;
  /** The residual stream's first value, (N, D). `index` is needed to differentiate; `dtype` is how activations are stored. */
  embed(record: Recorder, tokens: Tensor, index?: TokenIndexTensors, dtype?: 'f32' | 'f16'): Tensor;
  /** Layer `i`: h (N, D) → (N, D). */
  layer(record: Recorder, h: Tensor, i: number, attend: Attend): Tensor;
  /** (N, D), what the head reads. */
  last(record: Recorder, h: Tensor): Tensor;
  /** The head's matrix, (V, D). */
  head(record: Recorder): Tensor;
}

/** Declares every weight of a model in the order of the pools, or the given ones. */
export function recorderOf(
  g: Graph,
  model: ModelConfig,
  parameters: readonly Parameter[] = parameterList(model),
): Recorder {
  const weights = new Map<string, Tensor>();
  for (const { name, also, shape, frozen } of parameters) {
    const tensor = g.parameter(name, shape, frozen);
    weights.set(name, tensor);
    if (also) weights.set(also, tensor);
  }
  const weight = (name: string): Tensor => {
    const tensor = weights.get(name);
    if (!tensor) throw new Error(`the model has no weight named ${name}`);
    return tensor;
  };
  return { g, model, weight };
}

/**
 * What products read instead of the f32 weights where activations are f16: the weights' copies (ops/halfWeights.ts). The embedding,
 * norms and biases stay f32: they are read, not multiplied in bulk. Where the embedding is the head too, the head reads a copy.
 */
export function withHalfMatrices(record: Recorder, half: (parameter: Tensor) => Tensor): Recorder {
  const [embedding] = familyOf(record.model).parameters(record.model, true);
  const copies = new Map<Tensor, Tensor>();
  const weight = (name: string): Tensor => {
    const parameter = record.weight(name);
    if (parameter.shape.length < 2 || name === embedding!.name) return parameter;
    let copy = copies.get(parameter);
    if (!copy) copies.set(parameter, (copy = half(parameter)));
    return copy;
  };
  return { ...record, weight };
}
