/**
 * One element made NaN or infinite in every kind of tensor a step reads: the same step says so, and no other weight or
 * moment is harmed by it.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { gpuExecutor } from '../../src/gpu/executor.ts';
import type { Plan } from '../../src/gpu/plan.ts';
import type { PoolName } from '../../src/graph/pool.ts';
import type { Engine, Pools, StepMetrics } from '../../src/train/engine/engine.ts';
import { openEngine, tinyBatch, tinyConfig } from '../model/tiny.ts';

const bads = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const rate = 1e-2;

let engine: Engine;
/** After a few steps, so that no moment is 0. */
let clean: Pools;
/** A parameter of every kind: both layers have the same. */
let kinds: string[];

beforeAll(async () => {
  engine = await openEngine(tinyConfig);
  for (let step = 0; step < 5; step++) engine.submitStep(step, () => tinyBatch(tinyConfig, step), rate, step + 1);
  clean = await engine.snapshot();
  kinds = [...engine.layout.slices.keys()].filter((name) => !name.includes('.layers.1.'));
});

/** Writes an element in the middle of a parameter's slice. Returns its index in the pool. */
function poison(pool: PoolName, name: string, bad: number): number {
  const { offset, size } = engine.layout.slices.get(name)!;
  const at = offset + (size >> 1);
  const memory = gpuExecutor(engine.executor);
  memory.device.queue.writeBuffer(memory.pool(pool), at * 4, Float32Array.of(bad));
  return at;
}

const same = (a: Float32Array, b: Float32Array): boolean =>
  Buffer.compare(
    Buffer.from(a.buffer, a.byteOffset, a.byteLength),
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  ) === 0;

const isBad = ({ update, loss, gradNorm }: StepMetrics): boolean =>
  update !== 'made' || !Number.isFinite(loss) || !Number.isFinite(gradNorm);

/** Everything but the poisoned element is finite. */
async function expectUnharmed(at: number | null, label: string): Promise<void> {
  const pools = await engine.snapshot();
  for (const [name, pool] of Object.entries(pools)) {
    const wrong = (pool as Float32Array).findIndex((x, i) => i !== at && !Number.isFinite(x));
    if (wrong >= 0) expect.fail(`${label}: element ${wrong} of ${name} is ${(pool as Float32Array)[wrong]}`);
  }
}

describe('a bad number', () => {
  it('in any weight or moment is told in the same step', async () => {
    let sites = 0;
    for (const pool of ['parameters', 'moments1', 'moments2'] as const) {
      for (const name of kinds) {
        for (const bad of bads) {
          engine.restore(clean);
          const at = poison(pool, name, bad);
          engine.submitStep(6, () => tinyBatch(tinyConfig, 6), rate, 6);
          const [row] = await engine.metrics(6, 6);
          const label = `${bad} in ${pool} of ${name}`;
          expect(row!.update, label).not.toBe('made');
          await expectUnharmed(at, label);
          sites++;
        }
      }
    }
    console.log(`${sites} sites in weights and moments`);
    expect(sites).toBeGreaterThanOrEqual(60);
  });

  it('in any gradient suppresses the whole update', async () => {
    for (const name of kinds) {
      for (const bad of bads) {
        engine.restore(clean);
        // The inputs of a step that is taken and taken back, then the same step in two halves.
        engine.submitStep(7, () => tinyBatch(tinyConfig, 7), 0, 7);
        engine.restore(clean);
        engine.plan.submit(['step']);
        poison('gradients', name, bad);
        engine.plan.submit(['update']);
        const [row] = await engine.metrics(7, 7);
        expect(row!.update, `${bad} in the gradient of ${name}`).toBe('suppressed');
        const after = await engine.snapshot();
        for (const pool of ['parameters', 'moments1', 'moments2'] as const)
          expect(same(after[pool], clean[pool])).toBe(true);
      }
    }
  });

  it('in what a batch brings is told too', async () => {
    for (const bad of bads) {
      engine.restore(clean);
      // The rate comes from the host: weights would all become bad.
      engine.submitStep(8, () => tinyBatch(tinyConfig, 8), bad, 8);
      const [row] = await engine.metrics(8, 8);
      expect(row!.update).not.toBe('made');
      const { parameters } = await engine.snapshot();
      expect(parameters.every(Number.isFinite)).toBe(true);
    }
  });

  it('between any two dispatches reaches loss, norm or update, or is of no consequence', async () => {
    const { device } = gpuExecutor(engine.executor);
    const plan = engine.plan as Plan;
    const dispatches = plan.lists.step;
    const submit = (from: number, to: number): void => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (const { pipeline, bindGroup, kernel } of dispatches.slice(from, to)) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindGroup);
        pass.dispatchWorkgroups(...kernel.workgroups);
      }
      pass.end();
      device.queue.submit([encoder.finish()]);
    };
    engine.restore(clean);
    engine.submitStep(9, () => tinyBatch(tinyConfig, 9), 0, 9);
    const gradients = await engine.readPool('gradients');
    let harmless = 0;
    const hidden: string[] = [];
    let sites = 0;
    for (const [i, { node, label }] of dispatches.entries()) {
      if (dispatches[i + 1]?.node === node) continue; // what a later dispatch of the same op may overwrite
      for (const output of node.outputs) {
        if (output.role === 'pool') continue;
        for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
          engine.restore(clean);
          engine.submitStep(9, () => tinyBatch(tinyConfig, 9), 0, 9);
          engine.restore(clean);
          submit(0, i + 1);
          const { buffer, offset } = plan.locate(output);
          device.queue.writeBuffer(buffer, offset + (output.size >> 1) * 4, Float32Array.of(bad));
          submit(i + 1, dispatches.length);
          engine.plan.submit(['update']);
          const [row] = await engine.metrics(9, 9);
          sites++;
          if (isBad(row!)) continue;
          if (same(await engine.readPool('gradients'), gradients)) harmless++;
          else hidden.push(`${bad} in ${output.name}`);
          await expectUnharmed(null, `${bad} after ${label}`);
        }
      }
    }
    console.log(
      `${sites} sites between dispatches, ${harmless} of them read by nobody any more; hidden: ${hidden.join(', ') || 'none'}`,
    );
    expect(sites).toBeGreaterThanOrEqual(60);
    // An infinite log-sum-exp is a row whose probabilities are all exp(−∞) = 0: finite, and wrong for this one step.
    expect(hidden.filter((site) => !site.startsWith('Infinity in statistics'))).toEqual([]);
  });
});
