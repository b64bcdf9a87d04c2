import { expect, describe, it } from 'vitest';
import { embedding } from '../../src/ops/embedding.ts';
import { randomInteger } from '../../src/util/random.ts';
import { checkOp } from './checkOp.ts';

/** Tokens of a batch and their positions sorted by id, as the loader makes them. */
function batch(N: number, V: number) {
  const tokens = Array.from({ length: N }, (_, n) => randomInteger(3, 0, n, V));
  const order = [...tokens.keys()].sort((a, b) => tokens[a]! - tokens[b]! || a - b);
  const rowStart = Array.from({ length: V + 1 }, (_, v) => tokens.filter((token) => token < v).length);
  return { tokens, order, rowStart };
}

describe('embedding', () => {
  it.each([
    [1, 4, 4],
    [50, 7, 12], // every row several times
    [9, 300, 8], // most rows never
    [90, 3, 12], // more positions than strips
  ])('N=%i V=%i D=%i', (N, V, D) => {
    const { tokens, order, rowStart } = batch(N, V);
    return checkOp({
      inputs: {
        weight: { shape: [V, D], role: 'parameter' },
        tokens: { shape: [N], dtype: 'u32', value: (i) => tokens[i]! },
        rowStart: { shape: [V + 1], dtype: 'u32', value: (i) => rowStart[i]! },
        order: { shape: [N], dtype: 'u32', value: (i) => order[i]! },
      },
      record: (g, t) => embedding(g, t.weight!, t.tokens!, { rowStart: t.rowStart!, order: t.order! }),
    });
  });

  it('works past 65,535 workgroups in a row', async () => {
    // 65,536 rows of 260 columns are 66,560 workgroups of 64 vec4: two dimensions are needed.
    const [N, D] = [65536, 260];
    expect((N * D) / 4 / 64).toBeGreaterThan(65535);
    await checkOp({
      inputs: {
        weight: { shape: [4, D], role: 'parameter' },
        tokens: { shape: [N], dtype: 'u32', value: (i) => (i * 7 + (i >> 8)) % 4 },
      },
      record: (g, t) => embedding(g, t.weight!, t.tokens!),
      differentiate: [],
      forwardOnly: true,
      // How workgroups are laid out is the same in all.
      contexts: [{ quads: true, software: true }],
    });
  });
});
