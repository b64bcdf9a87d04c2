/**
 * An objective is a value: what a batch brings beside its tokens, what of it counts, and how loss and measurements are recorded on top of
 * a model. Forward only: the ops know their gradients. B rows of T tokens a micro-batch, N = B·T, D hidden, V vocabulary.
 */
import type { ModelConfig } from '../config/run.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import type { Parameter } from '../model/parameters.ts';

/** A column of a batch, filled by whoever draws it: (N) one element a token, or (B) one a row; or `width` of them. */
export interface BatchColumn {
  readonly name: string;
  readonly dtype: 'f32' | 'u32';
  readonly per: 'token' | 'row';
  /** Elements a token or row has; 1 where nothing is said. */
  readonly width?: number;
}

/** A micro-batch as the objective finds it on the host, when it says how much of it counts. */
export interface HostBatch {
  /** (N): the next token of each; ids ≥ V count for nothing. */
  readonly targets: Uint32Array;
  readonly columns?: HostColumns;
}
export type HostColumns = Readonly<Record<string, Uint32Array | Float32Array>>;

/** A micro-batch in the graph. */
export interface BatchTensors {
  /** (N) u32. */
  targets: Tensor;
  /**
   * (1) f32: 1 / what counts of the whole step, over all its micro-batches. A loss times it is a mean whose micro-batches add up; so is a
   * measurement.
   */
  stepWeight: Tensor;
  /** The objective's own columns, by name. */
  columns: Readonly<Record<string, Tensor>>;
}

/** The model under the objective. */
export interface RecordedModel {
  config: ModelConfig;
  /** B, T. */
  shape: readonly [number, number];
  /** (N, D): the last norm's output, what the head reads. */
  states: Tensor;
  /** (V, D), in the storage type of `states`. */
  head: Tensor;
  /** A weight by its storage name, the objective's own included. */
  weight: (name: string) => Tensor;
  /** Whether gradients are wanted; otherwise the loss is only measured. */
  training: boolean;
  /** (4): what gradients are multiplied with where they are f16. An op that starts the backward chain takes it (headLoss, stepTotal). */
  scale?: Tensor;
}

export interface Objective {
  readonly name: string;
  /** What a batch brings beside tokens, targets and where documents start. */
  readonly columns: readonly BatchColumn[];
  /** Measurements of a step beside its loss, by name: columns of the log (recipe/measurements.ts). */
  readonly metrics: readonly string[];
  /** Weights of its own beside the model's: a reward's head. They start as they say where a base has none of these names. */
  parameters?(model: ModelConfig): Parameter[];
  /** How much of a micro-batch counts, in the unit that the loss is a mean over: targets, rows, pairs. */
  counted(batch: HostBatch, model: ModelConfig): number;
  /**
   * Records loss and measurements, each a state (1) that adds up over micro-batches (ops/sums.ts, `stepTotal`; headLoss makes its own). The
   * backward chain starts at the loss.
   */
  record(g: Graph, model: RecordedModel, batch: BatchTensors): { loss: Tensor; metrics?: Record<string, Tensor> };
}
