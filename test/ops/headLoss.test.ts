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
    headLoss(g, t.x!, t.weight!, t.targets!, t.lossWeight!, true).loss,
  root: true,
  outputs: ['nll'],
  differentiate: ['x', 'weight'],
});

describe('headLoss', () => {
  it.each([
    [1, 4, 4],
    [7, 12, 20],
    [70, 8, 132],
  ])('N=%i D=%i V=%i', (N, D, V) => checkOp(caseOf(N, D, V, () => false)));

  it('ignores targets outside the vocabulary', () => checkOp(caseOf(11, 8, 16, (n) => n % 3 === 0)));

  it('chunks large logits and adds the chunks up', async () => {
    const [N, V] = [130, 65536]; // 64 rows of 65,536 logits are 16 MiB: three chunks, the last of two rows
    expect(chunkRowsFor(N, V)).toBe(64);
    // One f32 sum over 65,536 products, most of them small beside the target's: d x measured 1.4e-9 here, 2e-12 at V = 4,096.
    await checkOp({ ...caseOf(N, 4, V, (n) => n === 64), differentiate: [], tolerance: 1e-8 });
  });
});
