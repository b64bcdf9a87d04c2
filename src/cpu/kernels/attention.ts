/**
 * Causal attention with grouped heads, forward: products of the micro-kernel on tiles of queries, and a softmax between them. A tile
 * sees the keys from the first document of its queries on to its last query, all at once: its scores are one piece of memory.
 */
import type { AttentionShape } from '../../ops/attention/attention.ts';
import { type Call, call, eachRow, inScratch, kernel, type WasmKernel, rowsPerBlock, type Value } from '../kernel.ts';
import { type Expr, f32, f32x4, f64, type Func, i32, type Local } from '../../util/wasm.ts';
import { at, dot, eachVector, exponentials, log, plus, times } from './arithmetic.ts';
import { paddedColumns } from './micro.ts';

/** The score of a key that is not to be seen: e^x of it is 0, differences from it are finite. */
export const masked = -1e30;

/** Queries of a tile: enough for a panel of keys to be worth loading, few enough to waste little on keys after the query. */
export const tileOf = (T: number): number => (T <= 64 ? 16 : 32);

/** Of the kernels' arguments those that tell the shape, beside `scale` = 1/√d. */
export const shapeInts = ['T', 'H', 'K', 'd', 'half'] as const;
type ShapeParameter = (typeof shapeInts)[number] | 'scale';
export const shapeValues = ({ T, H, K, d, ropeFactor }: AttentionShape): Record<ShapeParameter, number> => ({
  ...{ T, H, K, d, half: Math.floor(d * ropeFactor) / 2, scale: 1 / Math.sqrt(d) },
});
type Shape = Record<ShapeParameter, Local>;

/** Bytes of a row of packed heads: (H + 2K)·d of qkv, (H + K)·d of what is rotated, H·d of the output. */
export const rowBytes = (f: Func, { H, K, d }: Shape) => ({
  packed: f.let(i32.shl(times(i32.add(H, i32.shl(K, 1)), d), 2)),
  rotated: f.let(i32.shl(times(i32.add(H, K), d), 2)),
  output: f.let(i32.shl(times(H, d), 2)),
  head: f.let(i32.shl(d, 2)),
});

/** Rounded up to a multiple of a power of two. */
export const upTo = (x: Expr, multiple: number): Expr => i32.and(plus(x, multiple - 1), i32.const(-multiple));

/** The keys a tile sees: from `first`, a multiple of 8, `count` of them. `startOf` is the first key that row r sees. */
export function keysOf(f: Func, t: Local, rows: Local, startOf: (r: Local) => Expr): { first: Local; count: Local } {
  const first = f.let(t);
  f.for(i32.const(0), rows, 1, (r) => {
    const start = f.let(startOf(r));
    f.set(first, i32.min(start, first));
  });
  f.set(first, i32.and(first, i32.const(-8)));
  return { first, count: f.let(i32.sub(i32.add(t, rows), first)) };
}

/**
 * One row of scores: those outside [from, to) become `masked` where a vector also holds one inside. Returns where the vectors that do
 * begin and end, in bytes; `zeroed` must be set to 0 there and in front of and behind them once they are probabilities.
 */
export function maskRow(f: Func, row: Local, from: Local, to: Local): { begin: Local; end: Local } {
  const begin = f.let(i32.and(from, i32.const(-4)));
  const end = f.let(upTo(to, 4));
  f.for(begin, from, 1, (j) => f.store(at(row, j), f32.const(masked)));
  f.for(to, end, 1, (j) => f.store(at(row, j), f32.const(masked)));
  f.set(begin, i32.shl(begin, 2));
  f.set(end, i32.shl(end, 2));
  return { begin, end };
}

/** Sets the vectors of a row of `count` elements in front of `begin` and behind `end` to 0. */
export function clearAround(f: Func, row: Local, { begin, end }: { begin: Local; end: Local }, count: Local): void {
  const zero = (i: Local): void => f.store(i32.add(row, i), f32x4.const(0));
  f.for(i32.const(0), begin, 16, zero);
  f.for(end, i32.shl(upTo(count, 4), 2), 16, zero);
}

/**
 * For a sequence and key head, a block each: rotated (N, (H + K)·d) = its queries turned and scaled by 1/√d, and its keys turned; keys and
 * values in panels of 8 columns, of T keys and of d elements.
 */
const packKernel = kernel(
  'attentionPack',
  ['qkv', 'rotary', 'rotated', 'packedK', 'packedV', ...shapeInts],
  ['scale'],
  (f, p, { rotate, packs }) => {
    const bytes = rowBytes(f, p);
    const kv = f.let(i32.rem(p.block, p.K));
    const n = f.let(times(i32.div(p.block, p.K), p.T));
    const [from, to] = [
      f.let(i32.add(p.qkv, times(n, bytes.packed))),
      f.let(i32.add(p.rotated, times(n, bytes.rotated))),
    ];
    const group = f.let(i32.div(p.H, p.K));
    const firstHead = f.let(times(kv, group));
    const key = f.let(times(i32.add(p.H, kv), bytes.head));
    const value = f.let(i32.add(from, i32.add(key, times(p.K, bytes.head))));
    const keys = f.let(i32.add(to, key));
    const angles = f.let(p.rotary);
    f.for(i32.const(0), p.T, 1, () => {
      const turn = (head: Expr, scale: Expr): void =>
        f.call(rotate, i32.add(from, head), i32.add(to, head), angles, p.half, p.d, scale, f32.const(1));
      f.for(firstHead, i32.add(firstHead, group), 1, (h) => turn(times(h, bytes.head), p.scale));
      turn(key, f32.const(1));
      f.set(from, i32.add(from, bytes.packed));
      f.set(to, i32.add(to, bytes.rotated));
      f.set(angles, i32.add(angles, bytes.head));
    });
    const packedK = i32.add(p.packedK, times(p.block, times(upTo(p.T, 8), bytes.head)));
    f.call(packs.bTransposed, keys, packedK, i32.shl(p.d, 5), bytes.rotated, p.T, p.d);
    const packedV = i32.add(p.packedV, times(p.block, i32.shl(times(p.T, upTo(p.d, 8)), 2)));
    f.call(packs.b, value, packedV, i32.shl(p.T, 5), bytes.packed, p.d, p.T);
  },
);

/**
 * output (N, H·d) = softmax(q·kᵀ)·v of a tile of queries of one head, a block each; statistics (N, H, 2) = logsumexp of the query's scores
 * and the first key that it sees, as a real number. `starts` (N), the first position of a token's document, may be no pointer.
 */
const forwardKernel = kernel(
  'attention',
  ['rotated', 'packedK', 'packedV', 'starts', 'output', 'statistics', 'tile', 'tiles', ...shapeInts],
  ['scale'],
  (f, p, { packs, tiles, madd }) => {
    const bytes = rowBytes(f, p);
    const strip = f.let(i32.div(p.block, p.tiles));
    const h = f.let(i32.rem(strip, p.H));
    const b = f.let(i32.div(strip, p.H));
    const kv = f.let(i32.add(times(b, p.K), i32.div(h, i32.div(p.H, p.K))));
    const t = f.let(times(i32.rem(p.block, p.tiles), p.tile));
    const rows = f.let(i32.min(i32.sub(p.T, t), p.tile));
    const n = f.let(i32.add(times(b, p.T), t));
    const start = (r: Local): Local => {
      const first = f.let(i32.const(0));
      f.when(p.starts, () => f.set(first, i32.load(at(p.starts, i32.add(n, r)))));
      return first;
    };
    const { first, count } = keysOf(f, t, rows, start);

    const scoreBytes = f.let(i32.shl(upTo(p.T, 8), 2));
    const scores = f.let(p.local);
    const weights = f.let(i32.add(scores, times(p.tile, scoreBytes))); // 1 / Σ p of each row
    const left = f.let(i32.add(weights, i32.shl(p.tile, 2)));
    const head = f.let(times(h, bytes.head));
    const queries = i32.add(p.rotated, i32.add(times(n, bytes.rotated), head));
    f.call(packs.a, queries, left, i32.shl(p.d, 4), bytes.rotated, rows, p.d);
    const keys = i32.add(p.packedK, times(i32.add(times(kv, upTo(p.T, 8)), first), bytes.head));
    const none = i32.const(0);
    f.call(tiles, left, i32.shl(p.d, 4), keys, i32.shl(p.d, 5), scores, none, p.d, scoreBytes, rows, count);

    const row = f.let(scores);
    f.for(i32.const(0), rows, 1, (r) => {
      const begins = start(r);
      const from = f.let(i32.sub(begins, first));
      const to = f.let(plus(i32.sub(i32.add(t, r), first), 1));
      const span = maskRow(f, row, from, to);
      const { highest, total } = exponentials(f, madd, row, [span.begin, span.end]);
      clearAround(f, row, span, count);
      const statistics = f.let(i32.add(p.statistics, i32.shl(i32.add(times(i32.add(n, r), p.H), h), 3)));
      f.store(statistics, f32.demote(f64.add(log(f, total), f64.promote(highest))));
      f.store(statistics, f32.fromI32(begins), 4);
      f.store(at(weights, r), f32.demote(f64.div(f64.const(1), total)));
      f.set(row, i32.add(row, scoreBytes));
    });

    f.call(packs.a, scores, left, i32.shl(count, 4), scoreBytes, rows, count);
    const values = i32.add(p.packedV, i32.add(i32.shl(times(kv, times(p.T, upTo(p.d, 8))), 2), i32.shl(first, 5)));
    const output = f.let(i32.add(p.output, i32.add(times(n, bytes.output), head)));
    f.call(tiles, left, i32.shl(count, 4), values, i32.shl(p.T, 5), output, none, count, bytes.output, rows, p.d);
    f.for(i32.const(0), rows, 1, (r) => {
      const weight = f.let(f32x4.loadSplat(at(weights, r)));
      eachVector(f, p.d, (i) => {
        const place = f.let(i32.add(output, i));
        f.store(place, f32x4.mul(f32x4.load(place), weight));
      });
      f.set(output, i32.add(output, bytes.output));
    });
  },
);

/** highest[n, h] = the largest score that query n of head h meets, from what the forward pass keeps. */
const scoreMaxKernel = kernel(
  'scoreMax',
  ['rotated', 'statistics', 'highest', 'rows', 'per', ...shapeInts],
  ['scale'],
  (f, p, { madd }) => {
    const bytes = rowBytes(f, p);
    eachRow(f, p, (i) => {
      const n = f.let(i32.div(i, p.H));
      const h = f.let(i32.rem(i, p.H));
      const line = f.let(i32.add(p.rotated, times(n, bytes.rotated)));
      const query = f.let(i32.add(line, times(h, bytes.head)));
      const keyHead = i32.add(p.H, i32.div(h, i32.div(p.H, p.K)));
      const key = f.let(i32.add(line, times(keyHead, bytes.head)));
      const start = i32.truncate(f32.load(i32.add(p.statistics, i32.shl(i, 3)), 4));
      const most = f.let(f32.const(masked));
      f.for(start, plus(i32.rem(n, p.T), 1), 1, () => {
        f.set(most, f32.max(most, dot(f, madd, query, key, p.d)));
        f.set(key, i32.sub(key, bytes.rotated)); // from the query's own key back
      });
      f.store(at(p.highest, i), most);
    });
  },
);

export const attentionKernels: readonly WasmKernel[] = [packKernel, forwardKernel, scoreMaxKernel];

export function attentionCalls(
  tensors: Record<'qkv' | 'rotary' | 'starts' | 'output' | 'rotated' | 'statistics', Value>,
  shape: AttentionShape,
): Call[] {
  const { B, T, H, K, d } = shape;
  const { qkv, rotary, starts, output, rotated, statistics } = tensors;
  const [packedK, packedV] = [inScratch(0), inScratch(4 * B * K * paddedColumns(T) * d)];
  const scratch = packedV.bytes + 4 * B * K * T * paddedColumns(d);
  const values = shapeValues(shape);
  const tile = tileOf(T);
  const tiles = Math.ceil(T / tile);
  const local = 4 * tile * (paddedColumns(T) + 1 + Math.max(T, d));
  return [
    call(packKernel, { qkv, rotary, rotated, packedK, packedV, ...values }, { blocks: B * K, scratch }),
    call(
      forwardKernel,
      { rotated, packedK, packedV, starts, output, statistics, tile, tiles, ...values },
      { blocks: B * H * tiles, local, scratch },
    ),
  ];
}

export function scoreMaxCalls(
  tensors: Record<'rotated' | 'statistics' | 'highest', Value>,
  shape: AttentionShape,
): Call[] {
  const { B, T, H, d } = shape;
  const rows = B * T * H;
  const per = rowsPerBlock((T * d) / 2);
  const values = { ...tensors, rows, per, ...shapeValues(shape) };
  return [call(scoreMaxKernel, values, { blocks: Math.ceil(rows / per) })];
}
