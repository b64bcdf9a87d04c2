/** Products that are larger than a run of inner steps, a block and what is packed at once: where sums and blocks meet. */
import { describe, it } from 'vitest';
import { linear } from '../../src/ops/linear.ts';
import { squaredReluMlp } from '../../src/ops/mlp.ts';
import { checkOp } from '../ops/checkOp.ts';

describe('products on the processor', () => {
  // Of rows, columns and inner steps one after the other is more than 256 and 128, and none fills its last panel.
  it.each([
    [70, 516, 132],
    [301, 12, 268],
    [3, 300, 20], // fewer rows than a panel
  ])('of %i rows, %i → %i', (N, I, O) =>
    checkOp({
      inputs: { x: { shape: [N, I] }, weight: { shape: [O, I], role: 'parameter' }, residual: { shape: [N, O] } },
      record: (g, { x, weight, residual }) => linear(g, x!, weight!, residual!),
      differentiate: [],
    }),
  );

  it.each([
    [70, 20, 268],
    [2, 264, 12],
  ])('with a squared ReLU, of %i rows, %i → %i', (N, D, F) =>
    checkOp({
      inputs: {
        x: { shape: [N, D] },
        up: { shape: [F, D], role: 'parameter' },
        down: { shape: [D, F], role: 'parameter' },
        residual: { shape: [N, D] },
      },
      record: (g, { x, up, down, residual }) => squaredReluMlp(g, x!, up!, down!, residual!),
      differentiate: [],
    }),
  );
});
