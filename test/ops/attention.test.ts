import { describe, expect, it } from 'vitest';
import { compile } from '../../src/gpu/compile.ts';
import { Memory } from '../../src/gpu/memory.ts';
import { Graph } from '../../src/graph/graph.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import { attention, type AttentionShape } from '../../src/ops/attention.ts';
import { cachedAttention } from '../../src/ops/cachedAttention.ts';
import { randomNormal } from '../../src/util/random.ts';
import { gpu } from '../gpu/device.ts';
import { interpret, nmse } from '../../src/graph/interpret.ts';
import { twins } from '../../src/ops/twins.ts';
import { checkOp, type OpCase } from './checkOp.ts';

const theta = 10000;

/** Checks one shape; `starts(t)` is where the document of position t starts, as packed rows have it. */
function check(
  shape: Omit<AttentionShape, 'ropeTheta'>,
  starts?: (t: number, b: number) => number,
  differentiate?: string[],
  spread = 1,
  contexts?: OpCase['contexts'],
): Promise<void> {
  const { B, T, H, K, d } = shape;
  const documents = starts && {
    documentStart: { shape: [B * T], dtype: 'u32' as const, value: (n: number) => starts(n % T, Math.floor(n / T)) },
  };
  return checkOp({
    ...(contexts && { contexts }),
    inputs: { qkv: { shape: [B * T, (H + 2 * K) * d], value: (i) => spread * randomNormal(7, 0, i) }, ...documents },
    record: (g, { qkv, documentStart }) => attention(g, qkv!, { ...shape, ropeTheta: theta }, documentStart),
    differentiate: differentiate ?? ['qkv'],
  });
}

describe('attention', () => {
  // One position; tiles not filled; a position over a tile's end; heads shared by two and by four; widths of one to
  // eight vec4s.
  it.each([
    [1, 1, 1, 1, 4, 1],
    [2, 7, 2, 1, 8, 0.5],
    [1, 33, 4, 1, 12, 0.5],
    [2, 33, 4, 2, 16, 1],
    [1, 65, 2, 2, 32, 0.5],
    [3, 17, 2, 1, 64, 0.5],
  ])('B=%i T=%i H=%i K=%i d=%i factor=%f', (B, T, H, K, d, ropeFactor) => check({ B, T, H, K, d, ropeFactor }));
});

describe('attention over packed documents', () => {
  it('one boundary', () =>
    check({ B: 2, T: 21, H: 2, K: 1, d: 8, ropeFactor: 0.5 }, (t, b) => (t < 5 + 8 * b ? 0 : 5 + 8 * b)));
  it('many documents, some of one position', () =>
    check({ B: 2, T: 50, H: 2, K: 2, d: 16, ropeFactor: 1 }, (t) =>
      [0, 1, 2, 17, 18, 33, 49].findLast((start) => start <= t)!,
    ));
});

// Scores of ±20: a key far ahead of those before it rescales the output, and nothing under- or overflows.
describe('attention with large scores', () => {
  it('d=8', () => check({ B: 2, T: 40, H: 2, K: 1, d: 8, ropeFactor: 0.5 }, undefined, [], 2.5));
});

// Too long for finite differences in f64 loops: GPU against twin alone.
describe('attention over long rows', () => {
  it('T=300', () => check({ B: 1, T: 300, H: 2, K: 1, d: 16, ropeFactor: 0.5 }, undefined, []));
  it('d=128', () => check({ B: 1, T: 40, H: 1, K: 1, d: 128, ropeFactor: 0.5 }, undefined, []));
});

// Kernels by blocks have two or four rows a lane; four where the shape makes many workgroups of them, too many to run them twice over
// in contexts that make no difference to them. Blocks and tiles of keys are not
// filled, start inside a document or end in one, and heads are narrower than a chunk, a chunk, and several.
describe('attention by blocks', () => {
  const starts = (t: number, b: number): number => [0, 3 + b, 20, 21, 36].findLast((start) => start <= t)!;
  it.each([
    [2, 35, 2, 1, 12, 0.5],
    [1, 67, 4, 2, 24, 1],
    [1, 39, 2, 1, 128, 0.5],
  ])('two rows: B=%i T=%i H=%i K=%i d=%i factor=%f', (B, T, H, K, d, ropeFactor) =>
    check({ B, T, H, K, d, ropeFactor }, starts, []),
  );
  it.each([
    [32, 27, 8, 8, 32, 0.5],
    [32, 27, 8, 8, 64, 0.5],
  ])('four rows: B=%i T=%i H=%i K=%i d=%i factor=%f', (B, T, H, K, d, ropeFactor) =>
    check({ B, T, H, K, d, ropeFactor }, (t, b) => starts(t, b % 8), [], 1, [{ quads: false, software: false }]),
  );
});

// A GPU that has to do without workgroup memory, or whose blocks are too narrow for a head, takes one row a lane.
describe('attention by quads on a GPU', () => {
  const starts = (t: number): number => (t < 5 ? 0 : 5);
  it('plain', () =>
    check({ B: 2, T: 19, H: 4, K: 2, d: 12, ropeFactor: 0.5 }, starts, [], 1, [
      { quads: false, software: false, plain: true },
    ]));
  it('d=132', () =>
    check({ B: 1, T: 9, H: 2, K: 1, d: 132, ropeFactor: 0.5 }, starts, [], 1, [{ quads: true, software: false }]));
});

describe('cachedAttention', () => {
  it.each([
    [3, 21, 4, 2, 8, 0.5, true],
    [1, 9, 2, 1, 12, 1, false],
    [2, 13, 2, 2, 32, 0.5, true],
  ])(
    'R=%i T=%i H=%i K=%i d=%i factor=%f quads=%s: token by token as all at once',
    async (R, T, H, K, d, ropeFactor, quads) => {
      const width = (H + 2 * K) * d;
      const heads = { H, K, d, ropeTheta: theta, ropeFactor };
      const tokens = Float32Array.from({ length: R * T * width }, (_, i) => randomNormal(3, 0, i));

      const whole = new Graph();
      const packed = whole.input('qkv', [R * T, width]);
      const full = attention(whole, packed, { ...heads, B: R, T });
      const want = interpret(whole, twins, new Map([[packed, Float64Array.from(tokens)]])).get(full)!;

      const { device, report } = await gpu();
      const g = new Graph();
      const qkv = g.input('qkv', [R, width]);
      // One position a row, except where one for all is tried.
      const position = g.input('position', [quads ? R : 1], 'u32');
      const Tmax = T + 2;
      const caches = ['cache k', 'cache v'].map((name) => g.state(name, [R, Tmax, K * d]));
      const y = cachedAttention(g, qkv, caches[0]!, caches[1]!, position, { ...heads, R, Tmax });
      const memory = new Memory(device, layoutPool([]), {
        quads: quads && device.features.has('subgroups'),
        software: report.software,
      });
      const plan = await compile(memory, g, { keep: [y] });
      const got = new Float64Array(want.length);
      // Where rows have positions of their own, row r starts r steps late, writing position 0 over and over until then.
      for (let step = 0; step < T + R - 1; step++) {
        const at = (r: number): number => Math.min(Math.max(step - (quads ? r : 0), 0), T - 1);
        for (let r = 0; r < R; r++) {
          const token = r * T + at(r);
          plan.host(qkv).set(tokens.subarray(token * width, (token + 1) * width), r * width);
        }
        plan.host(position).forEach((_, r, all) => (all[r] = at(r)));
        plan.upload();
        plan.submit(['step']);
        const row = await plan.read(y);
        for (let r = 0; r < R; r++) got.set(row.subarray(r * H * d, (r + 1) * H * d), (r * T + at(r)) * H * d);
      }
      plan.destroy();
      memory.destroy();
      // The tolerance of checkOp.ts, for its reason: f32 rounding of sums this short.
      expect(nmse(got, want)).toBeLessThan(1e-11);
    },
  );
});
