import { describe, it } from 'vitest';
import { ignoredTarget } from '../../src/ops/headLoss.ts';
import { logProb } from '../../src/ops/logProb.ts';
import { rowSums, stepTotal } from '../../src/ops/sums.ts';
import { checkOp } from './checkOp.ts';

const caseOf = (N: number, D: number, V: number, ignored: (n: number) => boolean) => ({
  inputs: {
    x: { shape: [N, D] },
    weight: { shape: [V, D], role: 'parameter' as const },
    targets: { shape: [N], dtype: 'u32' as const, value: (n: number) => (ignored(n) ? ignoredTarget : (n * 13) % V) },
  },
  record: (g: Parameters<typeof logProb>[0], t: Record<string, Parameters<typeof logProb>[1]>) =>
    logProb(g, t.x!, t.weight!, t.targets!),
});

describe('logProb', () => {
  it.each([
    [1, 4, 4],
    [7, 12, 20],
    [70, 8, 132],
    [5, 4, 1028], // one vec4 more than the lanes of the widest row
  ])('N=%i D=%i V=%i', (N, D, V) => checkOp(caseOf(N, D, V, () => false)));

  it('is 0 where the target is ignored, and so is its gradient', () => checkOp(caseOf(11, 8, 16, (n) => n % 3 === 0)));

  it('is made chunk by chunk', async () => {
    // 128 rows of 32,768 logits are 16 MiB: two chunks, the last of two rows. The tolerance is headLoss's for such sums. Most rows are
    // ignored, which the f64 twin has time for.
    const contexts = [{ quads: true, software: true }];
    const ignored = (n: number) => n > 0 && n % 43 !== 0 && n < 127;
    await checkOp({ ...caseOf(130, 4, 32768, ignored), differentiate: [], tolerance: 1e-8, contexts });
  });
});

describe('sums', () => {
  it.each([
    [1, 1],
    [3, 7],
    [70, 5],
  ])('of %i rows of %i, weighted', (B, T) =>
    checkOp({
      inputs: { x: { shape: [B * T] }, weights: { shape: [B * T], value: (i) => i % 3 } },
      record: (g, { x, weights }) => rowSums(g, x!, weights!, B),
      differentiate: ['x'],
    }),
  );

  it.each([false, true])('of a whole step start the backward chain, with a loss scale: %s', (scaled) =>
    checkOp({
      // A scale of one: what is differentiated by differences knows no other.
      inputs: {
        x: { shape: [67] },
        weight: { shape: [1], value: () => 1 / 67 },
        scale: { shape: [4], value: () => 1 },
      },
      record: (g, { x, weight, scale }) => stepTotal(g, 'loss', x!, weight!, scaled ? scale : undefined),
      root: true,
      differentiate: ['x'],
    }),
  );
});
