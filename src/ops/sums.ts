/** Sums that losses are put together from: over the tokens of each row, and over all micro-batches of a step. */
import meanLossWgsl from '../../shaders/meanLoss.wgsl?raw';
import sumsWgsl from '../../shaders/sums.wgsl?raw';
import type { Graph, Op, Tensor } from '../graph/graph.ts';
import { expectShape } from '../graph/graph.ts';
import { foldWorkgroups, type Kernel, read, write } from '../graph/kernel.ts';
import { oneRow } from './lanes.ts';

interface Rows {
  B: number;
  T: number;
}

/** y[b] = Σ_t weights[b, t] · x[b, t]: x (B·T), weights (B·T) as the batch brings them, without a gradient → (B). */
export function rowSums(g: Graph, x: Tensor, weights: Tensor, B: number): Tensor {
  expectShape('rowSums', weights, [x.size], x);
  if (x.size % B !== 0) throw new Error(`rowSums: ${x.size} values are not ${B} rows of equal length`);
  return g.node(rowSumsOp, [x, weights], [{ name: 'row sums', shape: [B] }], { B, T: x.size / B })[0]!;
}

export const rowSumsOp: Op<Rows> = {
  name: 'rowSums',
  twin: ([x, weights], { attributes: { B, T } }) => [
    new Float64Array(B).map((_, b) =>
      x!.subarray(b * T, (b + 1) * T).reduce((sum, value, t) => sum + value * weights![b * T + t]!, 0),
    ),
  ],
  kernels: ({ inputs: [x, weights], outputs: [y], attributes: { B, T } }) => [
    {
      source: sumsWgsl,
      entryPoint: 'rowSums',
      bindings: [read(x!), read(weights!), write(y!)],
      uniforms: [B, T, 1],
      workgroups: [Math.ceil(B / 64), 1, 1],
    },
  ],
  backward({ graph, node: { inputs, attributes }, gradients: [dy] }) {
    const [x, weights] = inputs as [Tensor, Tensor];
    const [dx] = graph.node(spreadOp, [dy!, weights], [{ name: `d ${x.name}`, shape: x.shape }], attributes);
    return [{ share: dx! }];
  },
};

/** dx[b, t] = dy[b] · weights[b, t]. */
export const spreadOp: Op<Rows> = {
  name: 'spread',
  twin: ([dy, weights], { attributes: { T } }) => [weights!.map((weight, i) => weight * dy![Math.floor(i / T)]!)],
  kernels: ({ inputs: [dy, weights], outputs: [dx], attributes: { B, T } }) => [
    elementwise('spread', [dy!, weights!, dx!], [B, T, 1]),
  ],
};

/**
 * (1), a state: weight · Σ values, over all micro-batches of a step so far: the loss, or a measurement of the step. As a loss it starts the
 * backward chain (d total = 1), times `scale` (4) where gradients carry one (optim/lossScale.ts). values (M); weight (1), as a rule one
 * over how much the whole step counts, or its negative.
 */
export function stepTotal(g: Graph, name: string, values: Tensor, weight: Tensor, scale?: Tensor): Tensor {
  expectShape('stepTotal', weight, [1]);
  const inputs = scale ? [values, weight, scale] : [values, weight];
  return g.node(stepTotalOp, inputs, [g.state(name, [1])], {})[0]!;
}

export const stepTotalOp: Op = {
  name: 'stepTotal',
  twin: ([values, weight], _, { before, accumulating }) => [
    Float64Array.of((accumulating ? before[0]![0]! : 0) + weight![0]! * values!.reduce((sum, value) => sum + value, 0)),
  ],
  kernels: ({ inputs: [values, weight], outputs: [total] }, context) => [
    {
      source: oneRow(context).wgsl + meanLossWgsl,
      entryPoint: 'meanLoss',
      bindings: [read(values!), read(weight!), write(total!), read(weight!)],
      uniforms: [values!.size, context.accumulating ? 1 : 0, 0],
      workgroups: [1, 1, 1],
    },
  ],
  backward({ graph, node }) {
    const [values, ...factors] = node.inputs as [Tensor, Tensor, Tensor?];
    const inputs = factors.filter((factor) => factor !== undefined);
    const [dvalues] = graph.node(sameOp, inputs, [{ name: `d ${values.name}`, shape: values.shape }], {});
    return [{ share: dvalues! }];
  },
};

/** Every element the product of the inputs' first. */
export const sameOp: Op = {
  name: 'same',
  twin: ([weight, scale], { outputs }) => [new Float64Array(outputs[0]!.size).fill(weight![0]! * (scale?.[0] ?? 1))],
  kernels: ({ inputs: [weight, scale], outputs: [dvalues] }) => [
    elementwise('same', [weight!, scale ?? weight!, dvalues!], [dvalues!.size, 1, scale ? 1 : 0]),
  ],
};

function elementwise(entryPoint: string, [a, b, out]: [Tensor, Tensor, Tensor], uniforms: number[]): Kernel {
  return {
    source: sumsWgsl,
    entryPoint,
    bindings: [read(a), read(b), write(out)],
    uniforms,
    workgroups: foldWorkgroups(Math.ceil(out.size / 64)),
  };
}
