/** What a run will need, known from its configuration alone, before a buffer is allocated or a kernel compiled. */
import { batchStages, rowsBefore } from '../config/ramp.ts';
import type { RunConfig, ModelConfig } from '../config/run.ts';
import { matmulParameters, parameterCount, parameterList } from './parameters.ts';

export interface Flops {
  /** 6 for every weight of a matrix that a token meets: 2 forward, 4 backward. */
  matmul: number;
  attention: number;
  total: number;
}

/**
 * Floating-point operations of training on one token in a row of T:
 *
 *     6·N + 12·L·H·d·T        N matrix weights; scores and weighted sums are 2·2·H·d·T forward, twice that backward
 *
 * The usual convention counts the whole T×T square; figures quoted for other trainers and for the synthetic world
 * (toy-world.md §2) do. `causal` counts the half of it that a causal kernel computes. Recomputation, softmax, norms and
 * the optimizer are not counted.
 */
export function trainingFlopsPerToken(model: ModelConfig, length: number, causal = false): Flops {
  const matmul = 6 * matmulParameters(model);
  const square = 12 * model.num_hidden_layers * model.num_attention_heads * model.head_dim * length;
  const attention = causal ? square / 2 : square;
  return { matmul, attention, total: matmul + attention };
}

export interface MemoryEstimate {
  /** f32 weights, their gradients, Adam's two moments: 4 bytes each a parameter. Bytes, as all below. */
  weights: number;
  gradients: number;
  moments: number;
  /** Logits of a micro-batch, (B·T, V) f32: often the largest activation; engines may compute them in parts. */
  logits: number;
  /** The largest single tensor among weights and logits, by name: what meets a buffer limit first. */
  largest: { name: string; bytes: number };
}

/** GPU bytes that follow from the configuration; other activations come from the planned graph. */
export function memoryOf({ model, batch }: Pick<RunConfig, 'model' | 'batch'>): MemoryEstimate {
  const bytes = 4 * parameterCount(model);
  const logits = 4 * batch.sequences * batch.length * model.vocab_size;
  const largest = parameterList(model)
    .map(({ name, shape }) => ({ name, bytes: 4 * shape.reduce((size, extent) => size * extent, 1) }))
    .reduce((most, one) => (one.bytes > most.bytes ? one : most), { name: 'logits', bytes: logits });
  return { weights: bytes, gradients: bytes, moments: 2 * bytes, logits, largest };
}

export interface Estimate {
  parameters: number;
  /** Of a step of the whole batch. */
  tokensPerStep: number;
  steps: number;
  tokens: number;
  /** Of training, in the usual convention of `trainingFlopsPerToken`. */
  flops: number;
  memory: MemoryEstimate;
}

/** The whole run, base and continued. */
export function estimate(config: RunConfig): Estimate {
  const { model, batch, base, continued } = config;
  const tokensPerStep = batch.sequences * batch.length * batch.accumulation;
  const steps = base.steps + (continued?.steps ?? 0);
  const tokens = rowsBefore(batchStages(batch, base), steps) * batch.length;
  return {
    parameters: parameterCount(model),
    tokensPerStep,
    steps,
    tokens,
    flops: tokens * trainingFlopsPerToken(model, batch.length).total,
    memory: memoryOf(config),
  };
}

/**
 * First loss to expect, nats: ln V plus half the variance D·σ² of the logits that normalised rows give at the start.
 */
export function expectedInitialLoss(model: ModelConfig): number {
  return Math.log(model.vocab_size) + (model.hidden_size * model.initializer_range ** 2) / 2;
}
