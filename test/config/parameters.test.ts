import { describe, expect, test } from 'vitest';
import { presetConfig, PRESETS } from '../../src/config/presets.ts';
import type { ModelConfig } from '../../src/config/run.ts';
import { estimate, memoryOf, trainingFlopsPerToken } from '../../src/model/estimate.ts';
import { matmulParameters, parameterCount, parameterList } from '../../src/model/parameters.ts';
import fc from '../property.ts';

const size = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);
const total = (list: readonly { shape: readonly number[] }[]) => list.reduce((sum, { shape }) => sum + size(shape), 0);

const anyModel = fc
  .record({
    V: fc.integer({ min: 1, max: 500 }),
    D: fc.integer({ min: 2, max: 64 }),
    F: fc.integer({ min: 1, max: 64 }),
    L: fc.integer({ min: 1, max: 5 }),
    K: fc.integer({ min: 1, max: 4 }),
    shared: fc.integer({ min: 1, max: 4 }),
    d: fc.integer({ min: 1, max: 16 }),
  })
  .map(({ V, D, F, L, K, shared, d }): ModelConfig => ({
    ...presetConfig('smoke').model,
    vocab_size: 4 * V,
    hidden_size: 4 * D,
    intermediate_size: 4 * F,
    num_hidden_layers: L,
    num_attention_heads: K * shared,
    num_key_value_heads: K,
    head_dim: 4 * d,
  }));

describe('the list of parameters', () => {
  test('adds up to the closed formula and to its own parts', () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        const list = parameterList(model);
        // papers.md §5.3.
        const { vocab_size: V, hidden_size: D, intermediate_size: F, num_hidden_layers: L, head_dim: d } = model;
        const { num_attention_heads: H, num_key_value_heads: K } = model;
        const matrices = V * D + L * (2 * H * d * D + 2 * K * d * D + 2 * F * D);
        expect(total(list)).toBe(parameterCount(model));
        expect(parameterCount(model)).toBe(V * D + matrices + L * 4 * D + 2 * D);
        expect(matmulParameters(model)).toBe(matrices);
        for (const { shape, parts } of list) expect(parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(shape[0]);
      }),
      { seed: 1 },
    );
  });

  test('of the paper’s 15B model: 3.2B embedding and 12.5B other parameters (papers.md §3.1)', () => {
    const nemotron: ModelConfig = {
      ...presetConfig('smoke').model,
      vocab_size: 256_000,
      hidden_size: 6144,
      intermediate_size: 24_576,
      num_hidden_layers: 32,
      num_attention_heads: 48,
      num_key_value_heads: 8,
      head_dim: 128,
    };
    const embedding = 2 * 256_000 * 6144;
    expect(embedding / 1e9).toBeCloseTo(3.15, 2);
    expect((parameterCount(nemotron) - embedding) / 1e9).toBeCloseTo(12.5, 1);
  });

  test('decayed tensors come first; norms never decay, embeddings as told', () => {
    for (const decayEmbeddings of [true, false]) {
      const list = parameterList(presetConfig('tiny').model, decayEmbeddings);
      const boundary = list.findIndex(({ decay }) => !decay);
      expect(list.slice(boundary).some(({ decay }) => decay)).toBe(false);
      for (const { name, decay, shape } of list) {
        const isEmbedding = /embed_tokens|lm_head/.test(name);
        expect(decay, name).toBe(shape.length === 2 && (decayEmbeddings || !isEmbedding));
      }
    }
  });

  test('holds each HuggingFace tensor once, in the order of the forward pass', () => {
    const list = parameterList(presetConfig('smoke').model);
    const decayed = list.filter(({ decay }) => decay).map(({ name }) => name.replace(/^model\.|\.weight$/g, ''));
    const layer = (i: number) =>
      ['self_attn.qkv_proj', 'self_attn.o_proj', 'mlp.up_proj', 'mlp.down_proj'].map((leaf) => `layers.${i}.${leaf}`);
    expect(decayed).toEqual(['embed_tokens', ...layer(0), ...layer(1), 'lm_head']);
    const names = list.flatMap(({ parts }) => parts.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(3 + 2 * 10 + 1); // embedding, head, final norm's two; ten a layer
  });

  test('starts at N(0, σ²), the two that write into the stream divided by √(2L), norms at 0', () => {
    const { model } = presetConfig('tiny');
    for (const { name, init } of parameterList(model)) {
      if (/norm/.test(name)) expect(init, name).toEqual({ kind: 'zeros' });
      else {
        const scale = /o_proj|down_proj/.test(name) ? 1 / Math.sqrt(8) : 1;
        expect(init, name).toEqual({ kind: 'normal', std: model.initializer_range * scale });
      }
    }
  });
});

describe('estimates', () => {
  test('FLOPs a token are those the world’s tables were computed with (toy-world.md §2, §7)', () => {
    const flops = (name: string) => {
      const { model, batch } = presetConfig(name);
      return trainingFlopsPerToken(model, batch.length).total;
    };
    expect(flops('world') / 0.47e6).toBeCloseTo(1, 1);
    expect(flops('ci') / 0.197e6).toBeCloseTo(1, 1);
    expect(flops('lab') / 2.23e6).toBeCloseTo(1, 1);
    const { model } = presetConfig('world');
    const [full, causal] = [trainingFlopsPerToken(model, 64), trainingFlopsPerToken(model, 64, true)];
    expect([causal.matmul, causal.attention]).toEqual([full.matmul, full.attention / 2]);
  });

  test.each(PRESETS)('$name fits the default limits of WebGPU', ({ config }) => {
    const { weights, gradients, moments, largest } = memoryOf(config);
    const parameters = parameterCount(config.model);
    expect([weights, gradients, moments]).toEqual([4 * parameters, 4 * parameters, 8 * parameters]);
    expect(weights).toBeLessThan(128 * 2 ** 20); // maxStorageBufferBindingSize; the pool is bound as a whole
    expect(largest.bytes).toBeLessThan(128 * 2 ** 20);
  });

  test('count base and continued run together', () => {
    const { steps, tokens, tokensPerStep } = estimate(presetConfig('smoke'));
    expect([steps, tokensPerStep, tokens]).toEqual([300, 256, 76_800]);
    expect(estimate({ ...presetConfig('smoke'), continued: null }).steps).toBe(240);
    expect(memoryOf(presetConfig('studio')).largest).toEqual({ name: 'logits', bytes: 4 * 16 * 256 * 3072 });
  });
});
