import { describe, it } from 'vitest';
import { linear } from '../../src/ops/linear.ts';
import { checkOp } from './checkOp.ts';
import { checkLinear, checkMlp } from './products.ts';

describe('linear', () => {
  // One row, a row count that fills no tile, columns beyond one tile, and inner sizes of one vec4.
  it.each([
    [1, 4, 4],
    [7, 20, 12],
    [33, 48, 36],
    [65, 8, 132],
  ])('N=%i I=%i O=%i', (N, I, O) => checkLinear(N, I, O));

  it('adds a residual and hands its gradient on', () => checkLinear(19, 8, 24, { residual: true }));

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
  ])('N=%i D=%i F=%i', (N, D, F) => checkMlp(N, D, F));
});
