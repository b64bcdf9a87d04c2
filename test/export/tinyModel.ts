/** A model small enough for float64 loops, with every feature: grouped heads, d ≠ D/H, half-turned heads. */
import type { ModelConfig } from '../../src/config/run.ts';
import type { Weights } from '../../src/export/parts.ts';
import { modelTensors } from '../../src/export/weights.ts';
import { randomNormal, streamOf } from '../../src/util/random.ts';

export function tinyConfig(changes: Partial<ModelConfig> = {}): ModelConfig {
  return {
    vocab_size: 260,
    hidden_size: 12,
    intermediate_size: 20,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 8,
    max_position_embeddings: 16,
    initializer_range: 0.1,
    norm_eps: 1e-5,
    rope_theta: 10000,
    partial_rotary_factor: 0.5,
    ...changes,
  };
}

/** N(0, std²) everywhere, norms too, so that no term of the forward pass can be forgotten unseen. */
export function randomWeights(model: ModelConfig, seed: number, std = 0.5): Weights {
  const weights: Weights = new Map();
  for (const { name, shape } of modelTensors(model)) {
    const length = shape.reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length }, (_, i) => std * randomNormal(seed, streamOf(name), i));
    weights.set(name, { shape, data });
  }
  return weights;
}
