/** The shapes the bench runs: those rivals were measured at, and sizes from 0.1 M to 25 M parameters are the presets' own. */
import { presetConfig } from '../../src/config/presets.ts';
import type { RunConfig } from '../../src/config/run.ts';

export interface StepShape {
  name: string;
  L: number;
  D: number;
  H: number;
  T: number;
  B: number;
  V: number;
}

export const stepShapes: StepShape[] = [
  { name: 'L2 d64 T64 B4 V256', L: 2, D: 64, H: 4, T: 64, B: 4, V: 256 },
  { name: 'L4 d128 T64 B8 V512', L: 4, D: 128, H: 4, T: 64, B: 8, V: 512 },
  { name: 'L6 d256 T256 B8 V512', L: 6, D: 256, H: 8, T: 256, B: 8, V: 512 },
  { name: 'L4 d128 T64 B8 V8192', L: 4, D: 128, H: 4, T: 64, B: 8, V: 8192 },
];

/** M rows, N columns, K inner, for the products of a linear layer and of the head. */
export const matmulShapes: { m: number; n: number; k: number }[] = [
  { m: 512, n: 512, k: 512 },
  { m: 1024, n: 1024, k: 1024 },
  { m: 1024, n: 1024, k: 256 },
  { m: 1024, n: 4096, k: 256 },
];

export function configOf({ L, D, H, T, B, V }: StepShape): RunConfig {
  const preset = presetConfig('smoke');
  return {
    ...preset,
    model: {
      ...preset.model,
      vocab_size: V,
      hidden_size: D,
      intermediate_size: 4 * D,
      num_hidden_layers: L,
      num_attention_heads: H,
      num_key_value_heads: H,
      head_dim: D / H,
      max_position_embeddings: T,
      initializer_range: 0.4 / Math.sqrt(D),
    },
    data: { ...preset.data, separateDocuments: false },
    batch: { sequences: B, length: T, accumulation: 1 },
  };
}
