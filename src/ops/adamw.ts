import adamwWgsl from '../../shaders/adamw.wgsl?raw';
import badWgsl from '../../shaders/lib/bad.wgsl?raw';
import type { Graph, Op, Tensor } from '../graph/graph.ts';
import { f32Bits, foldWorkgroups, read, write } from '../graph/kernel.ts';
import { ringWgsl } from './gradientNorm.ts';

interface Attributes {
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** Elements of the pools before this index are decayed. */
  decayed: number;
}

/**
 * One AdamW step over the pools (Loshchilov & Hutter): w −= lr·(m̂ / (√v̂ + ε) + λ·w), decay decoupled and only on the first
 * `decayed` elements. gradients, weights, moments1, moments2 (P); controls (4) = lr, 1/(1−β1ᵗ), 1/(1−β2ᵗ), ring row; clip (4);
 * ring (rows, width), whose row calls the update partial where an element would not have been finite and was left as it is.
 */
export function adamw(
  g: Graph,
  pools: { gradients: Tensor; weights: Tensor; moments1: Tensor; moments2: Tensor },
  controls: Tensor,
  clip: Tensor,
  ring: Tensor,
  attributes: Attributes,
): void {
  g.node(adamwOp, [pools.gradients, controls, clip], [pools.weights, pools.moments1, pools.moments2, ring], attributes);
}

export const adamwOp: Op<Attributes> = {
  name: 'adamw',
  kernels({ inputs: [gradients, controls, clip], outputs: [weights, moments1, moments2, ring], attributes }) {
    const { beta1, beta2, epsilon, weightDecay, decayed } = attributes;
    const vectors = gradients!.size / 4;
    return [
      {
        source: badWgsl + ringWgsl + adamwWgsl,
        entryPoint: 'adamw',
        bindings: [
          read(gradients!),
          read(controls!),
          read(clip!),
          write(weights!),
          write(moments1!),
          write(moments2!),
          write(ring!),
        ],
        uniforms: [
          vectors,
          decayed / 4,
          f32Bits(beta1),
          f32Bits(beta2),
          f32Bits(epsilon),
          f32Bits(weightDecay),
          ring!.shape[1]!,
        ],
        workgroups: foldWorkgroups(Math.ceil(vectors / 64)),
      },
    ];
  },
};
