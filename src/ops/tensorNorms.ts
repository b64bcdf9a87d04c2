import badWgsl from '../../shaders/lib/bad.wgsl?raw';
import tensorNormsWgsl from '../../shaders/tensorNorms.wgsl?raw';
import type { Graph, Op, Tensor } from '../graph/graph.ts';
import { read, write } from '../graph/kernel.ts';

/** Words of a slice: first element / 4 and elements / 4 (u32), factor of lr, ε and λ (f32). */
export const SLICE_WORDS = 5;

type Attributes = Record<string, never>;

/**
 * What the step just taken did to every slice: [Σ g², Σ w², Σ Δw², vectors of g that are not finite], g before clipping and without loss scale, w after
 * the update, Δw the update itself. slices (S, SLICE_WORDS) u32; controls (4) and clip (4) as that
 * step had them; gradients, weights, moments1, moments2 (P) → (S, 4). Reads the pools and writes none of them.
 */
export function tensorNorms(
  g: Graph,
  slices: Tensor,
  controls: Tensor,
  clip: Tensor,
  pools: { gradients: Tensor; weights: Tensor; moments1: Tensor; moments2: Tensor },
): Tensor {
  const inputs = [slices, controls, clip, pools.gradients, pools.weights, pools.moments1, pools.moments2];
  return g.node(tensorNormsOp, inputs, [{ name: 'tensor norms', shape: [slices.shape[0]!, 4] }], {})[0]!;
}

export const tensorNormsOp: Op<Attributes> = {
  name: 'tensorNorms',
  twin: ([slices, controls, clip, gradients, weights, moments1, moments2]) => {
    const [rate, c1, c2] = controls!;
    const count = slices!.length / SLICE_WORDS;
    const norms = new Float64Array(4 * count);
    for (let s = 0; s < count; s++) {
      const words = Uint32Array.from(slices!.slice(SLICE_WORDS * s, SLICE_WORDS * (s + 1)));
      const [first, vectors] = words;
      const [, , scale, epsilon, decay] = new Float32Array(words.buffer);
      const lr = clip![0] === 0 ? 0 : rate! * scale!;
      for (let i = 4 * first!; i < 4 * (first! + vectors!); i++) {
        const u = (moments1![i]! * c1!) / (Math.sqrt(moments2![i]! * c2!) + epsilon!);
        const before = (weights![i]! + lr * u) / (1 - lr * decay!);
        norms[4 * s]! += (gradients![i]! * clip![2]!) ** 2;
        norms[4 * s + 1]! += weights![i]! ** 2;
        norms[4 * s + 2]! += (weights![i]! - before) ** 2;
      }
    }
    return [norms];
  },
  kernels({ inputs, outputs: [norms] }) {
    return [
      {
        source: badWgsl + tensorNormsWgsl,
        entryPoint: 'tensorNorms',
        bindings: [...inputs.map(read), write(norms!)],
        uniforms: [],
        workgroups: [norms!.shape[0]!, 1, 1],
      },
    ];
  },
};
