/** Adapters train, what they adapt does not move, and merged they are the same model. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBackend } from '../../src/cli/node/backend.ts';
import { type Lora, LORA_TARGETS, type RunConfig } from '../../src/config/run.ts';
import { adapterFolder, mergedWeights } from '../../src/export/lora.ts';
import { decodeSafetensors } from '../../src/export/safetensors.ts';
import { nmse } from '../../src/graph/interpret.ts';
import { initialWeights } from '../../src/model/init.ts';
import { parameterList } from '../../src/model/parameters.ts';
import { chunkRowsFor, headLossOp } from '../../src/ops/headLoss.ts';
import type { Engine } from '../../src/train/engine/engine.ts';
import { engineLayout } from '../../src/train/engine/graphs.ts';
import { initialAdapters } from '../../src/train/bases/adapters.ts';
import { randomNormal } from '../../src/util/random.ts';
import { interpretStep } from '../model/interpretStep.ts';
import { openEngine, tinyBatch, tinyConfig } from '../model/tiny.ts';

describe.each<[string, Lora, matrices: number]>([
  ['the attention', { rank: 4, alpha: 6 }, 4],
  ['the MLP alone', { rank: 4, alpha: 4, targets: ['down'] }, 1],
  ['every matrix', { rank: 4, alpha: 6, targets: LORA_TARGETS }, 6],
])('adapters of %s', (_name, lora, matrices) => {
  const config: RunConfig = { ...tinyConfig, model: { ...tinyConfig.model, lora } };
  const trained = parameterList(config.model).filter(({ frozen }) => !frozen);

  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine(config, await openBackend('cpu'));
  });
  afterAll(() => engine.destroy());

  /** The pool as a run starts it, but B not at 0: half way through training, so to speak. */
  function begun(): Float32Array<ArrayBuffer> {
    const pool = initialWeights(config.model, engine.layout, 1);
    for (const { name, init } of trained) {
      const { offset, size } = engine.layout.slices.get(name)!;
      if (init.kind === 'zeros') for (let i = 0; i < size; i++) pool[offset + i] = 0.05 * randomNormal(7, 0, i);
    }
    return pool;
  }

  test('gradients are those of doubles, and those of finite differences', async () => {
    const pool = begun();
    engine.executor.write('parameters', pool);
    const reference = interpretStep(config, { weights: pool });
    engine.submitStep(0, () => reference.batch, 0, 1);
    const gradients = await engine.readPool('gradients');
    for (const { name } of trained) {
      const { offset, size } = reference.layout.slices.get(name)!;
      const exact = reference.gradient(name);
      // As every weight's in test/model/engine.test.ts.
      expect(nmse(gradients.subarray(offset, offset + size), exact), name).toBeLessThan(1e-10);
      const i = size >> 1;
      const at = (step: number): number => {
        const moved = Float64Array.from(pool);
        moved[offset + i]! += step;
        return interpretStep(config, { weights: moved }).loss;
      };
      // Central differences in doubles: the error is of the order of the step's square.
      expect(Math.abs((at(1e-4) - at(-1e-4)) / 2e-4 - exact[i]!), name).toBeLessThan(1e-6);
    }
  }, 600_000);

  test('what is frozen stays to the bit, and adapters move', async () => {
    engine.executor.write('parameters', begun());
    engine.resetMoments();
    const before = await engine.weights();
    for (let step = 0; step < 5; step++) engine.submitStep(step, () => tinyBatch(config), 1e-2, step + 1);
    const after = await engine.weights();
    const changed = [...after].filter(([name, { data }]) =>
      data.some((value, i) => value !== before.get(name)!.data[i]),
    );
    const adapters = trained.flatMap(({ parts }) => parts.map(({ name }) => name));
    expect(changed.map(([name]) => name).sort()).toEqual(adapters.sort());
    const [first] = await engine.metrics(0, 0);
    const [last] = await engine.metrics(4, 4);
    expect(last!.loss).toBeLessThan(first!.loss);
  });

  test('merged it is the same model, and PEFT’s numbers give the merged weights', async () => {
    const weights = await engine.weights();
    const merged = mergedWeights(lora, weights);
    const plain = await openEngine(tinyConfig, await openBackend('cpu'));
    plain.load(merged);
    const rows = { ...tinyBatch(config), count: config.batch.sequences };
    const [adapted, alone] = [await engine.score(rows), await plain.score(rows)];
    plain.destroy();
    // Products of two matrices in another order of sums, in f32.
    adapted.forEach((value, i) => expect(Math.abs(value - alone[i]!)).toBeLessThan(1e-5));
    for (const { name, bytes } of adapterFolder(lora, weights)) {
      if (!name.endsWith('.safetensors')) continue;
      const { tensors } = decodeSafetensors(bytes);
      expect(tensors.size).toBe(2 * matrices * config.model.num_hidden_layers);
      for (const [key, a] of tensors) {
        if (!key.includes('lora_A')) continue;
        const b = tensors.get(key.replace('lora_A', 'lora_B'))!.data as Float32Array;
        const matrix = key.replace('base_model.model.', '').replace('.lora_A', '');
        const [now, was] = [merged.get(matrix)!.data, weights.get(matrix)!.data];
        const columns = a.shape[1]!;
        now.forEach((value, i) => {
          const [row, column] = [Math.floor(i / columns), i % columns];
          let delta = 0;
          for (let k = 0; k < lora.rank; k++)
            delta += b[row * lora.rank + k]! * (a.data as Float32Array)[k * columns + column]!;
          // Roundings of f32 weights below 1.
          expect(Math.abs(was[i]! + (lora.alpha / lora.rank) * delta - value)).toBeLessThan(1e-6);
        });
      }
    }
  });

  test('the rate moves A as it does in PEFT: alpha scales the product, and no stored number', () => {
    const doubled: RunConfig = { ...config, model: { ...config.model, lora: { ...lora, alpha: 2 * lora.alpha } } };
    const [once, twice] = [initialAdapters(config), initialAdapters(doubled)];
    for (const [name, { data, shape }] of once) {
      expect(data, name).toEqual(twice.get(name)!.data);
      if (!name.includes('lora_A')) continue;
      // PEFT draws A uniformly from ±1/√in: a variance of 1/(3·in). Four standard errors of the variance of normal numbers.
      const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
      expect(Math.abs(3 * shape[1]! * variance - 1), name).toBeLessThan(4 * Math.sqrt(2 / data.length));
    }
  });

  test('adapters begin without any effect', () => {
    for (const [name, { data }] of initialAdapters(config)) {
      expect(
        data.every((value) => value === 0),
        name,
      ).toBe(name.includes('lora_B'));
    }
  });
});

test('what is frozen takes memory once: no gradient, no moments, and of a tied head no product for one', () => {
  // An embedding larger than any activation.
  const model = {
    ...tinyConfig.model,
    ...{ vocab_size: 8192, model_type: 'llama', tie_word_embeddings: true, lora: { rank: 4, alpha: 4 } },
  };
  const embedding = 4 * model.vocab_size * model.hidden_size;
  const { plans, pools, training } = engineLayout({ ...tinyConfig, model }, { quads: false, software: true });
  const held = new Map(plans.training.shared.map(({ name, bytes }) => [name, bytes]));
  expect(held.get('parameters')).toBe(4 * pools.elements);
  expect(pools.trained).toBeLessThan(pools.elements / 20);
  for (const name of ['gradients', 'moments1', 'moments2']) expect(held.get(name), name).toBe(4 * pools.trained);
  const slots = plans.training.slotPlan.slots.filter((_, slot) => plans.training.own[slot]!.name !== 'logits');
  expect(Math.max(...slots)).toBeLessThan(embedding / 4);
  const products = plans.training.lists.step.filter(
    ({ node, kernel }) => node.op === headLossOp && kernel.entryPoint === 'matmul',
  );
  // Logits and their gradient's way to the states, a chunk each.
  const chunks = Math.ceil(training.inputs.tokens.size / chunkRowsFor(training.inputs.tokens.size, model.vocab_size));
  expect(products).toHaveLength(2 * chunks);
});
