import badWgsl from '../../shaders/lib/bad.wgsl?raw';
import tensorNormsWgsl from '../../shaders/tensorNorms.wgsl?raw';
import type { Graph, Op, Tensor } from '../graph/graph.ts';
import { f32Bits, read, write } from '../graph/kernel.ts';

interface Attributes {
  epsilon: number;
  weightDecay: number;
  /** Elements of the pools before this index are decayed. */
  decayed: number;
}

/**
 * What the step just taken did to every slice: [Σ g², Σ w², Σ Δw², vectors of g that are not finite], g before clipping and without loss scale, w after
 * the update, Δw the update itself. slices (S, 2) u32: first element / 4 and elements / 4; controls (4) and clip (4) as that
 * step had them; gradients, weights, moments1, moments2 (P) → (S, 4). Reads the pools and writes none of them.
 */
export function tensorNorms(
  g: Graph,
  slices: Tensor,
  controls: Tensor,
  clip: Tensor,
  pools: { gradients: Tensor; weights: Tensor; moments1: Tensor; moments2: Tensor },
  attributes: Attributes,
): Tensor {
  const inputs = [slices, controls, clip, pools.gradients, pools.weights, pools.moments1, pools.moments2];
  return g.node(tensorNormsOp, inputs, [{ name: 'tensor norms', shape: [slices.shape[0]!, 4] }], attributes)[0]!;
}

export const tensorNormsOp: Op<Attributes> = {
  name: 'tensorNorms',
  twin: ([slices, controls, clip, gradients, weights, moments1, moments2], { attributes }) => {
    const { epsilon, weightDecay, decayed } = attributes;
    const [rate, c1, c2] = controls!;
    const lr = clip![0] === 0 ? 0 : rate!;
    const norms = new Float64Array(2 * slices!.length);
    for (let s = 0; 2 * s < slices!.length; s++) {
      for (let i = 4 * slices![2 * s]!; i < 4 * (slices![2 * s]! + slices![2 * s + 1]!); i++) {
        const u = (moments1![i]! * c1!) / (Math.sqrt(moments2![i]! * c2!) + epsilon);
        const decay = i < decayed ? weightDecay : 0;
        const before = (weights![i]! + lr * u) / (1 - lr * decay);
        norms[4 * s]! += (gradients![i]! * clip![2]!) ** 2;
        norms[4 * s + 1]! += weights![i]! ** 2;
        norms[4 * s + 2]! += (weights![i]! - before) ** 2;
      }
    }
    return [norms];
  },
  kernels({ inputs, outputs: [norms], attributes: { epsilon, weightDecay, decayed } }) {
    return [
      {
        source: badWgsl + tensorNormsWgsl,
        entryPoint: 'tensorNorms',
        bindings: [...inputs.map(read), write(norms!)],
        uniforms: [decayed / 4, f32Bits(epsilon), f32Bits(weightDecay)],
        workgroups: [norms!.shape[0]!, 1, 1],
      },
    ];
  },
};
