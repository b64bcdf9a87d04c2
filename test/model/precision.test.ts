/** f16 storage: what is recorded is the same mathematics, and where the adapter has f16 it trains along the same curve. */
import { describe, expect, it } from 'vitest';
import { tokenIndex } from '../../src/data/tokenIndex.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import { LORA_TARGETS } from '../../src/config/run.ts';
import type { Tensor } from '../../src/graph/graph.ts';
import { initialWeights } from '../../src/model/init.ts';
import { parameterList } from '../../src/model/parameters.ts';
import { engineLayout, trainingGraph } from '../../src/train/engine/graphs.ts';
import { presetConfig } from '../../src/config/presets.ts';
import { gpu } from '../gpu/device.ts';
import { interpret, nmse, type Values } from '../../src/graph/interpret.ts';
import { onlyStep } from './interpretStep.ts';
import { randomNormal } from '../../src/util/random.ts';
import { openEngine, tinyBatch, tinyConfig } from './tiny.ts';

const adapted = { ...tinyConfig, model: { ...tinyConfig.model, lora: { rank: 4, alpha: 6, targets: LORA_TARGETS } } };

/** Gradients of a training step by the f64 interpreter, which stores nothing in f16: the recorded mathematics alone. */
function gradients(config: typeof tinyConfig, scale: number): Map<string, Float64Array> {
  const layout = layoutPool(parameterList(config.model), config.precision);
  const { g, inputs } = trainingGraph(config, layout);
  // A little beside where they start: an adapter's B starts at 0, and would leave A without a gradient.
  const weights = Float64Array.from(initialWeights(config.model, layout, config.seed));
  [...layout.slices.values()].forEach(({ offset, size }, which) => {
    for (let i = 0; i < size; i++) weights[offset + i]! += 0.02 * randomNormal(3, which, i);
  });
  const batch = tinyBatch(config);
  const index = { rowStart: new Uint32Array(config.model.vocab_size + 1), order: new Uint32Array(batch.tokens.length) };
  tokenIndex(batch.tokens, index);
  const values: Values = new Map();
  const set = (tensor: Tensor, from: ArrayLike<number>) => values.set(tensor, Float64Array.from(from));
  for (const tensor of g.tensors) if (tensor.role === 'pool' && tensor.name === 'parameters') set(tensor, weights);
  for (const state of g.states) if (state.name === 'lossScale') set(state, [scale, 0, 0, 0]);
  for (const parameter of g.parameters) {
    const { offset, size } = layout.slices.get(parameter.name)!;
    set(parameter, weights.subarray(offset, offset + size));
  }
  for (const name of ['tokens', 'targets'] as const) set(inputs[name], batch[name]);
  set(inputs.documentStart!, batch.documentStart);
  set(inputs.rowStart, index.rowStart);
  set(inputs.order, index.order);
  set(inputs.lossWeight, [1 / 36]);
  interpret(onlyStep(g), values);
  const trained = g.parameters.filter((parameter) => g.gradients.has(parameter));
  return new Map(trained.map((parameter) => [parameter.name, values.get(g.gradients.get(parameter)!)!]));
}

describe('f16 storage', () => {
  it.each([
    ['every weight', tinyConfig],
    ['adapters alone, beside frozen matrices that are read as f16', adapted],
  ])('records the same gradients of %s, times the loss scale', (_, config) => {
    const plain = gradients(config, 1);
    const stored = gradients({ ...config, precision: 'f16' }, 1024);
    const trained = parameterList(config.model).filter(({ frozen }) => !frozen);
    expect([...stored.keys()].sort()).toEqual(trained.map(({ name }) => name).sort());
    for (const [name, gradient] of stored) {
      // Powers of two: f64 rounds both alike, but for sums of the head's gradient that are scaled term by term.
      expect(
        nmse(
          gradient.map((x) => x / 1024),
          plain.get(name)!,
        ),
        name,
      ).toBeLessThan(1e-28);
    }
  });

  it('halves what activations take', () => {
    const bytes = (precision: 'f32' | 'f16') =>
      engineLayout({ ...presetConfig('small'), precision }, { quads: false, software: false }).bytes;
    // Pools, statistics and the scoring plan stay f32; the copy of the weights comes on top.
    expect(bytes('f16') / bytes('f32')).toBeLessThan(0.8);
  });

  it.each([
    ['every weight', tinyConfig, 0.5],
    ['adapters alone', adapted, 0.1], // of matrices that nobody has trained
  ])('trains %s along the curve of f32, or says that the adapter has no f16', async (_, config, fall) => {
    const half = { ...config, precision: 'f16' as const };
    const { device } = await gpu();
    if (!device.features.has('shader-f16')) {
      await expect(openEngine(half)).rejects.toThrow(/shader-f16.*choose f32/);
      return;
    }
    const losses = async (of: typeof tinyConfig) => {
      const engine = await openEngine(of);
      for (let step = 0; step < 50; step++) engine.submitStep(step, () => tinyBatch(of, step % 5), 3e-3, step + 1);
      const rows = await engine.metrics(0, 49);
      const { lossScale } = await engine.snapshot();
      engine.destroy();
      return { rows, lossScale };
    };
    const [full, stored] = [await losses(config), await losses(half)];
    expect([...stored.lossScale!.subarray(0, 2)]).toEqual([65536, 50]);
    stored.rows.forEach(({ loss, update }, i) => {
      expect(update).toBe('made');
      // f16 has 11 bits: 5e-4 of each activation, some of which is left in a mean over 36 targets and grows as the runs part.
      expect(Math.abs(loss - full.rows[i]!.loss), `step ${i}`).toBeLessThan(0.02);
    });
    expect(full.rows[0]!.loss - stored.rows[49]!.loss).toBeGreaterThan(fall);
  });
});
