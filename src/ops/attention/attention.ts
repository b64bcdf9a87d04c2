/**
 * Causal grouped-query attention with rotary positions (papers.md §5.1), forward and backward without a T×T matrix: the
 * forward pass keeps the rotated q and k, the output and each row's statistics (logsumexp, start of its document), and
 * the backward pass computes probabilities again from them.
 */
import type { Graph, Op, Tensor } from '../../graph/graph.ts';
import { expectShape, expectVec4 } from '../../graph/graph.ts';
import { type Binding, foldWorkgroups, type Kernel, type KernelContext, read, write } from '../../graph/kernel.ts';
import {
  type Block,
  blockForwardSource,
  blockKeyValueGradientSource,
  blockQueryGradientSource,
  rowsFor,
  widestBlockHead,
} from './attentionBlocks.ts';
import { addScaled, dotProduct, headOf, type Heads, turn } from './heads.ts';
import {
  forwardSource,
  keyValueGradientSource,
  queryGradientSource,
  type AttentionSource,
  attentionTile,
} from './attentionSource.ts';

export interface AttentionShape extends Heads {
  /** Sequences. */
  B: number;
  /** Positions of a sequence. */
  T: number;
}

/** Elements of a head that rotate: the first ⌊d · factor⌋. */
export const rotatedWidth = ({ d, ropeFactor }: Heads): number => Math.floor(d * ropeFactor);

/**
 * softmax(q kᵀ / √d) v, causal. qkv (N, (H + 2K)·d), packed rows [q heads | k heads | v heads], not yet rotated → (N,
 * H·d); N = B·T. documentStart (N) u32: index within the row of the first position of each position's document; keys
 * before it are not seen.
 */
export function attention(g: Graph, qkv: Tensor, shape: AttentionShape, documentStart?: Tensor): Tensor {
  const { B, T, H, K, d } = shape;
  const N = B * T;
  checkHeads('attention', shape);
  expectShape('attention', qkv, [N, (H + 2 * K) * d]);
  if (documentStart) expectShape('attention', documentStart, [N], qkv);
  const inputs = [qkv, rotaryTable(g, shape, T)];
  const outputs = [
    { name: `attention ${qkv.name}`, shape: [N, H * d], dtype: qkv.dtype },
    { name: `rotated ${qkv.name}`, shape: [N, (H + K) * d], dtype: qkv.dtype },
    { name: `statistics ${qkv.name}`, shape: [N, H, 2] },
  ];
  return g.node(attentionOp, documentStart ? [...inputs, documentStart] : inputs, outputs, shape)[0]!;
}

export function checkHeads(op: string, shape: Heads): void {
  const { H, K, d } = shape;
  expectVec4(op, 'the width of a head', d);
  if (H % K !== 0)
    throw new Error(`${op}: ${H} query heads cannot share ${K} key/value heads evenly: choose a divisor of ${H}`);
  const rotated = rotatedWidth(shape);
  if (rotated % 2 !== 0 || rotated > d) {
    throw new Error(
      `${op}: ${rotated} of ${d} elements of a head would rotate; they turn in pairs, so choose an even number`,
    );
  }
}

/**
 * (positions, d/2) of (cos, sin) of position · θ^(−2j/rotated); pairs behind the rotated ones have the angle 0. Made in
 * f64 on the host, because sin of a large f32 angle is inaccurate on GPUs.
 */
export function rotaryTable(g: Graph, shape: Heads, positions: number): Tensor {
  const { d, ropeTheta } = shape;
  const rotated = rotatedWidth(shape);
  return g.constant(`rotary ${positions}×${d}, ${rotated} of θ=${ropeTheta}`, [positions, d / 2, 2], () => {
    const table = new Float32Array(positions * d);
    for (let t = 0; t < positions; t++) {
      for (let j = 0; j < d / 2; j++) {
        const angle = j < rotated / 2 ? t * ropeTheta ** ((-2 * j) / rotated) : 0;
        table.set([Math.cos(angle), Math.sin(angle)], t * d + 2 * j);
      }
    }
    return table;
  });
}

/** (query, key) pairs of all heads, for counting arithmetic. */
const scores = ({ B, T, H }: AttentionShape): number => (B * H * T * (T + 1)) / 2;

const sources = new Map<string, string>();

/** The source of that key, made once. */
function once(key: string, make: () => string): string {
  const source = sources.get(key) ?? make();
  sources.set(key, source);
  return source;
}

/** A kernel over tiles of positions. */
interface Tiled {
  entryPoint: string;
  source: AttentionSource;
  /** The same with workgroup memory, for GPUs. */
  blockSource: (block: Block) => string;
  bindings: Binding[];
  /** Heads that have tiles: H or K. */
  heads: number;
  documents?: boolean;
  stored: Tensor;
  flops: number;
}

function tiled(context: KernelContext, shape: AttentionShape, kernel: Tiled): Kernel {
  const { B, T, H, K, d } = shape;
  const strips = B * kernel.heads;
  const rotated = rotatedWidth(shape);
  const common = {
    entryPoint: kernel.entryPoint,
    bindings: kernel.bindings,
    types: { stored: kernel.stored.dtype },
    flops: kernel.flops,
  };
  const uniforms = (tiles: number): number[] => [B, T, H, K, tiles, kernel.documents ? 1 : 0];
  if (!context.software && !context.plain && d <= widestBlockHead) {
    const block = { rows: rowsFor(d, T, strips), d4: d / 4, rotated };
    const tiles = Math.ceil(T / (8 * block.rows));
    return {
      ...common,
      source: once(kernel.entryPoint + JSON.stringify(block), () => kernel.blockSource(block)),
      uniforms: uniforms(tiles),
      workgroups: foldWorkgroups(strips * tiles),
    };
  }
  const tile = { ...attentionTile(context, d), quads: context.quads, d4: d / 4 };
  const tiles = Math.ceil(T / (4 * tile.rows));
  return {
    ...common,
    source: once(kernel.entryPoint + JSON.stringify([tile, rotated]), () => kernel.source(context, tile, rotated)),
    uniforms: uniforms(tiles),
    workgroups: foldWorkgroups(Math.ceil((strips * tiles * 4) / tile.invocations)),
  };
}

/** q and k of all rows, rotated, q scaled: (N, (H + K)·d). */
function rotate(qkv: Float64Array, shape: AttentionShape): Float64Array {
  const { B, T, H, K, d } = shape;
  const rotated = new Float64Array(B * T * (H + K) * d);
  for (let n = 0; n < B * T; n++) {
    for (let head = 0; head < H + K; head++) {
      const y = turn(headOf(qkv, H + 2 * K, n, head, d), n % T, shape, 1);
      rotated.set(head < H ? y.map((x) => x / Math.sqrt(d)) : y, (n * (H + K) + head) * d);
    }
  }
  return rotated;
}

/** Calls `see` with every query and every key it sees: rows n and m, the query's head and that of its key. */
function pairs(
  { B, T, H, K }: AttentionShape,
  starts: Float64Array | undefined,
  see: (n: number, m: number, h: number, kv: number) => void,
): void {
  for (let n = 0; n < B * T; n++) {
    const first = n - (n % T);
    for (let h = 0; h < H; h++)
      for (let m = first + (starts?.[n] ?? 0); m <= n; m++) see(n, m, h, Math.floor(h / (H / K)));
  }
}

export const attentionOp: Op<AttentionShape> = {
  name: 'attention',
  twin: ([qkv, , starts], { attributes }) => {
    const shape = attributes;
    const { B, T, H, K, d } = shape;
    const rotated = rotate(qkv!, shape);
    const score = (n: number, m: number, h: number, kv: number): number =>
      dotProduct(headOf(rotated, H + K, n, h, d), headOf(rotated, H + K, m, H + kv, d));
    const maximum = new Float64Array(B * T * H).fill(-Infinity);
    pairs(shape, starts, (n, m, h, kv) => (maximum[n * H + h] = Math.max(maximum[n * H + h]!, score(n, m, h, kv))));
    const sum = new Float64Array(B * T * H);
    const output = new Float64Array(B * T * H * d);
    pairs(shape, starts, (n, m, h, kv) => {
      const p = Math.exp(score(n, m, h, kv) - maximum[n * H + h]!);
      sum[n * H + h]! += p;
      addScaled(headOf(output, H, n, h, d), p, headOf(qkv!, H + 2 * K, m, H + K + kv, d));
    });
    const statistics = new Float64Array(B * T * H * 2);
    sum.forEach((x, i) => statistics.set([maximum[i]! + Math.log(x), starts?.[Math.floor(i / H)] ?? 0], i * 2));
    return [output.map((x, i) => x / sum[Math.floor(i / d)]!), rotated, statistics];
  },
  kernels(
    { inputs: [qkv, rotary, documentStart], outputs: [output, rotated, statistics], attributes: shape },
    context,
  ) {
    return [
      tiled(context, shape, {
        entryPoint: 'attention',
        source: forwardSource,
        blockSource: blockForwardSource,
        bindings: [
          read(qkv!),
          read(rotary!),
          read(documentStart ?? qkv!),
          write(output!),
          write(statistics!),
          write(rotated!),
        ],
        heads: shape.H,
        documents: documentStart !== undefined,
        stored: qkv!,
        flops: 4 * shape.d * scores(shape),
      }),
    ];
  },
  backward({ graph: g, node, gradients: [doutput] }) {
    const [qkv, rotary] = node.inputs as [Tensor, Tensor];
    const [output, rotated, statistics] = node.outputs as [Tensor, Tensor, Tensor];
    const { B, T, H } = node.attributes;
    const [dqkv] = g.node(
      attentionGradientOp,
      [qkv, rotary, rotated, output, statistics, doutput!],
      [
        { name: `d ${qkv.name}`, shape: qkv.shape, dtype: qkv.dtype },
        { name: `delta ${output.name}`, shape: [B * T, H] },
      ],
      node.attributes,
    );
    return [{ share: dqkv! }, undefined, undefined];
  },
};

/** dqkv of attention, packed and not rotated like qkv: one kernel for the queries, one for keys and values. */
export const attentionGradientOp: Op<AttentionShape> = {
  name: 'attentionGradient',
  twin: ([qkv, , rotated, output, statistics, doutput], { attributes }) => {
    const shape = attributes;
    const { B, T, H, K, d } = shape;
    const all = H + 2 * K;
    const dqkv = new Float64Array(qkv!.length);
    const delta = new Float64Array(B * T * H).map((_, i) =>
      dotProduct(headOf(doutput!, 1, i, 0, d), headOf(output!, 1, i, 0, d)),
    );
    const starts = new Float64Array(B * T).map((_, n) => statistics![n * H * 2 + 1]!);
    pairs(shape, starts, (n, m, h, kv) => {
      const q = headOf(rotated!, H + K, n, h, d);
      const k = headOf(rotated!, H + K, m, H + kv, d);
      const dy = headOf(doutput!, H, n, h, d);
      const p = Math.exp(dotProduct(q, k) - statistics![(n * H + h) * 2]!);
      const ds = p * (dotProduct(dy, headOf(qkv!, all, m, H + K + kv, d)) - delta[n * H + h]!);
      addScaled(headOf(dqkv, all, n, h, d), ds / Math.sqrt(d), k);
      addScaled(headOf(dqkv, all, m, H + kv, d), ds, q);
      addScaled(headOf(dqkv, all, m, H + K + kv, d), p, dy);
    });
    for (let n = 0; n < B * T; n++) {
      for (let head = 0; head < H + K; head++) {
        const slot = headOf(dqkv, all, n, head, d);
        slot.set(turn(slot, n % T, shape, -1));
      }
    }
    return [dqkv, delta];
  },
  kernels(node, context) {
    const [qkv, rotary, rotated, output, statistics, doutput] = node.inputs as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const [dqkv, delta] = node.outputs as [Tensor, Tensor];
    const shape = node.attributes;
    const { H, K, d } = shape;
    return [
      tiled(context, shape, {
        entryPoint: 'queryGradient',
        source: queryGradientSource,
        blockSource: blockQueryGradientSource,
        bindings: [
          read(rotated),
          read(qkv),
          read(statistics),
          read(doutput),
          read(rotary),
          write(dqkv),
          read(output),
          write(delta),
        ],
        heads: H,
        stored: qkv,
        flops: 6 * d * scores(shape),
      }),
      tiled(context, shape, {
        entryPoint: 'keyValueGradient',
        source: keyValueGradientSource,
        blockSource: blockKeyValueGradientSource,
        bindings: [read(rotated), read(qkv), read(statistics), read(doutput), read(rotary), write(dqkv), read(delta)],
        heads: K,
        stored: qkv,
        flops: 8 * d * scores(shape),
      }),
    ];
  },
};
