/** What a training step costs beside arithmetic: dispatches, submits, allocations, bytes; and that checkpointing changes nothing else. */
import { describe, expect, it, vi } from 'vitest';
import { compile } from '../../src/gpu/compile.ts';
import { layoutPlan } from '../../src/gpu/layout.ts';
import { GpuExecutor, gpuExecutor } from '../../src/gpu/executor.ts';
import { tokenIndex } from '../../src/data/tokenIndex.ts';
import type { Plan } from '../../src/gpu/plan.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import { initialWeights } from '../../src/model/init.ts';
import { parameterCount, parameterList } from '../../src/model/parameters.ts';
import { engineLayout, trainingGraph } from '../../src/train/engine/graphs.ts';
import { configOf } from '../bench/shapes.ts';
import { openEngine, tinyBatch, tinyConfig } from '../model/tiny.ts';
import { gpu } from './device.ts';

const million = 1e6;

/** The shape the targets are stated for; laid out, never run: 5 M parameters are minutes on a software adapter. */
const large = configOf({ name: 'L6 d256 T256 B8 V512', L: 6, D: 256, H: 8, T: 256, B: 8, V: 512 });

function layOut(checkpoint: boolean, software: boolean) {
  const pools = layoutPool(parameterList(large.model, large.optimizer.decay_embeddings));
  const { g } = trainingGraph(large, pools, checkpoint);
  const { lists, ownBytes, sharedBytes } = layoutPlan(g, pools, { quads: true, software });
  const sums = lists.step.filter(({ kernel }) => kernel.entryPoint === 'addParts').length;
  return {
    sums,
    dispatches: lists.step.length + lists.update.length,
    bytes: ownBytes + sharedBytes,
    pools: pools.elements * 16,
  };
}

describe('a step of 6 layers, 256 wide, 8 × 256 tokens, 5 M parameters', () => {
  it('takes at most 130 dispatches, and one more for each sum that a GPU takes in parts', () => {
    expect(layOut(false, true)).toMatchObject({ sums: 0 });
    for (const software of [true, false]) {
      const { dispatches, sums } = layOut(false, software);
      expect(dispatches - sums).toBeLessThanOrEqual(130);
      // Of every layer four weights' gradients and the two products with a sum over F = 1,024; of the head its weight's gradient.
      expect(sums).toBeLessThanOrEqual(6 * 6 + 1);
    }
  });

  it('fits in 150 MB with checkpointing, of which weights, gradients and moments are 80', () => {
    expect(parameterCount(large.model)).toBeGreaterThan(4.9 * million);
    const { bytes, pools } = layOut(true, true);
    expect(pools).toBeGreaterThan(79 * million);
    expect(bytes).toBeLessThanOrEqual(150 * million);
    // Activations: six layers' inputs of 2 MB, one layer's inside of 28 MB, and their gradients.
    expect(bytes - pools).toBeLessThanOrEqual(55 * million);
    expect(layOut(false, true).bytes).toBeGreaterThan(2 * bytes);
  });
});

describe('an engine', () => {
  it('computes layers again only where what it would keep is more than a gibibyte, half of one where memory is shared', () => {
    const context = { quads: true, software: false };
    expect(engineLayout(large, context).checkpoint).toBe(false);
    const wide = { ...large, batch: { ...large.batch, sequences: 64 } };
    const { checkpoint, bytes } = engineLayout(wide, context);
    expect(checkpoint).toBe(true);
    const middling = { ...large, batch: { ...large.batch, sequences: 24 } };
    expect(engineLayout(middling, context).checkpoint).toBe(false);
    for (const shared of [{ width: 64 }, { software: true }, { frugal: true }]) {
      expect(engineLayout(middling, { ...context, ...shared }).checkpoint).toBe(true);
    }
    // 80 MB for 5 M parameters, 540 for layers' inputs and one layer's inside; kept whole it would be 1.6 GB.
    expect(bytes).toBeLessThan(650 * million);
  });
});

describe('a step', () => {
  it('takes the bytes and dispatches that were said beforehand, scoring included', async () => {
    const engine = await openEngine(tinyConfig);
    const { bytes, dispatches, checkpoint } = engineLayout(tinyConfig, gpuExecutor(engine.executor).context);
    expect(checkpoint).toBe(false);
    expect(engine.executor.bytes).toBe(bytes);
    const { lists } = engine.plan as Plan;
    expect(lists.step.length + lists.update.length).toBe(dispatches);
    engine.destroy();
  });

  it('submits once and creates nothing', async () => {
    const { device } = await gpu();
    const engine = await openEngine(tinyConfig);
    const take = async (step: number): Promise<void> => {
      engine.submitStep(step, () => tinyBatch(tinyConfig), 1e-3, step + 1);
      await engine.metrics(step, step);
    };
    await take(0); // makes the staging buffer that later readings reuse
    const creations = (['createBuffer', 'createBindGroup', 'createComputePipelineAsync'] as const).map((name) =>
      vi.spyOn(device, name),
    );
    const submits = vi.spyOn(device.queue, 'submit');
    try {
      engine.submitStep(1, () => tinyBatch(tinyConfig), 1e-3, 2);
      expect(submits).toHaveBeenCalledTimes(1);
      await engine.metrics(1, 1);
      await take(2);
      for (const creation of creations) expect(creation, creation.getMockName()).not.toHaveBeenCalled();
    } finally {
      for (const spy of [...creations, submits]) spy.mockRestore();
      engine.destroy();
    }
  });

  it('is cut into at most four submits as it gets longer, and gives the same bits', async () => {
    const { device } = await gpu();
    const engine = await openEngine(tinyConfig);
    const losses: number[] = [];
    for (const [millis, expected] of [
      [5, 1],
      [150, 2],
      [10_000, 4],
    ] as const) {
      engine.initialize(1);
      engine.pace(millis);
      const submits = vi.spyOn(device.queue, 'submit');
      engine.submitStep(0, () => tinyBatch(tinyConfig), 1e-3, 1);
      expect(submits).toHaveBeenCalledTimes(expected);
      submits.mockRestore();
      losses.push((await engine.metrics(0, 0))[0]!.gradNorm);
    }
    expect(new Set(losses).size).toBe(1);
    engine.destroy();
  });

  const run = async (checkpoint: boolean) => {
    const { device, report } = await gpu();
    const pools = layoutPool(parameterList(tinyConfig.model));
    const memory = new GpuExecutor(device, pools, {
      quads: device.features.has('subgroups'),
      software: report.software,
    });
    const { g, inputs, controls } = trainingGraph(tinyConfig, pools, checkpoint);
    const { ownBytes, sharedBytes } = layoutPlan(g, pools, memory.context);
    const plan = await compile(memory, g);
    memory.write('parameters', initialWeights(tinyConfig.model, pools, 1));
    const batch = tinyBatch(tinyConfig);
    const counted = batch.targets.filter((target) => target < tinyConfig.model.vocab_size).length;
    plan.host(inputs.tokens).set(batch.tokens);
    plan.host(inputs.targets).set(batch.targets);
    plan.host(inputs.documentStart!).set(batch.documentStart);
    tokenIndex(batch.tokens, {
      rowStart: plan.host(inputs.rowStart) as Uint32Array,
      order: plan.host(inputs.order) as Uint32Array,
    });
    plan.host(inputs.lossWeight)[0] = 1 / counted;
    plan.host(controls).set([0, 1, 1, 0]);
    plan.upload();
    plan.submit(['step', 'update']);
    const gradients = await plan.read(g.pool('gradients', pools.elements));
    const result = { gradients, own: plan.bytes, all: memory.bytes, ownBytes, sharedBytes };
    plan.destroy();
    memory.destroy();
    return result;
  };

  it('has the same gradients bit for bit with and without checkpointing, in fewer bytes; bytes are known beforehand', async () => {
    const plain = await run(false);
    const again = await run(true);
    expect(plain.gradients.some((x) => x !== 0)).toBe(true);
    expect(again.gradients).toEqual(plain.gradients);
    expect(again.own).toBeLessThan(plain.own);
    for (const { own, all, ownBytes, sharedBytes } of [plain, again]) {
      expect(own).toBe(ownBytes);
      expect(all).toBe(ownBytes + sharedBytes);
    }
  });
});
