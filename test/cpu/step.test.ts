/** The training step on the processor, against the f64 interpreter; and the same bits however it is run. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCpuExecutor, type CpuOptions } from '../../src/cpu/executor.ts';
import { hasRelaxedSimd } from '../../src/cpu/kernels/library.ts';
import { enableRelaxedSimd } from '../../src/cli/node/relaxedSimd.ts';
import { startThread } from '../../src/cli/node/threads.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import type { RunConfig } from '../../src/config/run.ts';
import { nmse } from '../../src/graph/interpret.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import { initialWeights } from '../../src/model/init.ts';
import { parameterList } from '../../src/model/parameters.ts';
import { readRing } from '../../src/recipe/measurements.ts';
import { ringRows, trainingGraph } from '../../src/train/engine/graphs.ts';
import { expectGradients } from '../model/gradients.ts';
import { fill, inputsOf, interpretStep } from '../model/interpretStep.ts';
import { tinyBatch, tinyConfig } from '../model/tiny.ts';

enableRelaxedSimd();

/** A model as a run starts it. `step` takes one of micro-batch `which`, the update included. */
async function open(config: RunConfig, options: CpuOptions, checkpoint = false) {
  const layout = layoutPool(parameterList(config.model));
  const { g, inputs, controls, ring } = trainingGraph(config, layout, checkpoint);
  const executor = await createCpuExecutor(layout, options);
  executor.write('parameters', initialWeights(config.model, layout, config.seed));
  let plan = await executor.compile(g, { accumulation: true });
  const { beta1, beta2 } = config.optimizer;
  return {
    executor,
    /** `micros`: the batches that its micro-batches are. */
    step(t: number, lr: number, ...micros: number[]): void {
      const batches = micros.length > 0 ? micros : [t];
      batches.forEach((which, micro) => {
        fill(plan, inputsOf(config, inputs, tinyBatch(config, which)));
        if (micro === batches.length - 1) return;
        plan.upload();
        plan.submit([micro === 0 ? 'step' : 'accumulate']);
      });
      plan.host(controls).set([lr, 1 / (1 - beta1 ** (t + 1)), 1 / (1 - beta2 ** (t + 1)), t % ringRows]);
      plan.upload();
      plan.submit([batches.length > 1 ? 'accumulate' : 'step', 'update']);
    },
    async measured(t: number) {
      const [rows] = await executor.snapshot([ring]);
      const {
        loss,
        gradNorm: norm,
        clip: factor,
        lr: rate,
      } = readRing(t, rows.subarray(ring.shape[1] * (t % ringRows)), []);
      return { loss, norm, factor, rate };
    },
    async compileAgain(): Promise<void> {
      plan.submit(['step']);
      plan.destroy();
      plan = await executor.compile(g, { accumulation: true });
    },
    pool: async (name: 'parameters' | 'gradients') => (await executor.snapshot([name]))[0],
    destroy(): void {
      plan.destroy();
      executor.destroy();
    },
  };
}

/** The first step on micro-batch `which` in f64, worked out once. */
const references = new Map<number, ReturnType<typeof interpretStep>>();
function referenceOf(which: number) {
  const made = references.get(which) ?? interpretStep(tinyConfig, { batch: tinyBatch(tinyConfig, which) });
  references.set(which, made);
  return made;
}

const twentyConfig = { ...tinyConfig, seed: 3 };
const twentyRate = 1e-3;
let twenty: ReturnType<typeof interpretTwenty> | undefined;

/** Twenty steps in f64, AdamW by its formulas. */
function interpretTwenty() {
  const config = twentyConfig;
  const { beta1, beta2, epsilon, weight_decay: decay, max_grad_norm: maxNorm } = config.optimizer;
  const layout = layoutPool(parameterList(config.model));
  const w = Float64Array.from(initialWeights(config.model, layout, config.seed));
  const [m, v] = [new Float64Array(w.length), new Float64Array(w.length)];
  const steps = Array.from({ length: 20 }, (_, t) => {
    const { loss, gradient } = interpretStep(config, { weights: w, batch: tinyBatch(config, t) });
    const g = new Float64Array(w.length);
    for (const [name, { offset }] of layout.slices) g.set(gradient(name), offset);
    const norm = Math.hypot(...g);
    const factor = Math.min(1, maxNorm / norm);
    for (let i = 0; i < w.length; i++) {
      m[i] = beta1 * m[i] + (1 - beta1) * factor * g[i];
      v[i] = beta2 * v[i] + (1 - beta2) * (factor * g[i]) ** 2;
      const u = m[i] / (1 - beta1 ** (t + 1)) / (Math.sqrt(v[i] / (1 - beta2 ** (t + 1))) + epsilon);
      w[i] -= twentyRate * (u + (i < layout.regions[0]!.end ? decay * w[i] : 0));
    }
    return { loss, norm, factor };
  });
  return { steps, weights: w };
}

it('is tried with and without relaxed SIMD', () => expect(hasRelaxedSimd()).toBe(true));

describe.each([true, false])('the training step, relaxed SIMD: %s', (relaxed) => {
  it('gives the gradients of the f64 interpreter for a 2-layer model with grouped heads', async () => {
    const reference = referenceOf(0);
    const model = await open(tinyConfig, { relaxed });
    model.step(0, 0);
    const { loss, norm } = await model.measured(0);
    expect(Math.abs(loss - reference.loss)).toBeLessThan(1e-6);
    const want = expectGradients(await model.pool('gradients'), reference);
    expect(Math.abs(norm / want - 1)).toBeLessThan(1e-6);
    model.destroy();
  });

  it('adds micro-batches up', async () => {
    const model = await open(tinyConfig, { relaxed });
    model.step(0, 0, 0, 1, 2);
    const steps = [0, 1, 2].map(referenceOf);
    const { loss } = await model.measured(0);
    expect(Math.abs(loss - steps.reduce((sum, step) => sum + step.loss, 0))).toBeLessThan(3e-6);
    expectGradients(await model.pool('gradients'), ...steps);
    model.destroy();
  });

  it('gives the same bits where layers are computed again, and overwrites what a step before left', async () => {
    const [kept, again] = [await open(tinyConfig, { relaxed }), await open(tinyConfig, { relaxed }, true)];
    kept.step(0, 0);
    again.step(0, 0, 5);
    again.step(1, 0, 0);
    expect(await again.pool('gradients')).toEqual(await kept.pool('gradients'));
    kept.destroy();
    again.destroy();
  });

  it('follows twenty steps of the interpreter', async () => {
    const reference = (twenty ??= interpretTwenty());
    const model = await open(twentyConfig, { relaxed });
    for (const [t, { loss, norm, factor }] of reference.steps.entries()) {
      model.step(t, twentyRate);
      const got = await model.measured(t);
      // What f32 rounds in twenty steps: measured 2e-7 nats, 1e-7 of the norm, an NMSE of 2e-14 of the weights.
      expect(Math.abs(got.loss - loss), `loss of step ${t}`).toBeLessThan(2e-6);
      expect(Math.abs(got.norm / norm - 1), `norm of step ${t}`).toBeLessThan(3e-6);
      expect(Math.abs(got.factor / factor - 1), `factor of step ${t}`).toBeLessThan(3e-6);
    }
    expect(nmse(await model.pool('parameters'), reference.weights)).toBeLessThan(1e-12);
    model.destroy();
  });
});

describe('threads', () => {
  // 512 tokens: calls of many blocks and of one.
  const config = resolveConfig({ preset: 'world' });

  async function threeSteps(options: CpuOptions) {
    const model = await open(config, options);
    for (let t = 0; t < 3; t++) model.step(t, 1e-3);
    const pools = await model.executor.snapshot(['parameters', 'gradients', 'moments1', 'moments2']);
    const { loss } = await model.measured(2);
    model.destroy();
    return { loss, bits: pools.map(({ buffer }) => createHash('sha256').update(Buffer.from(buffer)).digest('hex')) };
  }

  it.each([true, false])('are as good as one, bit for bit, relaxed SIMD: %s', async (relaxed) => {
    const one = await threeSteps({ relaxed });
    expect(one.loss).toBeGreaterThan(1);
    for (const threads of [2, 4, 8]) {
      const several = await threeSteps({ relaxed, threads, startThread });
      expect(several, `${threads} threads`).toEqual(one);
    }
  });

  // A signed number of 32 bits ends at 2 GiB: what lies across and above it is no other memory. It is reserved and not touched below.
  it.each([1, 3])('compute the same in the upper half of the memory, %i of them', async (threads) => {
    const one = await threeSteps({});
    for (const first of [2 ** 31 - 2 ** 20, 2 ** 31 + 64])
      expect(await threeSteps({ threads, startThread, first }), `from ${first}`).toEqual(one);
  });

  it('have left a plan that is destroyed, and do the next one where it lay', async () => {
    const model = await open(config, { threads: 3, startThread });
    model.step(0, 0);
    const [first] = await model.executor.snapshot(['gradients']);
    const held = model.executor.bytes;
    for (let round = 0; round < 20; round++) await model.compileAgain();
    expect(model.executor.bytes).toBe(held);
    model.step(0, 0);
    expect(await model.pool('gradients')).toEqual(first);
    model.destroy();
  });
});

it('refuses to store in f16, in a sentence', async () => {
  const config: RunConfig = { ...tinyConfig, precision: 'f16' };
  await expect(open(config, {})).rejects.toThrow(
    'precision is f16, which the processor cannot compute with: choose f32.',
  );
});
