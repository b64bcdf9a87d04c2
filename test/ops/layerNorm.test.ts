import { describe, it } from 'vitest';
import { layerNorm } from '../../src/ops/layerNorm.ts';
import { linear } from '../../src/ops/linear.ts';
import { checkOp } from './checkOp.ts';

const parameters = (D: number) => ({
  weight: { shape: [D], role: 'parameter' as const },
  bias: { shape: [D], role: 'parameter' as const },
});

describe('layerNorm', () => {
  it.each([
    [1, 4],
    [5, 12],
    [67, 132], // rows beyond one workgroup, chunks beyond one, columns beyond one group
    [300, 20], // more rows than strips of a column
    [3, 1028], // one vec4 more than the lanes of the widest row
  ])('N=%i D=%i', (N, D) =>
    checkOp({
      inputs: { x: { shape: [N, D] }, ...parameters(D) },
      record: (g, { x, weight, bias }) => layerNorm(g, x!, weight!, bias!, 1e-5),
    }),
  );

  it('keeps its digits when the mean is far larger than the spread', () =>
    checkOp({
      inputs: { x: { shape: [9, 16], value: (i) => 100 + ((i * 37) % 11) / 4 }, ...parameters(16) },
      record: (g, { x, weight, bias }) => layerNorm(g, x!, weight!, bias!, 1e-5),
    }));

  it('adds the gradient of a residual in its own kernel', () =>
    checkOp({
      inputs: { x: { shape: [9, 16] }, ...parameters(16), up: { shape: [16, 16], role: 'parameter' } },
      record: (g, { x, weight, bias, up }) => linear(g, layerNorm(g, x!, weight!, bias!, 1e-5), up!, x!),
    }));
});
