/** What Llama's layers do besides products and attention; and a constant factor. */
import { describe, it } from 'vitest';
import { linear } from '../../src/ops/linear.ts';
import { addBias } from '../../src/ops/llama/bias.ts';
import { rmsNorm } from '../../src/ops/llama/rmsNorm.ts';
import { swiglu } from '../../src/ops/llama/swiglu.ts';
import { squaredRelu } from '../../src/ops/adapters/squaredRelu.ts';
import { scaled } from '../../src/ops/adapters/scale.ts';
import { checkOp } from './checkOp.ts';

const vector = (D: number) => ({ shape: [D], role: 'parameter' as const });

describe('rmsNorm', () => {
  it.each([
    [1, 4],
    [67, 132], // rows beyond one workgroup, chunks beyond one, columns beyond one group
    [300, 20], // more rows than strips of a column
    [3, 1028], // one vec4 more than the lanes of the widest row
  ])('N=%i D=%i', (N, D) =>
    checkOp({
      inputs: { x: { shape: [N, D] }, weight: vector(D) },
      record: (g, { x, weight }) => rmsNorm(g, x!, weight!, 1e-5),
    }),
  );

  it('adds the gradient of a residual in its own kernel', () =>
    checkOp({
      inputs: { x: { shape: [9, 16] }, weight: vector(16), up: { shape: [16, 16], role: 'parameter' } },
      record: (g, { x, weight, up }) => linear(g, rmsNorm(g, x!, weight!, 1e-5), up!, x!),
    }));
});

describe('swiglu', () => {
  it.each([
    [1, 4],
    [67, 132],
  ])('N=%i F=%i', (N, F) => checkOp({ inputs: { x: { shape: [N, 2 * F] } }, record: (g, { x }) => swiglu(g, x!) }));

  it('is 0 and the gate itself far from 0', () =>
    checkOp({ inputs: { x: { shape: [3, 8], value: (i) => 300 - 30 * i } }, record: (g, { x }) => swiglu(g, x!) }));
});

describe('squaredRelu', () => {
  it.each([
    [1, 4],
    [67, 132],
  ])('N=%i F=%i', (N, F) => checkOp({ inputs: { x: { shape: [N, F] } }, record: (g, { x }) => squaredRelu(g, x!) }));
});

describe('a bias', () => {
  it.each([
    [1, 4],
    [300, 132],
  ])('N=%i O=%i', (N, O) =>
    checkOp({
      inputs: { x: { shape: [N, O] }, bias: vector(O) },
      record: (g, { x, bias }) => addBias(g, x!, bias!),
    }),
  );
});

it('scaled by a constant', () =>
  checkOp({ inputs: { x: { shape: [7, 12] } }, record: (g, { x }) => scaled(g, x!, 1.5) }));
