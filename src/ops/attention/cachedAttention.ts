/** Attention of one new token a row over the keys and values of the tokens before it, which stay in two states. */
import appendWgsl from '../../../shaders/attention/attentionAppend.wgsl?raw';
import cachedWgsl from '../../../shaders/attention/attentionCached.wgsl?raw';
import type { Graph, Op, Tensor } from '../../graph/graph.ts';
import { expectShape } from '../../graph/graph.ts';
import { f32Bits, foldWorkgroups, read, write } from '../../graph/kernel.ts';
import { checkHeads, type Heads, rotaryTable, rotatedWidth } from './attention.ts';
import { lanesWgsl, rowGroups } from '../lanes.ts';

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
