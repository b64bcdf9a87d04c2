import type { Graph, Op, Tensor } from '../graph/graph.ts';
import { expectShape, expectVec4 } from '../graph/graph.ts';
import { inputGradient, weightGradient } from './linear.ts';
import { epilogue, matmul } from './matmul/matmul.ts';
import { plusOptional, timesMatrix, timesTransposed } from './doubles.ts';

interface Attributes {
  N: number;
  D: number;
  F: number;
}

/**
 * y = W_down · max(W_up x, 0)² + residual: Nemotron's squared-ReLU MLP, no gate, no bias (papers.md §5.1).
 * x (N, D), up (F, D), down (D, F), residual (N, D) → (N, D).
 *
 * Only a = max(u, 0)² is kept, not u: the derivative 2·max(u, 0) is 2·√a. Squaring, its derivative and the residual sum are
 * epilogues of the products, so the MLP is two dispatches forward and four backward.
 */
export function squaredReluMlp(g: Graph, x: Tensor, up: Tensor, down: Tensor, residual: Tensor): Tensor {
  const [N, D] = x.shape as [number, number];
  const F = up.shape[0]!;
  expectShape('squaredReluMlp', up, [null, D], x);
  expectShape('squaredReluMlp', down, [D, F], up);
  expectShape('squaredReluMlp', residual, [N, D], x);
  expectVec4('squaredReluMlp', 'hidden_size', D);
  expectVec4('squaredReluMlp', 'intermediate_size', F);
  const dtype = x.dtype;
  const [y] = g.node(
    mlpOp,
    [x, up, down, residual],
    [
      { name: `${down.name} x`, shape: [N, D], dtype },
      { name: `relu²(${up.name} x)`, shape: [N, F], dtype },
    ],
    { N, D, F },
  );
  return y!;
}

export const mlpOp: Op<Attributes> = {
  name: 'squaredReluMlp',
  twin: ([x, up, down, residual], { attributes: { N, D, F } }) => {
    const a = timesTransposed(x!, up!, N, D, F).map((u) => Math.max(u, 0) ** 2);
    return [plusOptional(timesTransposed(a, down!, N, F, D), residual), a];
  },
  kernels({ inputs: [x, up, down, residual], outputs: [y, a], attributes: { N, D, F } }, context) {
    return [
      ...matmul(context, { layout: 'nt', a: x!, b: up!, c: a!, M: N, N: F, K: D, epilogue: epilogue.squaredRelu }),
      ...matmul(context, {
        layout: 'nt',
        a: a!,
        b: down!,
        c: y!,
        M: N,
        N: D,
        K: F,
        epilogue: epilogue.add,
        aux: residual,
      }),
    ];
  },
  backward({ graph: g, node, gradients: [dy], partial: [dxSoFar] }) {
    const [x, up, down] = node.inputs as [Tensor, Tensor, Tensor];
    const a = node.outputs[1]!;
    const [du] = g.node(
      squaredReluGradientOp,
      [dy!, down, a],
      [{ name: `d ${up.name} x`, shape: a.shape, dtype: a.dtype }],
      node.attributes,
    );
    weightGradient(g, down, a, dy!);
    weightGradient(g, up, x, du!);
    const dx = inputGradient(g, x, up, du!, dxSoFar);
    return [{ total: dx }, undefined, undefined, { share: dy! }];
  },
};

/** du = (dy W_down) ⊙ 2√a: dy (N, D), down (D, F), a (N, F) → (N, F). */
export const squaredReluGradientOp: Op<Attributes> = {
  name: 'squaredReluGradient',
  twin: ([dy, down, a], { attributes: { N, D, F } }) => [
    timesMatrix(dy!, down!, N, D, F).map((da, i) => da * 2 * Math.sqrt(a![i]!)),
  ],
  kernels({ inputs: [dy, down, a], outputs: [du], attributes: { N, D, F } }, context) {
    return matmul(context, {
      layout: 'nn',
      a: dy!,
      b: down!,
      c: du!,
      M: N,
      N: F,
      K: D,
      epilogue: epilogue.squaredReluGradient,
      aux: a,
    });
  },
};
