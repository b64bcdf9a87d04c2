/** Products that are larger than a run of inner steps, a block and what is packed at once: where sums and blocks meet. */
import { describe, expect, it } from 'vitest';
import { interpret } from '../../src/graph/interpret.ts';
import { knownAnswer } from '../../src/ops/matmul/trial.ts';
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

it.each(['nt', 'nn', 'tn'] as const)('the twin of a product gives the known answer, %s', (layout) => {
  const { graph, inputs, values, output, accepts } = knownAnswer(layout);
  const given = new Map(inputs.map((input, i) => [input, Float64Array.from(values[i]!)]));
  expect(accepts(Float32Array.from(interpret(graph, given).get(output)!))).toBe(true);
});
