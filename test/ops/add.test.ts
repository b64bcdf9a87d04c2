import { it } from 'vitest';
import { addOp } from '../../src/ops/add.ts';
import { checkOp } from './checkOp.ts';

// One vector, and more of them than a block of the processor's or a workgroup takes.
it.each([4, 16 * 1025])('the sum of two tensors of %i elements', (n) =>
  checkOp({
    inputs: { a: { shape: [n] }, b: { shape: [n] } },
    record: (g, { a, b }) => g.node(addOp, [a!, b!], [{ name: 'sum', shape: [n] }], {})[0]!,
    forwardOnly: true,
  }),
);
