import { describe, it } from 'vitest';
import { attention, type AttentionShape } from '../../src/ops/attention.ts';
import { checkOp } from './checkOp.ts';

const theta = 10000;

/** Checks one shape; `starts(t)` is where the document of position t starts, as packed rows have it. */
function check(shape: Omit<AttentionShape, 'ropeTheta'>, starts?: (t: number, b: number) => number, differentiate?: string[]): Promise<void> {
  const { B, T, H, K, d } = shape;
  const documents = starts && {
    documentStart: { shape: [B * T], dtype: 'u32' as const, value: (n: number) => starts(n % T, Math.floor(n / T)) },
  };
  return checkOp({
    inputs: { qkv: { shape: [B * T, (H + 2 * K) * d] }, ...documents },
    record: (g, { qkv, documentStart }) => attention(g, qkv!, { ...shape, ropeTheta: theta }, documentStart),
    differentiate: differentiate ?? ['qkv'],
  });
}

describe('attention', () => {
  // One position; tiles not filled; a position over a tile's end; heads shared by two and by four; widths of one to eight vec4s.
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
  it('one boundary', () => check({ B: 2, T: 21, H: 2, K: 1, d: 8, ropeFactor: 0.5 }, (t, b) => (t < 5 + 8 * b ? 0 : 5 + 8 * b)));
  it('many documents, some of one position', () =>
    check({ B: 2, T: 50, H: 2, K: 2, d: 16, ropeFactor: 1 }, (t) => [0, 1, 2, 17, 18, 33, 49].findLast((start) => start <= t)!));
});

// Too long for finite differences in f64 loops: GPU against twin alone.
describe('attention over long rows', () => {
  it('T=300', () => check({ B: 1, T: 300, H: 2, K: 1, d: 32, ropeFactor: 0.5 }, undefined, []));
  it('d=128', () => check({ B: 1, T: 40, H: 1, K: 1, d: 128, ropeFactor: 0.5 }, undefined, []));
});
