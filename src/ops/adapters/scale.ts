import scaleWgsl from '../../../shaders/scale.wgsl?raw';
import type { Graph, Op, Tensor } from '../../graph/graph.ts';
import { expectVec4 } from '../../graph/graph.ts';
import { f32Bits, foldWorkgroups, read, write } from '../../graph/kernel.ts';

/** y = factor · x, element by element, any shape of a multiple of 4 elements; the factor is a constant. */
export function scaled(g: Graph, x: Tensor, factor: number): Tensor {
  expectVec4('scale', `the size of ${x.name}`, x.size);
  return g.node(scaleOp, [x], [{ name: `scaled ${x.name}`, shape: x.shape, dtype: x.dtype }], { factor })[0]!;
}

export const scaleOp: Op<{ factor: number }> = {
  name: 'scale',
  twin: ([x], { attributes: { factor } }) => [x!.map((value) => factor * value)],
  kernels({ inputs: [x], outputs: [y], attributes: { factor } }) {
    const vectors = y!.size / 4;
    return [
      {
        source: scaleWgsl,
        entryPoint: 'scaled',
        bindings: [read(x!), write(y!)],
        uniforms: [vectors, f32Bits(factor)],
        types: { stored: y!.dtype },
        workgroups: foldWorkgroups(Math.ceil(vectors / 64)),
      },
    ];
  },
  backward: ({ graph, node, gradients: [dy] }) => [{ share: scaled(graph, dy!, node.attributes.factor) }],
};
