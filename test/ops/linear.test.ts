import { describe, it } from 'vitest';
import { linear } from '../../src/ops/linear.ts';
import { squaredReluMlp } from '../../src/ops/mlp.ts';
import { checkOp } from './checkOp.ts';

describe('linear', () => {
  // One row, a row count that fills no tile, columns beyond one tile, and inner sizes of one vec4.
  it.each([
    [1, 4, 4],
    [7, 20, 12],
    [33, 48, 36],
    [65, 8, 132],
  ])('N=%i I=%i O=%i', (N, I, O) =>
    checkOp({
      inputs: { x: { shape: [N, I] }, weight: { shape: [O, I], role: 'parameter' } },
      record: (g, { x, weight }) => linear(g, x!, weight!),
    }),
  );

  it('adds a residual and hands its gradient on', () =>
    checkOp({
      inputs: { x: { shape: [19, 8] }, weight: { shape: [24, 8], role: 'parameter' }, residual: { shape: [19, 24] } },
      record: (g, { x, weight, residual }) => linear(g, x!, weight!, residual!),
    }));

  it('accumulates the gradient of a weight used twice', () =>
    checkOp({
      inputs: { x: { shape: [5, 16] }, weight: { shape: [16, 16], role: 'parameter' } },
      record: (g, { x, weight }) => linear(g, linear(g, x!, weight!), weight!),
    }));
});

describe('squaredReluMlp', () => {
  it.each([
    [1, 4, 8],
    [21, 12, 48],
  ])('N=%i D=%i F=%i', (N, D, F) =>
    checkOp({
      inputs: {
        x: { shape: [N, D] },
        up: { shape: [F, D], role: 'parameter' },
        down: { shape: [D, F], role: 'parameter' },
        residual: { shape: [N, D] },
      },
      record: (g, { x, up, down, residual }) => squaredReluMlp(g, x!, up!, down!, residual!),
    }),
  );
});
