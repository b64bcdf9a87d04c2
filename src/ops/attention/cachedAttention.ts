/** Attention of one new token a row over the keys and values of the tokens before it, which stay in two states. */
import appendWgsl from '../../../shaders/attention/attentionAppend.wgsl?raw';
import cachedWgsl from '../../../shaders/attention/attentionCached.wgsl?raw';
import type { Graph, Op, Tensor } from '../../graph/graph.ts';
import { expectShape } from '../../graph/graph.ts';
import { f32Bits, foldWorkgroups, read, write } from '../../graph/kernel.ts';
import { checkHeads, rotaryTable, rotatedWidth } from './attention.ts';
import { lanesWgsl, rowGroups } from '../lanes.ts';
import { addScaled, dotProduct, headOf, type Heads, turn } from './heads.ts';

export interface CachedAttentionShape extends Heads {
  /** Rows: sequences being generated. */
  R: number;
  /** Positions the caches hold. */
  Tmax: number;
}

/**
 * One decoding step. qkv (R, (H + 2K)·d) packed as for `attention`, of the token at `position` (u32, (R) or (1) for all
 * rows) → (R, H·d). Writes the token's rotated key and its value to cacheK and cacheV (R, Tmax, K·d), states, then
 * attends over positions 0 … position, which earlier replays wrote. A position of Tmax or more writes nothing: its
 * output is without meaning.
 */
export function cachedAttention(
  g: Graph,
  qkv: Tensor,
  cacheK: Tensor,
  cacheV: Tensor,
  position: Tensor,
  shape: CachedAttentionShape,
): Tensor {
  const { R, Tmax, H, K, d } = shape;
  checkHeads('cachedAttention', shape);
  expectShape('cachedAttention', qkv, [R, (H + 2 * K) * d]);
  expectShape('cachedAttention', cacheK, [R, Tmax, K * d], qkv);
  expectShape('cachedAttention', cacheV, [R, Tmax, K * d], qkv);
  expectShape('cachedAttention', position, [position.size === 1 ? 1 : R], qkv);
  const [output] = g.node(
    cachedAttentionOp,
    [qkv, rotaryTable(g, shape, Tmax), position, cacheK, cacheV],
    [
      { name: `attention ${qkv.name}`, shape: [R, H * d], dtype: qkv.dtype },
      { name: `rotated ${qkv.name}`, shape: [R, H * d] },
      cacheK,
      cacheV,
    ],
    shape,
  );
  return output!;
}

export const cachedAttentionOp: Op<CachedAttentionShape> = {
  name: 'cachedAttention',
  twin: ([qkv, , positions, cacheK, cacheV], { attributes }) => {
    const shape = attributes;
    const { R, Tmax, H, K, d } = shape;
    const [keys, values] = [cacheK!.slice(), cacheV!.slice()];
    const [output, rotated] = [new Float64Array(R * H * d), new Float64Array(R * H * d)];
    for (let r = 0; r < R; r++) {
      const position = positions![positions!.length === 1 ? 0 : r]!;
      if (position >= Tmax) continue;
      const own = (head: number): Float64Array => headOf(qkv!, H + 2 * K, r, head, d);
      for (let kv = 0; kv < K; kv++) {
        keys.set(turn(own(H + kv), position, shape, 1), ((r * Tmax + position) * K + kv) * d);
        values.set(own(H + K + kv), ((r * Tmax + position) * K + kv) * d);
      }
      for (let h = 0; h < H; h++) {
        const kv = Math.floor(h / (H / K));
        const query = turn(own(h), position, shape, 1).map((x) => x / Math.sqrt(d));
        rotated.set(query, (r * H + h) * d);
        const scores = Array.from({ length: position + 1 }, (_, m) =>
          dotProduct(query, headOf(keys, K, r * Tmax + m, kv, d)),
        );
        const highest = Math.max(...scores);
        const sum = scores.reduce((total, score) => total + Math.exp(score - highest), 0);
        scores.forEach((score, m) =>
          addScaled(
            headOf(output, H, r, h, d),
            Math.exp(score - highest) / sum,
            headOf(values, K, r * Tmax + m, kv, d),
          ),
        );
      }
    }
    return [output, rotated, keys, values];
  },
  kernels(node, context) {
    const [qkv, rotary, position, cacheK, cacheV] = node.inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const [output, q] = node.outputs as [Tensor, Tensor];
    const { R, Tmax, H, K, d } = node.attributes;
    const positionStride = position.size === 1 ? 0 : 1;
    const types = { stored: qkv.dtype, cached: cacheK.dtype };
    return [
      {
        source: appendWgsl,
        entryPoint: 'append',
        bindings: [read(qkv), read(rotary), read(position), write(q), write(cacheK), write(cacheV)],
        uniforms: [R, Tmax, H, K, d, rotatedWidth(node.attributes), f32Bits(1 / Math.sqrt(d)), positionStride],
        types,
        workgroups: foldWorkgroups(Math.ceil((R * (H + 2 * K) * d) / 2 / 64)),
      },
      {
        source: `const D4 = ${d / 4}u;\n${lanesWgsl(context)}${cachedWgsl}`,
        entryPoint: 'attendCached',
        bindings: [read(q), read(position), read(cacheK), read(cacheV), write(output)],
        uniforms: [R, Tmax, H, K, positionStride],
        types,
        workgroups: rowGroups(context, R * H),
      },
    ];
  },
};
