import columnMaxWgsl from '../../shaders/columnMax.wgsl?raw';
import type { Graph, Op, Tensor } from '../graph/graph.ts';
import { read, write } from '../graph/kernel.ts';

/** highest[c] = max over n of x[n, c]. x (N, C) → (C). */
export function columnMax(g: Graph, x: Tensor): Tensor {
  const [N, C] = x.shape as [number, number];
  return g.node(columnMaxOp, [x], [{ name: `highest ${x.name}`, shape: [C] }], { N, C })[0]!;
}

export const columnMaxOp: Op<{ N: number; C: number }> = {
  name: 'columnMax',
  twin: ([x], { attributes: { N, C } }) => [
    new Float64Array(C).map((_, c) => Math.max(...Array.from({ length: N }, (_, n) => x![n * C + c]!))),
  ],
  kernels({ inputs: [x], outputs: [highest], attributes: { N, C } }) {
    return [
      {
        source: columnMaxWgsl,
        entryPoint: 'columnMax',
        bindings: [read(x!), write(highest!)],
        uniforms: [N, C],
        types: { stored: x!.dtype },
        workgroups: [Math.ceil(C / 64), 1, 1],
      },
    ];
  },
};
