import { describe, expect, it } from 'vitest';
import { chunkRowsFor, headLoss, ignoredTarget } from '../../src/ops/headLoss.ts';
import { checkOp } from './checkOp.ts';

const caseOf = (N: number, D: number, V: number, ignored: (n: number) => boolean) => ({
  inputs: {
    x: { shape: [N, D] },
    weight: { shape: [V, D], role: 'parameter' as const },
    targets: { shape: [N], dtype: 'u32' as const, value: (n: number) => (ignored(n) ? ignoredTarget : (n * 13) % V) },
    lossWeight: { shape: [1], value: () => 1 / N },
  },
  record: (g: Parameters<typeof headLoss>[0], t: Record<string, Parameters<typeof headLoss>[1]>) =>
    headLoss(g, t.x!, t.weight!, t.targets!, t.lossWeight!, { training: true, rowWeights: t.rowWeights }).loss,
  root: true,
  outputs: ['nll'],
  differentiate: ['x', 'weight'],
});

describe('headLoss', () => {
  it.each([
    [1, 4, 4],
    [7, 12, 20],
    [70, 8, 132],
    [5, 4, 1028], // one vec4 more than the lanes of the widest row
    [3, 8, 8192], // few rows, each many times as wide as its lanes
  ])('N=%i D=%i V=%i', (N, D, V) => checkOp(caseOf(N, D, V, () => false)));

  it('ignores targets outside the vocabulary', () => checkOp(caseOf(11, 8, 16, (n) => n % 3 === 0)));

  it('weighs every row by its own', () => {
    const { inputs, ...rest } = caseOf(13, 8, 16, (n) => n === 4);
    const rowWeights = { shape: [13], value: (n: number) => [0, 1, 0.25][n % 3]! };
    return checkOp({ ...rest, inputs: { ...inputs, rowWeights } });
  });

  it('chunks large logits and adds the chunks up', async () => {
    const [N, V] = [130, 32768]; // 128 rows of 32,768 logits are 16 MiB: two chunks, the last of two rows
    expect(chunkRowsFor(N, V)).toBe(128);
    // One f32 sum over 32,768 products, most of them small beside the target's: d x measured 1.4e-9 at twice as many, 2e-12 at 4,096.
    // In one context: how rows are cut into chunks is the same in all.
    const contexts = [{ quads: true, software: true }];
    await checkOp({ ...caseOf(N, 4, V, (n) => n === 64), differentiate: [], tolerance: 1e-8, contexts });
  });

  it('cuts chunks alike', () => {
    // At most 1,344 rows of 3,072 logits, a multiple of 64, are 16 MiB: 4,096 rows need four chunks.
    expect(chunkRowsFor(4096, 3072)).toBe(1024);
    expect(chunkRowsFor(4096, 2048)).toBe(2048);
    expect(chunkRowsFor(100, 3072)).toBe(100);
    expect(chunkRowsFor(100, 2 ** 20)).toBe(64); // of which four rows are 16 MiB
  });
});
