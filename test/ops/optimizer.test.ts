import { expect, describe, it } from 'vitest';
import { Graph } from '../../src/graph/graph.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import { adamw } from '../../src/ops/adamw.ts';
import { gradientNorm } from '../../src/ops/gradientNorm.ts';
import { writeRing } from '../../src/ops/ringColumn.ts';
import { readRing, ringNames, ringWidth } from '../../src/recipe/measurements.ts';
import { randomNormal } from '../../src/util/random.ts';
import { nmse } from '../../src/graph/interpret.ts';
import { executors, type Tried } from './executors.ts';

const P = 64 * 300; // elements of the pools
const options = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 };
/** A quarter of the pools each: as usual, by factors that would each be missed, and as usual without decay. */
const [usual, slow, moved] = [
  { rate: 1, epsilon: 1, decay: 1 },
  { rate: 0.25, epsilon: 1e5, decay: 1 },
  { rate: 0.5, epsilon: 8, decay: 4 },
];
const entriesOf = (size: number) => [
  { name: 'a', shape: [size / 4], decay: true },
  { name: 'b', shape: [size / 4], decay: true, scales: slow },
  { name: 'c', shape: [size / 4], decay: true, scales: moved },
  { name: 'd', shape: [size / 4], decay: false },
];
const maxNorm = 1;

const width = ringWidth(1);
const rowOf = (ring: Float32Array, row: number) => readRing(row, ring.subarray(row * width), ['loss again']);

async function setUp(tried: Tried, stepsToDouble = 0, size = P) {
  const layout = layoutPool(entriesOf(size));
  expect(layout.regions.map(({ end }) => end)).toEqual([1, 2, 3, 4].map((part) => (part * size) / 4));
  const executor = await tried.open(layout);
  const g = new Graph();
  const gradients = g.pool('gradients', size);
  const weights = g.pool('parameters', size);
  const moments1 = g.pool('moments1', size);
  const moments2 = g.pool('moments2', size);
  const loss = g.state('loss', [1]);
  const controls = g.input('controls', [4]);
  const ring = g.state('ring', [16, width]);
  const scale = g.state('lossScale', [4]);
  const clip = gradientNorm(g, gradients, loss, controls, ring, maxNorm, { scale, stepsToDouble });
  adamw(g, { gradients, weights, moments1, moments2 }, controls, clip, ring, { ...options, regions: layout.regions });
  writeRing(g, loss, controls, ring, ringNames.length);
  const plan = await executor.compile(g, {});
  return { executor, plan, tensors: { weights, moments1, moments2, loss, controls, ring, clip, scale } };
}

/** The same step in f64. */
function reference(w: Float64Array, m: Float64Array, v: Float64Array, g: Float64Array, lr: number, t: number): number {
  const norm = Math.sqrt(g.reduce((sum, x) => sum + x * x, 0));
  const factor = norm > maxNorm ? maxNorm / norm : 1;
  for (let i = 0; i < w.length; i++) {
    const gi = g[i]! * factor;
    m[i] = options.beta1 * m[i]! + (1 - options.beta1) * gi;
    v[i] = options.beta2 * v[i]! + (1 - options.beta2) * gi * gi;
    const mHat = m[i]! / (1 - options.beta1 ** t);
    const vHat = v[i]! / (1 - options.beta2 ** t);
    const { rate, epsilon, decay } = [usual, slow, moved, { ...usual, decay: 0 }][Math.floor((4 * i) / w.length)]!;
    w[i] =
      w[i]! * (1 - lr * rate * options.weightDecay * decay) -
      (lr * rate * mHat) / (Math.sqrt(vHat) + options.epsilon * epsilon);
  }
  return norm;
}

// The last resort has the kernels of a software adapter.
const everywhere = executors([
  { quads: false, software: true },
  { quads: false, software: false },
]);
describe.each(everywhere)('gradient norm and AdamW on $name', (tried) => {
  it('follow the f64 formulas over ten steps, clipped and not', async () => {
    const { executor, plan, tensors } = await setUp(tried);
    const w = Float64Array.from({ length: P }, (_, i) => Math.fround(randomNormal(1, 0, i)));
    const [m, v] = [new Float64Array(P), new Float64Array(P)];
    executor.write('parameters', Float32Array.from(w));
    for (let t = 1; t <= 10; t++) {
      const scale = t % 2 ? 1 : 1e-4; // norms of about 139 and 0.014
      const g = Float64Array.from({ length: P }, (_, i) => Math.fround(scale * randomNormal(2, t, i)));
      executor.write('gradients', Float32Array.from(g));
      const lr = Math.fround(1e-2 / t);
      plan.host(tensors.controls).set([lr, 1 / (1 - options.beta1 ** t), 1 / (1 - options.beta2 ** t), t]);
      plan.upload();
      plan.submit(['step']);
      const norm = reference(w, m, v, g, lr, t);
      const row = rowOf(await plan.read(tensors.ring), t);
      expect(Math.abs(row.gradNorm / norm - 1)).toBeLessThan(1e-6);
      expect([row.lr, row.update, row.own]).toEqual([lr, 'made', { 'loss again': 0 }]);
    }
    expect(nmse(await plan.read(tensors.weights), w)).toBeLessThan(1e-11);
    expect(nmse(await plan.read(tensors.moments1), m)).toBeLessThan(1e-11);
    expect(nmse(await plan.read(tensors.moments2), v)).toBeLessThan(1e-11);
    plan.destroy();
    executor.destroy();
  });

  it('sum a pool of which every invocation takes many parts', async () => {
    const size = 2 ** 22 + 64 * 300; // four and a bit vec4 for each of 262,144 invocations
    const { executor, plan, tensors } = await setUp(tried, 0, size);
    const g = Float32Array.from({ length: size }, (_, i) => 1 + (i % 5));
    executor.write('gradients', g);
    plan.host(tensors.controls).set([1, 1, 1, 3]);
    plan.upload();
    plan.submit(['step']);
    const norm = Math.sqrt(g.reduce((sum, x) => sum + x * x, 0));
    // What an invocation sums are whole numbers, so exact; what follows is rounded to 6e-8 at most some 130 times.
    expect(Math.abs(rowOf(await plan.read(tensors.ring), 3).gradNorm / norm - 1)).toBeLessThan(1e-6);
    plan.destroy();
    executor.destroy();
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('leave everything as it is when a gradient is %s', async (bad) => {
    const { executor, plan, tensors } = await setUp(tried);
    const w = Float32Array.from({ length: P }, (_, i) => randomNormal(1, 0, i));
    executor.write('parameters', w);
    const g = new Float32Array(P).fill(0.01);
    g[P - 7] = bad;
    executor.write('gradients', g);
    plan.host(tensors.controls).set([1, 1, 1, 3]);
    plan.upload();
    plan.submit(['step']);
    // Not toEqual, which would take minutes to say how 19,200 elements differ.
    const weights = await plan.read(tensors.weights);
    expect(weights.every((x, i) => Object.is(x, w[i]))).toBe(true);
    expect((await plan.read(tensors.moments1)).every((x) => x === 0)).toBe(true);
    const { clip, update } = rowOf(await plan.read(tensors.ring), 3);
    expect([clip, update]).toEqual([0, 'suppressed']);
    plan.destroy();
    executor.destroy();
  });

  it.each(['parameters', 'moments1', 'moments2'] as const)(
    'tell of an element of %s that is not finite, and leave it alone',
    async (pool) => {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const { executor, plan, tensors } = await setUp(tried);
        const at = P - 7;
        const before = Float32Array.from({ length: P }, (_, i) => 1 + (i % 3));
        const poisoned = before.slice();
        poisoned[at] = bad;
        executor.write('parameters', before);
        executor.write('gradients', new Float32Array(P).fill(0.01));
        executor.write(pool, poisoned);
        plan.host(tensors.controls).set([0.1, 1, 1, 3]);
        plan.upload();
        plan.submit(['step']);
        expect(rowOf(await plan.read(tensors.ring), 3).update).toBe('partial');
        // The vector of four that holds it stays; everything else is updated, to finite values.
        const weights = await plan.read(tensors.weights);
        const own = (i: number) => i >> 2 === at >> 2;
        weights.forEach((w, i) => {
          if (
            own(i)
              ? !Object.is(w, pool === 'parameters' ? poisoned[i] : before[i])
              : w === before[i] || !Number.isFinite(w)
          ) {
            expect.fail(`weight ${i} is ${w} after ${before[i]}`);
          }
        });
        plan.destroy();
        executor.destroy();
      }
    },
  );

  it('divide a loss scale out, bit for bit, halve it after an overflow and double it after a while without', async () => {
    const doubleAfter = 3;
    const scaled = await setUp(tried, doubleAfter);
    const plain = await setUp(tried);
    const weights = Float32Array.from({ length: P }, (_, i) => randomNormal(1, 0, i));
    for (const { executor } of [scaled, plain]) executor.write('parameters', weights);
    const { plan, tensors } = scaled;
    scaled.executor.write(tensors.scale, Float32Array.of(4, 0, 0, 0));
    const step = async (on: typeof scaled, pool: Float32Array<ArrayBuffer>) => {
      on.executor.write('gradients', pool);
      on.plan.host(on.tensors.controls).set([1e-2, 1, 1, 0]);
      on.plan.upload();
      on.plan.submit(['step']);
      const { ring: rows, scale: state } = on.tensors;
      return { row: rowOf(await on.plan.read(rows), 0), scale: (await on.plan.read(state)).subarray(0, 2) };
    };
    const gradients = Float32Array.from({ length: P }, (_, i) => randomNormal(2, 0, i));
    const times = (scale: number) => gradients.map((g) => g * scale); // of two: exact
    const one = await step(scaled, times(4));
    expect(one.row).toEqual((await step(plain, gradients)).row);
    expect([...one.scale]).toEqual([4, 1]);
    expect(await plan.read(tensors.weights)).toEqual(await plain.plan.read(plain.tensors.weights));

    const before = await plan.read(tensors.weights);
    const overflowed = times(4).fill(Number.POSITIVE_INFINITY, 7, 8);
    const skipped = await step(scaled, overflowed);
    expect([skipped.row.update, ...skipped.scale]).toEqual(['overflow', 2, 0]);
    expect(await plan.read(tensors.weights)).toEqual(before);
    for (const scale of [2, 2]) await step(scaled, times(scale));
    expect([...(await step(scaled, times(2))).scale]).toEqual([4, 0]);
    expect([...(await step(scaled, overflowed)).scale]).toEqual([2, 0]);
    expect([...(await step(scaled, overflowed)).scale]).toEqual([1, 0]);
    // No scale is to blame any more: it is a bad step like any other.
    const bad = await step(scaled, overflowed);
    expect([bad.row.update, ...bad.scale]).toEqual(['suppressed', 1, 1]);
    for (const used of [scaled, plain]) {
      used.plan.destroy();
      used.executor.destroy();
    }
  });
});
