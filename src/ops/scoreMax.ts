import scoreMaxWgsl from '../../shaders/scoreMax.wgsl?raw';
import { expectShape, type Graph, type Op, type Tensor } from '../graph/graph.ts';
import { foldWorkgroups, read, write } from '../graph/kernel.ts';
import type { AttentionShape } from './attention/attention.ts';
import { dotProduct, headOf } from './attention/heads.ts';

/**
 * The largest score q·k/√d over the keys that a query sees: what its softmax works on. rotated (N, (H + K)·d) and statistics
 * (N, H, 2) as attention makes them → (N, H).
 */
export function scoreMax(g: Graph, rotated: Tensor, statistics: Tensor, shape: AttentionShape): Tensor {
  const { B, T, H, K, d } = shape;
  const N = B * T;
  expectShape('scoreMax', rotated, [N, (H + K) * d]);
  expectShape('scoreMax', statistics, [N, H, 2], rotated);
  return g.node(scoreMaxOp, [rotated, statistics], [{ name: `scores of ${rotated.name}`, shape: [N, H] }], shape)[0]!;
}

export const scoreMaxOp: Op<AttentionShape> = {
  name: 'scoreMax',
  twin: ([rotated, statistics], { attributes }) => {
    const { B, T, H, K, d } = attributes;
    const highest = new Float64Array(B * T * H);
    for (let n = 0; n < B * T; n++)
      for (let head = 0; head < H; head++) {
        const keyHead = H + Math.floor(head / (H / K));
        const query = headOf(rotated!, H + K, n, head, d);
        const [first, t] = [statistics![2 * (n * H + head) + 1]!, n % T];
        const scores = Array.from({ length: t + 1 - first }, (_, s) =>
          dotProduct(query, headOf(rotated!, H + K, n - t + first + s, keyHead, d)),
        );
        highest[n * H + head] = Math.max(...scores);
      }
    return [highest];
  },
  kernels({ inputs: [rotated, statistics], outputs: [highest], attributes: { B, T, H, K, d } }) {
    return [
      {
        source: scoreMaxWgsl,
        entryPoint: 'scoreMax',
        bindings: [read(rotated!), read(statistics!), write(highest!)],
        uniforms: [B * T, T, H, K, d / 4],
        types: { stored: rotated!.dtype },
        workgroups: foldWorkgroups(Math.ceil((B * T * H) / 64)),
        flops: B * H * d * T * (T + 1),
      },
    ];
  },
};
