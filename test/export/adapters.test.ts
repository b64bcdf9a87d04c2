/** LoRA's adapters by hand: merged, as PEFT saves them; and the optimizer's state beside. */
import { expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import type { FolderFile } from '../../src/export/huggingface.ts';
import { adapterFolder, mergedWeights } from '../../src/export/lora.ts';
import { optimizerFolder } from '../../src/export/optimizer.ts';
import type { Weights } from '../../src/export/parts.ts';
import { decodeSafetensors } from '../../src/export/safetensors.ts';

const lora = { rank: 2, alpha: 6 };
const of = (shape: number[], ...data: number[]) => ({ shape, data: Float32Array.from(data) });
const layer = 'model.layers.0';
/** q and v of a Llama share an A, its gate and up another; down has its own, and so has a Nemotron's up. */
const weights: Weights = new Map([
  [`${layer}.self_attn.q_proj.weight`, of([2, 3], 1, 2, 3, 4, 5, 6)],
  [`${layer}.self_attn.v_proj.weight`, of([1, 3], 7, 8, 9)],
  [`${layer}.mlp.gate_proj.weight`, of([1, 2], 1, 1)],
  [`${layer}.mlp.down_proj.weight`, of([2, 1], 1, 1)],
  ['model.norm.weight', of([2], 1, 2)],
  [`${layer}.self_attn.qkv_proj.lora_A.weight`, of([2, 3], 1, 0, -1, 2, 1, 0)],
  [`${layer}.self_attn.q_proj.lora_B.weight`, of([2, 2], 1, 2, 0, 1)],
  [`${layer}.self_attn.v_proj.lora_B.weight`, of([1, 2], -1, 1)],
  [`${layer}.mlp.gate_up_proj.lora_A.weight`, of([2, 2], 1, 2, 3, 4)],
  [`${layer}.mlp.gate_proj.lora_B.weight`, of([1, 2], 1, 0)],
  [`${layer}.mlp.down_proj.lora_A.weight`, of([2, 1], 1, 2)],
  [`${layer}.mlp.down_proj.lora_B.weight`, of([2, 2], 1, 0, 0, 1)],
]);

const json = (files: FolderFile[]) => JSON.parse(new TextDecoder().decode(files[0]!.bytes)) as Record<string, unknown>;
function numbers(files: FolderFile[]): Record<string, number[]> {
  const { tensors, metadata } = decodeSafetensors(files[1]!.bytes);
  expect(metadata).toEqual({ format: 'pt' });
  return Object.fromEntries([...tensors].map(([name, { data }]) => [name, [...(data as Float32Array)]]));
}

test('merged, a matrix is W + α/r · B·A, and the rest stays', () => {
  const merged = mergedWeights(lora, weights);
  expect(Object.fromEntries([...merged].map(([name, { data }]) => [name, [...data]]))).toEqual({
    // B·A = [5 2 -1; 2 1 0], three times that added.
    [`${layer}.self_attn.q_proj.weight`]: [16, 8, 0, 10, 8, 6],
    [`${layer}.self_attn.v_proj.weight`]: [10, 11, 12],
    [`${layer}.mlp.gate_proj.weight`]: [4, 7],
    [`${layer}.mlp.down_proj.weight`]: [4, 7],
    'model.norm.weight': [1, 2],
  });
  expect([...weights.get(`${layer}.mlp.down_proj.weight`)!.data]).toEqual([1, 1]);
});

test('apart, every matrix has an A and a B of its own, and the configuration names them', () => {
  const files = adapterFolder(lora, weights);
  expect(files.map(({ name }) => name)).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
  expect(json(files)).toMatchObject({
    ...{ peft_type: 'LORA', task_type: 'CAUSAL_LM', r: 2, lora_alpha: 6, lora_dropout: 0, bias: 'none' },
    ...{ target_modules: ['q_proj', 'v_proj', 'gate_proj', 'down_proj'], fan_in_fan_out: false, inference_mode: true },
  });
  const at = `base_model.model.${layer}`;
  expect(numbers(files)).toEqual({
    [`${at}.self_attn.q_proj.lora_A.weight`]: [1, 0, -1, 2, 1, 0],
    [`${at}.self_attn.q_proj.lora_B.weight`]: [1, 2, 0, 1],
    [`${at}.self_attn.v_proj.lora_A.weight`]: [1, 0, -1, 2, 1, 0],
    [`${at}.self_attn.v_proj.lora_B.weight`]: [-1, 1],
    [`${at}.mlp.gate_proj.lora_A.weight`]: [1, 2, 3, 4],
    [`${at}.mlp.gate_proj.lora_B.weight`]: [1, 0],
    [`${at}.mlp.down_proj.lora_A.weight`]: [1, 2],
    [`${at}.mlp.down_proj.lora_B.weight`]: [1, 0, 0, 1],
  });
});

test('the optimizer has two moments of every weight that trains, and its numbers', () => {
  const preset = presetConfig('smoke');
  const config = {
    ...preset,
    optimizer: { ...preset.optimizer, beta1: 0.8, beta2: 0.9, epsilon: 1e-7, weight_decay: 0.2 },
  };
  const first: Weights = new Map([
    ['a.weight', of([2], 1, 2)],
    ['a.lora_A.weight', of([1], 3)],
    ['a.lora_B.weight', of([1], 4)],
  ]);
  const second: Weights = new Map(
    [...first].map(([name, { shape, data }]) => [name, { shape, data: data.map((x) => 10 * x) }]),
  );
  const state = { first, second, steps: 7, rate: 1e-3 };
  const files = optimizerFolder(config, state);
  expect(files.map(({ name }) => name)).toEqual(['optimizer.json', 'optimizer.safetensors']);
  expect(json(files)).toEqual({
    ...{ format: 'rekindle-optimizer', version: 1, optimizer: 'AdamW', step: 7, lr: 1e-3 },
    ...{ betas: [0.8, 0.9], eps: 1e-7, weight_decay: 0.2 },
    decays_embeddings: config.optimizer.decay_embeddings,
    max_grad_norm: config.optimizer.max_grad_norm,
  });
  const adapters = {
    'exp_avg.a.lora_A.weight': [3],
    'exp_avg.a.lora_B.weight': [4],
    'exp_avg_sq.a.lora_A.weight': [30],
    'exp_avg_sq.a.lora_B.weight': [40],
  };
  expect(numbers(files)).toEqual({ 'exp_avg.a.weight': [1, 2], 'exp_avg_sq.a.weight': [10, 20], ...adapters });
  expect(numbers(optimizerFolder({ ...config, model: { ...config.model, lora } }, state))).toEqual(adapters);
});
