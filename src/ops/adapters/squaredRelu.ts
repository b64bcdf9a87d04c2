import squaredReluWgsl from '../../../shaders/adapters/squaredRelu.wgsl?raw';
import type { Graph, Op, Tensor } from '../../graph/graph.ts';
import { expectVec4 } from '../../graph/graph.ts';
import { foldWorkgroups, read, write } from '../../graph/kernel.ts';

interface Attributes {
  /** Vectors of four elements. */
  vectors: number;
}

/** y = max(x, 0)², where it is no product's epilogue (mlp.ts): behind a matrix with an adapter. x (N, F) → (N, F). */
export function squaredRelu(g: Graph, x: Tensor): Tensor {
  const [N, F] = x.shape as [number, number];
  expectVec4('squaredRelu', `the width of ${x.name}`, F);
  const attributes = { vectors: (N * F) / 4 };
  return g.node(squaredReluOp, [x], [{ name: `relu²(${x.name})`, shape: x.shape, dtype: x.dtype }], attributes)[0]!;
}

const groupsOf = ({ vectors }: Attributes) => foldWorkgroups(Math.ceil(vectors / 64));

export const squaredReluOp: Op<Attributes> = {
  name: 'squaredReluOf',
  twin: ([x]) => [x!.map((value) => Math.max(value, 0) ** 2)],
  kernels: ({ inputs: [x], outputs: [y], attributes }) => [
    {
      source: squaredReluWgsl,
      entryPoint: 'squaredRelu',
      bindings: [read(x!), write(y!)],
      uniforms: [attributes.vectors],
      types: { stored: x!.dtype },
      workgroups: groupsOf(attributes),
    },
  ],
  backward({ graph, node: { inputs, outputs, attributes }, gradients: [dy] }) {
    const x = inputs[0]!;
    const made = [{ name: `d ${x.name}`, shape: x.shape, dtype: x.dtype }];
    return [{ share: graph.node(squaredReluOfGradientOp, [outputs[0]!, dy!], made, attributes)[0]! }];
  },
};

/** dx = dy·2√y: y says of x what the derivative 2·max(x, 0) needs. */
export const squaredReluOfGradientOp: Op<Attributes> = {
  name: 'squaredReluOfGradient',
  twin: ([y, dy]) => [dy!.map((d, i) => 2 * d * Math.sqrt(y![i]!))],
  kernels: ({ inputs: [y, dy], outputs: [dx], attributes }) => [
    {
      source: squaredReluWgsl,
      entryPoint: 'squaredReluGradient',
      bindings: [read(y!), write(dx!), read(dy!)],
      uniforms: [attributes.vectors],
      types: { stored: y!.dtype },
      workgroups: groupsOf(attributes),
    },
  ],
};
