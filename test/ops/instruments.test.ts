import { describe, it } from 'vitest';
import { columnMax } from '../../src/ops/columnMax.ts';
import { scoreMax } from '../../src/ops/scoreMax.ts';
import { SLICE_WORDS, tensorNorms } from '../../src/ops/tensorNorms.ts';
import { checkOp } from './checkOp.ts';

describe('columnMax', () => {
  it.each([
    [1, 1],
    [7, 5],
    [33, 130], // columns beyond two workgroups
  ])('N=%i C=%i', (N, C) =>
    checkOp({ inputs: { x: { shape: [N, C] } }, record: (g, { x }) => columnMax(g, x!), forwardOnly: true }),
  );

  it('of a column without a positive element is not 0', () =>
    checkOp({
      inputs: { x: { shape: [3, 2], value: (i) => -1 - i } },
      record: (g, { x }) => columnMax(g, x!),
      forwardOnly: true,
    }));
});

describe('scoreMax', () => {
  it.each([
    { B: 1, T: 1, H: 1, K: 1, d: 4 },
    { B: 2, T: 5, H: 4, K: 2, d: 8 },
    { B: 3, T: 37, H: 3, K: 1, d: 12 },
  ])('$B sequences of $T, $H heads on $K, width $d', (heads) => {
    const { B, T, H, K, d } = heads;
    const shape = { ...heads, ropeTheta: 10000, ropeFactor: 0.5 };
    return checkOp({
      inputs: {
        rotated: { shape: [B * T, (H + K) * d] },
        // From position 3 on a second document begins there.
        statistics: { shape: [B * T, H, 2], value: (i) => (Math.floor(i / (2 * H)) % T >= 3 ? 3 : 0) },
      },
      record: (g, { rotated, statistics }) => scoreMax(g, rotated!, statistics!, shape),
      forwardOnly: true,
    });
  });
});

describe('tensorNorms', () => {
  const P = 64 * 20; // elements of a pool
  const vector = { shape: [P] };
  // One vector, twenty, and more than a workgroup's 64; each with a factor of lr, ε and λ of its own.
  const bits = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const settings: [number, number, number][] = [
    [1, 1e-8, 0.1],
    [0.25, 0.5, 0],
    [4, 1e-3, 0.4],
  ];
  const slices = [
    [0, 1],
    [150, 20],
    [100, 200],
  ].flatMap((where, i) => [...where, ...settings[i]!.map(bits)]);
  it.each([
    ['taken', [0.01, 1.7, 9, 3], 0.5],
    ['suppressed', [0.01, 1.7, 9, 3], 0],
  ])('of a step that was %s', (_, controls, factor) =>
    checkOp({
      inputs: {
        slices: { shape: [3, SLICE_WORDS], dtype: 'u32', value: (i) => slices[i]! },
        controls: { shape: [4], value: (i) => controls[i]! },
        clip: { shape: [4], value: (i) => (i === 2 ? 1 / 8 : factor) }, // gradients times a loss scale of 8
        gradients: vector,
        weights: vector,
        moments1: vector,
        moments2: { shape: [P], value: (i) => 0.1 + (i % 7) },
      },
      record: (g, { slices: where, controls: rates, clip, gradients, weights, moments1, moments2 }) => {
        const pools = { gradients: gradients!, weights: weights!, moments1: moments1!, moments2: moments2! };
        return tensorNorms(g, where!, rates!, clip!, pools);
      },
      forwardOnly: true,
    }),
  );
});
