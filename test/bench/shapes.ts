/** The shapes the bench runs. */
import { presetConfig } from '../../src/config/presets.ts';
import type { RunConfig } from '../../src/config/run.ts';
import type { Product } from './setup/subject.ts';

/** A model of L layers, D wide, H heads, V words, on B rows of T tokens. */
export interface StepShape {
  name: string;
  L: number;
  D: number;
  H: number;
  T: number;
  B: number;
  V: number;
}

const step = (L: number, D: number, H: number, T: number, B: number, V: number): StepShape => ({
  name: `L${L} d${D} T${T} B${B} V${V}`,
  L,
  D,
  H,
  T,
  B,
  V,
});

/** Where rivals are measured too; the second is the shape that TabGPT's figures stand for (performance.md §2.5). */
export const stepShapes: StepShape[] = [
  step(2, 64, 2, 64, 4, 256),
  step(4, 128, 4, 64, 8, 512),
  step(2, 64, 2, 64, 4, 8192),
  step(6, 256, 8, 256, 8, 512),
];

/** Models that fill a GPU, and take minutes a step without one. */
export const hardwareStepShapes: StepShape[] = [step(6, 256, 8, 256, 16, 2048), step(8, 512, 8, 256, 16, 3072)];

/** The page's own small presets, whose steps are short beside what starting them costs: on a GPU. */
export const hardwarePresets = ['tiny', 'world'];

/** 0.1 M to 25 M parameters on the same 256 tokens: what a step costs beside its arithmetic must fall. */
export const sizeShapes: StepShape[] = [
  step(2, 64, 2, 64, 4, 256),
  step(3, 96, 3, 64, 4, 512),
  step(4, 128, 4, 64, 4, 512),
  step(4, 256, 8, 64, 4, 512),
  step(6, 384, 8, 64, 4, 512),
  step(8, 512, 8, 64, 4, 512),
];

/** One small model and vocabularies up to 32,768: the head and the embedding's gradient may grow with V, nothing more. */
export const vocabularyShapes: StepShape[] = [512, 2048, 8192, 32768].map((V) => step(2, 64, 2, 64, 4, V));

/** M rows, N columns, K inner, for the products of a linear layer and of the head. */
const matmulShapes = [
  { m: 512, n: 512, k: 512 },
  { m: 1024, n: 1024, k: 1024 },
  { m: 1024, n: 1024, k: 256 },
  { m: 1024, n: 4096, k: 256 },
];

/** Large enough that a GPU is busy throughout. */
const hardwareMatmulShapes = [...matmulShapes, { m: 2048, n: 2048, k: 2048 }];

/** Every shape in every layout, and on a GPU one more that shows the kernel's own limit. */
export function productsFor(software: boolean): Product[] {
  const all = (software ? matmulShapes : hardwareMatmulShapes).flatMap((shape) =>
    (['nt', 'nn', 'tn'] as const).map((kind) => ({ kind, ...shape })),
  );
  return software ? all : [...all, { kind: 'nt', m: 4096, n: 4096, k: 4096 }];
}

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
