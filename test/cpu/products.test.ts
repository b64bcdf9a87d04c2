/** Products that are larger than a run of inner steps, a block and what is packed at once: where sums and blocks meet. */
import { describe, it } from 'vitest';
import { checkLinear, checkMlp } from '../ops/products.ts';

describe('products on the processor', () => {
  // Of rows, columns and inner steps one after the other is more than 256 and 128, and none fills its last panel.
  it.each([
    [70, 516, 132],
    [301, 12, 268],
    [3, 300, 20], // fewer rows than a panel
  ])('of %i rows, %i → %i', (N, I, O) => checkLinear(N, I, O, { residual: true, forward: true }));

  it.each([
    [70, 20, 268],
    [2, 264, 12],
  ])('with a squared ReLU, of %i rows, %i → %i', (N, D, F) => checkMlp(N, D, F, { forward: true }));
});
