/** What a save says beside its pools, and what of it leaves apart: no device is needed for either. */
import { expect, test } from 'vitest';
import type { Lora, RunConfig } from '../../../src/config/run.ts';
import { decodeSafetensors } from '../../../src/export/safetensors.ts';
import { type PoolName, poolSize } from '../../../src/graph/pool.ts';
import { savedOptimizer } from '../../../src/train/bases/exportModel.ts';
import { poolsOf } from '../../../src/train/engine/graphs.ts';
import { weightsIn } from '../../../src/train/engine/engine.ts';
import { newHistory } from '../../../src/train/run/history.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '../../../src/train/saved/checkpoint.ts';
import { progressAt, switchingConfig } from './fakeData.ts';

/** A save of step 7, the moments begun anew at step 5; no two numbers of a pool are equal. */
function saveOf(config: RunConfig): Checkpoint {
  const layout = poolsOf(config);
  const pool = (first: number, of: PoolName) =>
    Float32Array.from({ length: poolSize(layout, of) }, (_, i) => first + i);
  return {
    config,
    part: 'all',
    progress: { ...progressAt(7), momentsFrom: 5 },
    history: newHistory(),
    pools: {
      parameters: pool(0, 'parameters'),
      moments1: pool(0.25, 'moments1'),
      moments2: pool(0.5, 'moments2'),
    },
  };
}
const bytesOf = (parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const withLora = (lora: Lora): RunConfig => ({ ...switchingConfig, model: { ...switchingConfig.model, lora } });

test('the optimizer’s state leaves apart: both moments of every weight, and AdamW’s numbers', async () => {
  const save = saveOf(switchingConfig);
  const files = new Map((await savedOptimizer(save)).map(({ name, bytes }) => [name, bytes]));
  const { tensors } = decodeSafetensors(files.get('optimizer.safetensors')!);
  const layout = poolsOf(save.config);
  const first = weightsIn(save.config.model, layout, save.pools.moments1);
  const second = weightsIn(save.config.model, layout, save.pools.moments2);
  expect(tensors.size).toBe(2 * first.size);
  expect(first.has('model.layers.0.self_attn.q_proj.weight')).toBe(true);
  for (const [name, { shape, data }] of first) {
    expect(tensors.get(`exp_avg.${name}`)).toMatchObject({ shape, data });
    expect(tensors.get(`exp_avg_sq.${name}`)!.data).toEqual(second.get(name)!.data);
  }
  const { beta1, beta2, epsilon, weight_decay } = save.config.optimizer;
  const json = JSON.parse(new TextDecoder().decode(files.get('optimizer.json')));
  expect(json).toMatchObject({ step: 2, betas: [beta1, beta2], eps: epsilon, weight_decay });
  expect(json.lr).toBeGreaterThan(0);
});

test('of a run that trains adapters, theirs alone', async () => {
  const files = await savedOptimizer(saveOf(withLora({ rank: 4, alpha: 8 })));
  const { tensors } = decodeSafetensors(files.find(({ name }) => name.endsWith('.safetensors'))!.bytes);
  expect(tensors.size).toBeGreaterThan(0);
  for (const name of tensors.keys()) expect(name).toMatch(/^exp_avg(_sq)?\..*\.lora_[AB]/);
});

test('a save whose adapters were stored otherwise is refused in one sentence; others are read', () => {
  const older = (config: RunConfig): Uint8Array => {
    // The same length: a header's lengths stay true.
    const text = Buffer.from(bytesOf(encodeCheckpoint(saveOf(config)))).toString('latin1');
    const said = text.replace(String.raw`\"adapters\":`, String.raw`\"ignored_\":`);
    expect(said).not.toBe(text);
    return Uint8Array.from(Buffer.from(said, 'latin1'));
  };
  const lora = { rank: 4, alpha: 8 };
  expect(() => decodeCheckpoint(older(withLora(lora)))).toThrow(/rank 4 and alpha 8 .* 2 times as strong: train/);
  const read = [
    bytesOf(encodeCheckpoint(saveOf(withLora(lora)))),
    older(withLora({ rank: 4, alpha: 4 })),
    older(withLora({ ...lora, targets: ['down'] })),
    older(switchingConfig),
  ];
  for (const bytes of read) expect(decodeCheckpoint(bytes).progress.step).toBe(7);
});

test('a save in which adapters came last, and what is frozen had moments, is read as any', () => {
  const save = saveOf(withLora({ rank: 4, alpha: 8 }));
  const { trained } = poolsOf(save.config);
  const { parameters, moments1, moments2 } = save.pools;
  expect(trained).toBeLessThan(parameters.length / 4);
  const last = (pool: Float32Array, others: Float32Array) =>
    Float32Array.from([...others, ...pool.subarray(0, trained)]);
  const unused = new Float32Array(parameters.length - trained);
  const pools = {
    parameters: last(parameters, parameters.subarray(trained)),
    moments1: last(moments1, unused),
    moments2: last(moments2, unused),
  };
  const text = Buffer.from(bytesOf(encodeCheckpoint({ ...save, pools }))).toString('latin1');
  const said = text.replace(String.raw`\"adapters\":\"first\"`, String.raw`\"adapters\":\"older\"`);
  expect(said).not.toBe(text);
  expect(decodeCheckpoint(Uint8Array.from(Buffer.from(said, 'latin1'))).pools).toEqual(save.pools);
});
