import type { Graph, Op, Tensor } from '../graph/graph.ts';
import { expectShape, expectVec4 } from '../graph/graph.ts';
import { epilogue, matmul } from './matmul/matmul.ts';
import { plusOptional, timesMatrix, timesTransposed, transposedTimes } from './doubles.ts';

interface Attributes {
  N: number;
  I: number;
  O: number;
}

/**
 * y = x Wᵀ (+ residual), a linear layer without bias. x (N, I), weight (O, I), residual (N, O) → (N, O).
 * I and O are multiples of 4. The residual is added in the product's own kernel.
 */
export function linear(g: Graph, x: Tensor, weight: Tensor, residual?: Tensor): Tensor {
  const [N, I] = x.shape as [number, number];
  const O = weight.shape[0]!;
  expectShape('linear', weight, [null, I], x);
  if (residual) expectShape('linear', residual, [N, O], weight);
  expectVec4('linear', `the width of ${x.name}`, I);
  expectVec4('linear', `the width of ${weight.name}`, O);
  const inputs = residual ? [x, weight, residual] : [x, weight];
  return g.node(linearOp, inputs, [{ name: `${weight.name} x`, shape: [N, O], dtype: x.dtype }], { N, I, O })[0]!;
}

export const linearOp: Op<Attributes> = {
  name: 'linear',
  twin: ([x, w, residual], { attributes: { N, I, O } }) => [plusOptional(timesTransposed(x!, w!, N, I, O), residual)],
  kernels({ inputs: [x, weight, residual], outputs: [y], attributes: { N, I, O } }, context) {
    return matmul(context, {
      layout: 'nt',
      a: x!,
      b: weight!,
      c: y!,
      M: N,
      N: O,
      K: I,
      epilogue: residual ? epilogue.add : epilogue.write,
      aux: residual,
    });
  },
  backward({ graph, node, gradients: [dy], partial: [dxSoFar] }) {
    const [x, weight, residual] = node.inputs as [Tensor, Tensor, Tensor | undefined];
    weightGradient(graph, weight, x, dy!);
    const dx = inputGradient(graph, x, weight, dy!, dxSoFar);
    // The residual's gradient is dy itself: no kernel.
    return [{ total: dx }, undefined, residual && { share: dy! }];
  },
};

/** Records dx = dy W (+ partial): dy (N, O), weight (O, I) → (N, I). */
export function inputGradient(g: Graph, x: Tensor, weight: Tensor, dy: Tensor, partial?: Tensor): Tensor {
  const attributes = { N: dy.shape[0]!, O: weight.shape[0]!, I: weight.shape[1]! };
  const inputs = partial ? [dy, weight, partial] : [dy, weight];
  return g.node(inputGradientOp, inputs, [{ name: `d ${x.name}`, shape: x.shape, dtype: x.dtype }], attributes)[0]!;
}

export const inputGradientOp: Op<Attributes> = {
  name: 'linearInputGradient',
  twin: ([dy, w, partial], { attributes: { N, I, O } }) => [plusOptional(timesMatrix(dy!, w!, N, O, I), partial)],
  kernels({ inputs: [dy, weight, partial], outputs: [dx], attributes: { N, I, O } }, context) {
    return matmul(context, {
      layout: 'nn',
      a: dy!,
      b: weight!,
      c: dx!,
      M: N,
      N: I,
      K: O,
      epilogue: partial ? epilogue.add : epilogue.write,
      aux: partial,
    });
  },
};

/** Records dW (+)= dyᵀ x: dy (N, O), x (N, I) → the gradient of weight (O, I). */
export function weightGradient(g: Graph, weight: Tensor, x: Tensor, dy: Tensor): void {
  const { gradient, accumulate } = g.claimGradient(weight);
  const [O, I] = weight.shape as [number, number];
  g.node(weightGradientOp, [dy, x], [gradient], { N: x.shape[0]!, I, O, accumulate });
}

export const weightGradientOp: Op<Attributes & { accumulate: boolean }> = {
  name: 'linearWeightGradient',
  twin: ([dy, x], { attributes: { N, I, O } }) => [transposedTimes(dy!, x!, N, O, I)],
  kernels({ inputs: [dy, x], outputs: [dW], attributes: { N, I, O, accumulate } }, context) {
    return matmul(context, {
      layout: 'tn',
      a: dy!,
      b: x!,
      c: dW!,
      M: O,
      N: I,
      K: N,
      epilogue: accumulate || context.accumulating ? epilogue.accumulate : epilogue.write,
    });
  },
};
