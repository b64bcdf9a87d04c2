import ringColumnWgsl from '../../shaders/ringColumn.wgsl?raw';
import type { Graph, Op, Tensor } from '../graph/graph.ts';
import { read, write } from '../graph/kernel.ts';

interface Attributes {
  column: number;
  width: number;
}

/** Writes value (1) into a column of the step's row of the ring (rows, width); controls (4), whose last is the row. In phase 'update'. */
export function writeRing(g: Graph, value: Tensor, controls: Tensor, ring: Tensor, column: number): void {
  g.node(ringColumnOp, [value, controls], [ring], { column, width: ring.shape[1]! });
}

export const ringColumnOp: Op<Attributes> = {
  name: 'ringColumn',
  twin([value, controls], { attributes: { column, width } }, { before }) {
    const ring = before[0]!.slice();
    ring[controls![3]! * width + column] = value![0]!;
    return [ring];
  },
  kernels: ({ inputs: [value, controls], outputs: [ring], attributes: { column, width } }) => [
    {
      source: ringColumnWgsl,
      entryPoint: 'ringColumn',
      bindings: [read(value!), read(controls!), write(ring!)],
      uniforms: [column, width],
      workgroups: [1, 1, 1],
    },
  ],
};
