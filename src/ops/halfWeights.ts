import halfWgsl from '../../shaders/half.wgsl?raw';
import type { Graph, Op, Tensor } from '../graph/graph.ts';
import { foldWorkgroups, read, write } from '../graph/kernel.ts';
import type { PoolLayout } from '../graph/pool.ts';

/**
 * Records one dispatch that stores all parameters as f16 for the rest of the replay; the function returned gives the copy of a
 * parameter. The f32 pool stays what is trained (Micikevicius et al. 2018, §3.1: master weights). `layout` must be aligned for f16.
 */
export function halfWeights(g: Graph, layout: PoolLayout): (parameter: Tensor) => Tensor {
  const weights = g.pool('parameters', layout.elements);
  const [half] = g.node(halfOp, [weights], [{ name: 'f16 weights', shape: [layout.elements], dtype: 'f16' }], {});
  return (parameter) => g.copyOf(parameter, half!, layout.slices.get(parameter.name)!.offset);
}

/** half = values, rounded: values (P) f32 → (P) f16. P is a multiple of 4. */
export const halfOp: Op = {
  name: 'halfWeights',
  // The twin knows no storage types.
  twin: ([weights]) => [weights!],
  kernels({ inputs: [values], outputs: [half] }) {
    const vectors = values!.size / 4;
    return [
      {
        source: halfWgsl,
        entryPoint: 'toHalf',
        bindings: [read(values!), write(half!)],
        uniforms: [vectors],
        types: { stored: half!.dtype },
        workgroups: foldWorkgroups(Math.ceil(vectors / 64)),
      },
    ];
  },
};
