import forwardWgsl from '../../../shaders/llama/bias.wgsl?raw';
import backwardWgsl from '../../../shaders/llama/biasBackward.wgsl?raw';
import type { Graph, Op, Tensor } from '../../graph/graph.ts';
import { expectShape, expectVec4 } from '../../graph/graph.ts';
import { foldWorkgroups, read, write } from '../../graph/kernel.ts';
import { invocationsOf, wideGroups } from '../lanes.ts';
import { stripsOf } from '../strips.ts';

interface Attributes {
  N: number;
  O: number;
}

/** y = x + bias, row by row: x (N, O), bias (O) → (N, O). */
export function addBias(g: Graph, x: Tensor, bias: Tensor): Tensor {
  const [N, O] = x.shape as [number, number];
  expectShape('addBias', bias, [O], x);
  expectVec4('addBias', `the width of ${x.name}`, O);
  return g.node(addBiasOp, [x, bias], [{ name: `${x.name} + bias`, shape: [N, O], dtype: x.dtype }], { N, O })[0]!;
}

export const addBiasOp: Op<Attributes> = {
  name: 'addBias',
  twin: ([x, bias], { attributes: { O } }) => [x!.map((value, i) => value + bias![i % O]!)],
  kernels: ({ inputs: [x, bias], outputs: [y], attributes: { N, O } }) => [
    {
      source: forwardWgsl,
      entryPoint: 'addBias',
      bindings: [read(x!), read(bias!), write(y!)],
      uniforms: [N, O / 4],
      types: { stored: x!.dtype },
      workgroups: foldWorkgroups(Math.ceil((N * O) / 4 / 64)),
    },
  ],
  backward({ graph, node: { inputs, attributes }, gradients: [dy] }) {
    const { gradient, accumulate } = graph.claimGradient(inputs[1]!);
    graph.node(biasGradientOp, [dy!], [gradient], { ...attributes, accumulate });
    return [{ share: dy! }, undefined];
  },
};

/** dbias (+)= Σ_rows dy: dy (N, O) → (O). */
export const biasGradientOp: Op<Attributes & { accumulate: boolean }> = {
  name: 'biasGradient',
  twin: ([dy], { attributes: { O } }) => {
    const dbias = new Float64Array(O);
    dy!.forEach((value, i) => (dbias[i % O]! += value));
    return [dbias];
  },
  kernels({ inputs: [dy], outputs: [dbias], attributes: { N, O, accumulate } }, context) {
    const invocations = invocationsOf(context);
    const strips = wideGroups(context) ? invocations : 1;
    return [
      {
        source: `const INVOCATIONS = ${invocations}u;\n${stripsOf(strips)}${backwardWgsl}`,
        entryPoint: 'biasGradient',
        bindings: [read(dy!), write(dbias!)],
        uniforms: [N, O / 4, accumulate || context.accumulating ? 1 : 0],
        types: { stored: dy!.dtype },
        workgroups: foldWorkgroups(Math.ceil(((O / 4) * strips) / invocations)),
      },
    ];
  },
};
