/** A 2-layer GQA model small enough for the f64 interpreter, and a batch for it. */
import type { RunConfig } from '../../src/config/run.ts';
import { tokenIndex } from '../../src/data/tokenIndex.ts';
import type { Backend } from '../../src/train/backends/backend.ts';
import { Engine, type StepBatch } from '../../src/train/engine/engine.ts';
import { randomInteger } from '../../src/util/random.ts';

const schedule = {
  kind: 'constant',
  peak: 1e-2,
  end: 1e-2,
  warmupSteps: 0,
  warmupStart: 0,
  decayShare: 0.2,
  decayShape: 'linear',
} as const;

export const tinyConfig: RunConfig = {
  preset: 'test',
  seed: 1,
  model: {
    vocab_size: 44,
    hidden_size: 24,
    intermediate_size: 96,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 8,
    max_position_embeddings: 13,
    initializer_range: 0.4 / Math.sqrt(24),
    norm_eps: 1e-5,
    rope_theta: 10000,
    partial_rotary_factor: 0.5,
  },
  tokenizer: { kind: 'byte' },
  data: { world: null, heldOut: 0.1, split: 'hash', separateDocuments: true },
  batch: { sequences: 3, length: 13, accumulation: 1 },
  precision: 'f32',
  optimizer: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weight_decay: 0.1, decay_embeddings: true, max_grad_norm: 1 },
  base: { steps: 50, schedule, blend: { text: 1 } },
  continued: null,
  evaluation: { everySteps: 0, rows: 1 },
  logEverySteps: 1,
};

/** Random tokens, some targets ignored, each row cut into documents. */
export function tinyBatch(config: RunConfig, which = 0): StepBatch {
  const { sequences: B, length: T } = config.batch;
  const tokens = Uint32Array.from({ length: B * T }, (_, i) => randomInteger(5, which, i, config.model.vocab_size));
  const targets = tokens.map((_, i) => ((i + 1) % T === 0 ? 0xffffffff : tokens[i + 1]!));
  const documentStart = tokens.map((_, i) => (i % T < 5 ? 0 : 5));
  return { tokens, targets, documentStart };
}

const theGpu = async (): Promise<Backend> => (await import('../gpu/device.ts')).gpu();

/** On the gpu tier's device, if no other. */
export async function openEngine(config: RunConfig, backend?: Backend): Promise<Engine> {
  const engine = await Engine.create(backend ?? (await theGpu()), config, tokenIndex);
  engine.initialize(config.seed);
  return engine;
}
