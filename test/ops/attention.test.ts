import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/graph/graph.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import { attention, type AttentionShape } from '../../src/ops/attention/attention.ts';
import { cachedAttention } from '../../src/ops/attention/cachedAttention.ts';
import { randomNormal } from '../../src/util/random.ts';
import { interpret, nmse } from '../../src/graph/interpret.ts';
import { checkOp, type OpCase } from './checkOp.ts';
import { executors } from './executors.ts';

const theta = 10000;

/**
 * Every width, share that rotates, and number of rows is a kernel of its own, and compiling three of them takes a software adapter two
 * seconds, six where they have workgroup memory: what needs no kernel of its own is tried with those that are there.
 */
const software = { quads: true, software: true };
const blocks = { quads: false, software: false };
const plain = { quads: false, software: false, plain: true };

interface Case extends Omit<AttentionShape, 'ropeTheta'> {
  /** Where the document of position t starts, as packed rows have it. */
  starts?: (t: number, b: number) => number;
  /** Deviation of the heads' elements. */
  spread?: number;
  /** Whether the twin is held against finite differences, for which f64 loops have to be short. */
  differentiate?: boolean;
  /** All three by default. */
  contexts?: OpCase['contexts'];
}

function check({ starts, spread = 1, differentiate = true, contexts, ...shape }: Case): Promise<void> {
  const { B, T, H, K, d } = shape;
  const documents = starts && {
    documentStart: { shape: [B * T], dtype: 'u32' as const, value: (n: number) => starts(n % T, Math.floor(n / T)) },
  };
  return checkOp({
    contexts: contexts ?? [software, blocks, plain],
    inputs: { qkv: { shape: [B * T, (H + 2 * K) * d], value: (i) => spread * randomNormal(7, 0, i) }, ...documents },
    record: (g, { qkv, documentStart }) => attention(g, qkv!, { ...shape, ropeTheta: theta }, documentStart),
    differentiate: differentiate ? ['qkv'] : [],
  });
}

/** Heads of three vec4s, of which one and a half turn: they fill no chunk, and pairs that turn together lie across vec4s. */
const odd = { d: 12, ropeFactor: 0.5 };

describe('attention in every context', () => {
  it.each([
    ['one position', { B: 1, T: 1, H: 1, K: 1 }],
    ['less than a tile', { B: 2, T: 7, H: 2, K: 1 }],
    ['a position over the end of a tile, heads shared by four', { B: 1, T: 33, H: 4, K: 1 }],
    ['an own key for every head', { B: 2, T: 19, H: 2, K: 2 }],
  ])('%s', (_, shape) => check({ ...shape, ...odd }));

  it('one boundary between documents', () =>
    check({ B: 2, T: 21, H: 2, K: 1, ...odd, starts: (t, b) => (t < 5 + 8 * b ? 0 : 5 + 8 * b) }));
  it('many documents, some of one position', () =>
    check({
      ...{ B: 2, T: 50, H: 2, K: 2, ...odd, differentiate: false },
      starts: (t) => [0, 1, 2, 17, 18, 33, 49].findLast((start) => start <= t)!,
    }));
  // Blocks and tiles of keys are not filled, start inside a document or end in one.
  it.each([
    [2, 35, 2, 1],
    [1, 67, 4, 2],
  ])('documents over blocks: B=%i T=%i H=%i K=%i', (B, T, H, K) =>
    check({ B, T, H, K, ...odd, differentiate: false, starts: documentsOverBlocks }),
  );
  // Scores of ±20: a key far ahead of those before it rescales the output, and nothing under- or overflows.
  it('large scores', () => check({ B: 2, T: 40, H: 2, K: 1, ...odd, differentiate: false, spread: 2.5 }));
  it('a long row', () => check({ B: 1, T: 300, H: 2, K: 1, ...odd, differentiate: false }));
});

const documentsOverBlocks = (t: number, b: number): number => [0, 3 + b, 20, 21, 36].findLast((start) => start <= t)!;

// A lane's rows and the keys of a turn follow from the width, and narrow heads exchange their keys (attentionSource.ts).
describe('attention on a software adapter', () => {
  it.each([
    [1, 17, 1, 1, 4, 1],
    [2, 33, 4, 2, 8, 1],
    [1, 65, 2, 2, 32, 0.5],
    [3, 17, 2, 1, 64, 0.5],
  ])('B=%i T=%i H=%i K=%i d=%i factor=%f', (B, T, H, K, d, ropeFactor) =>
    check({ B, T, H, K, d, ropeFactor, contexts: [software] }),
  );
  it('d=128', () =>
    check({ B: 1, T: 40, H: 1, K: 1, d: 128, ropeFactor: 0.5, differentiate: false, contexts: [software] }));
});

// The widest heads, of four chunks, with two rows a lane; and such as do not fill one, with four, as many workgroups make it. Compiling grows
// with rows times chunks.
describe('attention by blocks', () => {
  it.each([
    [1, 39, 2, 1, 128, 0.5],
    [32, 27, 8, 8, 20, 1],
  ])('B=%i T=%i H=%i K=%i d=%i factor=%f', (B, T, H, K, d, ropeFactor) =>
    check({
      ...{ B, T, H, K, d, ropeFactor, differentiate: false, contexts: [blocks] },
      starts: (t, b) => documentsOverBlocks(t, b % 8),
    }),
  );
});

// A GPU whose blocks are too narrow for a head takes one row a lane.
it('attention by quads on a GPU: d=132', () =>
  check({
    ...{
      B: 1,
      T: 9,
      H: 2,
      K: 1,
      d: 132,
      ropeFactor: 0.5,
      differentiate: false,
      contexts: [{ quads: true, software: false }],
    },
    starts: (t) => (t < 5 ? 0 : 5),
  }));

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
      const want = interpret(whole, new Map([[packed, Float64Array.from(tokens)]])).get(full)!;

      const g = new Graph();
      const qkv = g.input('qkv', [R, width]);
      // One position a row, except where one for all is tried.
      const position = g.input('position', [quads ? R : 1], 'u32');
      const Tmax = T + 2;
      const caches = ['cache k', 'cache v'].map((name) => g.state(name, [R, Tmax, K * d]));
      const y = cachedAttention(g, qkv, caches[0]!, caches[1]!, position, { ...heads, R, Tmax });
      for (const tried of executors([quads ? software : blocks])) {
        const executor = await tried.open(layoutPool([]));
        const plan = await executor.compile(g, { keep: [y] });
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
        executor.destroy();
        // The tolerance of checkOp.ts, for its reason: f32 rounding of sums this short.
        expect(nmse(got, want), tried.name).toBeLessThan(1e-11);
      }
    },
  );
});
