/** What a device could do at most, and the least that a step asks of it. */
import type { RunConfig } from '../../../src/config/run.ts';
import { trainingFlopsPerToken } from '../../../src/model/estimate.ts';
import { parameterCount } from '../../../src/model/parameters.ts';

/** Rates in 10⁹ a second: FLOP and bytes, by wall time, and by CPU time where the system counts it. */
export interface Ceilings {
  f32PerSecond: number;
  f32PerCpuSecond: number | null;
  copyPerSecond: number;
  copyPerCpuSecond: number | null;
}

/** The two formulas below, for the head of a report. */
export const formulas =
  'shares: model FLOPs 6·(matrix weights)·tokens + 6·L·H·d·T·tokens (causal attention) of the f32 ceiling; least bytes 4·(8·P + 2·A) of the copy ' +
  'rate, where weights and both moments are read and written, gradients and the A = tokens·(L·(2·D + (2·H + 2·K)·d + F) + D) activations that ' +
  'the backward pass needs written and read';

export const tokensOf = ({ batch }: RunConfig): number => batch.sequences * batch.length * batch.accumulation;

/** Model FLOPs of a step. */
export function flopsOf(config: RunConfig): number {
  return tokensOf(config) * trainingFlopsPerToken(config.model, config.batch.length, true).total;
}

/**
 * Bytes that a step in f32 moves at least. An activation is counted where the backward pass cannot do without it: both norms' inputs,
 * queries, keys, values and what attention returns, the MLP's hidden row, the last norm's input. Logits need not be kept.
 */
export function leastBytesOf(config: RunConfig): number {
  const { hidden_size: D, intermediate_size: F, num_hidden_layers: L, head_dim: d } = config.model;
  const { num_attention_heads: H, num_key_value_heads: K } = config.model;
  const activations = tokensOf(config) * (L * (2 * D + (2 * H + 2 * K) * d + F) + D);
  return 4 * (8 * parameterCount(config.model) + 2 * activations);
}
