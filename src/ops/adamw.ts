import adamwWgsl from '../../shaders/adamw.wgsl?raw';
import badWgsl from '../../shaders/lib/bad.wgsl?raw';
import type { Graph, Op, Tensor } from '../graph/graph.ts';
import { f32Bits, foldWorkgroups, read, write } from '../graph/kernel.ts';
import { MOST_REGIONS, type Region } from '../graph/pool.ts';
import { ringColumn, updateCode } from '../recipe/measurements.ts';
import { ringWgsl } from './gradientNorm.ts';

interface Attributes {
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** Parts of the pools with factors of lr, ε and λ; at most `MOST_REGIONS`. */
  regions: readonly Region[];
}

/**
 * One AdamW step over the pools (Loshchilov & Hutter): w −= lr·(m̂ / (√v̂ + ε) + λ·w), decay decoupled; lr, ε and λ times their region's
 * factors. gradients, weights, moments1, moments2 (P); controls (4) = lr, 1/(1−β1ᵗ), 1/(1−β2ᵗ), ring row; clip (4);
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
  twin: ([gradients, controls, clip], { outputs, attributes }, found) => {
    const { beta1, beta2, epsilon, weightDecay, regions } = attributes;
    const [weights, moments1, moments2, ring] = found.before.map((value) => value!.slice());
    const changed = [weights!, moments1!, moments2!];
    const [lr, c1, c2, row] = controls!;
    if (clip![0] === 0) return [...changed, ring!];
    for (let i = 0; i < gradients!.length; i += 4) {
      const region = regions.find(({ end }) => i < end)!;
      const next = changed.map((pool) => pool.slice(i, i + 4));
      const [w, m, v] = next;
      for (let j = 0; j < 4; j++) {
        const g = gradients![i + j]! * clip![0]!;
        m![j] = beta1 * m![j]! + (1 - beta1) * g;
        v![j] = beta2 * v![j]! + (1 - beta2) * g * g;
        const update = (m![j]! * c1!) / (Math.sqrt(v![j]! * c2!) + epsilon * region.epsilon);
        w![j]! -= lr! * region.rate * (update + weightDecay * region.decay * w![j]!);
      }
      if (next.every((vector) => vector.every(Number.isFinite))) {
        next.forEach((vector, pool) => changed[pool]!.set(vector, i));
      } else ring![outputs[3]!.shape[1]! * row! + ringColumn('update')] = updateCode('partial');
    }
    return [...changed, ring!];
  },
  kernels({ inputs: [gradients, controls, clip], outputs: [weights, moments1, moments2, ring], attributes }) {
    const { beta1, beta2, epsilon, weightDecay, regions } = attributes;
    // What is beyond the last region is never asked for.
    const four = Array.from({ length: MOST_REGIONS }, (_, i) => regions[i] ?? regions.at(-1)!);
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
          ...[vectors, f32Bits(beta1), f32Bits(beta2), ring!.shape[1]!],
          ...four.map(({ end }) => end / 4),
          ...four.flatMap(({ rate, epsilon: e, decay }) => [rate, epsilon * e, weightDecay * decay, 0].map(f32Bits)),
        ],
        workgroups: foldWorkgroups(Math.ceil(vectors / 64)),
      },
    ];
  },
};
