/** Llama's family: read from a folder made elsewhere it scores as an independent float64 forward pass does, trains, and goes out again. */
import { describe, expect, test } from 'vitest';
import { openBackend } from '../../src/cli/node/backend.ts';
import { LORA_TARGETS, type RunConfig } from '../../src/config/run.ts';
import { type FolderFile, huggingFaceFolder } from '../../src/export/huggingface.ts';
import { decodeSafetensors, encodeSafetensors, toFloat32 } from '../../src/export/safetensors.ts';
import { nmse } from '../../src/graph/interpret.ts';
import { parameterList } from '../../src/model/parameters.ts';
import { readCheckpoint } from '../../src/train/bases/base.ts';
import { Generator } from '../../src/train/engine/generate.ts';
import { UserError } from '../../src/util/errors.ts';
import { randomInteger, randomNormal, streamOf } from '../../src/util/random.ts';
import { byteLevelBpe } from '../export/foreign.ts';
import { interpretStep } from '../model/interpretStep.ts';
import { openEngine, tinyBatch, tinyConfig } from '../model/tiny.ts';
import { llamaNll } from '../reference/llamaForward.ts';

const [V, D, F, H, K, d, L] = [268, 24, 32, 4, 2, 8, 2];
const llama: Record<string, unknown> = {
  ...{ model_type: 'llama', architectures: ['LlamaForCausalLM'], hidden_act: 'silu', rms_norm_eps: 1e-5 },
  ...{ vocab_size: V, hidden_size: D, intermediate_size: F, num_hidden_layers: L, head_dim: d },
  ...{ num_attention_heads: H, num_key_value_heads: K, max_position_embeddings: 13 },
  ...{ rope_theta: 10000, rope_scaling: null, attention_bias: false, tie_word_embeddings: false },
};
const { rope_theta: _, rope_scaling: __, ...unturned } = llama;
const inParameters = { ...unturned, rope_parameters: { rope_type: 'default', rope_theta: 500 } };
const { attention_bias: ___, ...unbiased } = llama;
const qwen = { ...unbiased, model_type: 'qwen2', use_sliding_window: false };

const json = (name: string, value: object): FolderFile => ({
  name,
  bytes: new TextEncoder().encode(JSON.stringify(value)),
});

/** A folder as transformers saves one, of random numbers: norms near 1, biases too, that none can be forgotten unseen. */
function folder(config: Record<string, unknown>): FolderFile[] {
  const shapes: Record<string, number[]> = { 'model.embed_tokens.weight': [V, D], 'model.norm.weight': [D] };
  if (!config.tie_word_embeddings) shapes['lm_head.weight'] = [V, D];
  for (let layer = 0; layer < L; layer++) {
    const at = `model.layers.${layer}`;
    for (const norm of ['input', 'post_attention']) shapes[`${at}.${norm}_layernorm.weight`] = [D];
    for (const [name, rows] of [
      ['q', H * d],
      ['k', K * d],
      ['v', K * d],
    ] as const) {
      shapes[`${at}.self_attn.${name}_proj.weight`] = [rows, D];
      if (config.model_type === 'qwen2') shapes[`${at}.self_attn.${name}_proj.bias`] = [rows];
    }
    shapes[`${at}.self_attn.o_proj.weight`] = [D, H * d];
    for (const name of ['gate', 'up']) shapes[`${at}.mlp.${name}_proj.weight`] = [F, D];
    shapes[`${at}.mlp.down_proj.weight`] = [D, F];
  }
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    const length = shape.reduce((a, b) => a * b);
    const mean = name.includes('norm') ? 1 : 0;
    const data = Float32Array.from({ length }, (_unused, i) => mean + 0.3 * randomNormal(3, streamOf(name), i));
    return { name, dtype: 'F32' as const, shape, data };
  });
  return [
    json('config.json', config),
    json('tokenizer.json', byteLevelBpe()),
    { name: 'model.safetensors', bytes: encodeSafetensors(tensors, { format: 'pt' }) },
  ];
}

const tensorsOf = (files: FolderFile[]): Map<string, { data: Float32Array }> => {
  const { tensors } = decodeSafetensors(files.find(({ name }) => name === 'model.safetensors')!.bytes);
  return new Map(Array.from(tensors, ([name, tensor]) => [name, { data: toFloat32(tensor) }]));
};

describe.each<[string, Record<string, unknown>]>([
  ['Llama, its head apart', llama],
  ['Llama, tied, RoPE as transformers 5 spells it', { ...inParameters, tie_word_embeddings: true }],
  ['Qwen2, with biases', qwen],
  ['Qwen2, tied', { ...qwen, tie_word_embeddings: true }],
])('%s', async (_name, given) => {
  const files = folder(given);
  const read = await readCheckpoint(files);
  const T = tinyConfig.batch.length;
  const config: RunConfig = {
    ...tinyConfig,
    model: read.model,
    data: { ...tinyConfig.data, separateDocuments: false },
  };

  test('scores and generates as a float64 forward pass of the folder', async () => {
    const engine = await openEngine(config, await openBackend('cpu'));
    engine.load(read.weights);
    const tokens = Uint32Array.from({ length: T }, (_unused, i) => randomInteger(9, 1, i, V));
    const wanted = llamaNll(given, tensorsOf(files), tokens);
    const targets = tokens.map((_unused, i) => tokens[i + 1] ?? 0xffffffff);
    const scored = await engine.score({ tokens, targets, documentStart: new Uint32Array(T), count: 1 });
    const generator = await Generator.create(engine.executor, read.model, 'llama');
    for (const [t, nats] of wanted.entries()) {
      // f32 against doubles, as of exported models: some dozens of sums of numbers of size 1.
      expect(Math.abs(scored[t]! - nats), `token ${t}`).toBeLessThan(2e-5);
      const logits = (await generator.next([tokens[t]!], [t], true))!;
      const sum = logits.reduce((total, x) => total + Math.exp(x), 0);
      expect(Math.abs(Math.log(sum) - logits[targets[t]!]! - nats), `generated ${t}`).toBeLessThan(2e-5);
    }
    generator.destroy();
    engine.destroy();
  });

  test.each([{}, { lora: { rank: 4, alpha: 6, targets: LORA_TARGETS } }])(
    'gradients are those of doubles; %o',
    async (more) => {
      const trained: RunConfig = { ...config, model: { ...config.model, ...more } };
      const engine = await openEngine(trained, await openBackend('cpu'));
      const reference = interpretStep(trained, { batch: tinyBatch(trained) });
      engine.submitStep(0, () => reference.batch, 0, 1);
      const pool = await engine.readPool('gradients');
      for (const { name, frozen } of parameterList(trained.model)) {
        if (frozen) continue;
        const { offset, size } = reference.layout.slices.get(name)!;
        expect(nmse(pool.subarray(offset, offset + size), reference.gradient(name)), name).toBeLessThan(1e-10);
      }
      engine.destroy();
    },
  );

  test('goes out as it came', async () => {
    const written = huggingFaceFolder({ ...read, parameters: read.weights, metadata: {} });
    expect((await readCheckpoint(written)).model).toEqual(read.model);
    const [before, after] = [tensorsOf(files), tensorsOf(written)];
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    for (const [name, { data }] of before) expect(after.get(name)!.data, name).toEqual(data);
  });
});

test('begins as a norm does nothing: weights of 1', async () => {
  const engine = await openEngine(
    { ...tinyConfig, model: (await readCheckpoint(folder(llama))).model },
    await openBackend('cpu'),
  );
  expect((await engine.weights()).get('model.norm.weight')!.data.every((value) => value === 1)).toBe(true);
  engine.destroy();
});

test.each<[string, Record<string, unknown>]>([
  ['rope_type', { ...llama, rope_scaling: { rope_type: 'llama3', factor: 8 } }],
  ['rope_type', { ...inParameters, rope_parameters: { rope_type: 'yarn', factor: 4 } }],
  ['rope_type', { ...llama, rope_scaling: { type: 'linear', factor: 2 } }],
  ['attention_bias', { ...llama, attention_bias: true }],
  ['mlp_bias', { ...llama, mlp_bias: true }],
  ['hidden_act', { ...llama, hidden_act: 'gelu' }],
  ['use_sliding_window', { ...qwen, use_sliding_window: true }],
  ['layer_types', { ...qwen, layer_types: ['full_attention', 'sliding_attention'] }],
  ['mistral', { ...llama, model_type: 'mistral' }],
])('%s is refused before the weights are read', async (named, config) => {
  const [, tokenizer] = folder(llama);
  const untouched = {
    name: 'model.safetensors',
    get bytes(): Uint8Array {
      throw new Error('the weights were read');
    },
  };
  const reading = readCheckpoint([json('config.json', config), tokenizer!, untouched]);
  await expect(reading).rejects.toThrow(UserError);
  await expect(reading).rejects.toThrow(named);
});
