/**
 * The gradient of attention, all of a key head's and of the query heads that share it in one block: probabilities are made again from
 * the scores' logsumexp, and each product of the forward pass gives two.
 */
import type { AttentionShape } from '../../ops/attention/attention.ts';
import { type Call, call, kernel, type WasmKernel, type Value } from '../kernel.ts';
import { f32, f32x4, i32, type Local } from '../../util/wasm.ts';
import { at, eachVector, exp, plus, times, WideSum } from './arithmetic.ts';
import { clearAround, keysOf, maskRow, rowBytes, shapeInts, shapeValues, tileOf, upTo } from './attention.ts';
import { paddedColumns } from './micro.ts';
import { mapTuple } from '../../util/tuple.ts';

/**
 * p = e^(q·kᵀ − logsumexp), delta[n, h] = dout · out, ds = p ∘ (dout·vᵀ − delta); dq = ds·k, dk = dsᵀ·q, dv = pᵀ·dout, of which dq and dk are
 * turned back. dqkv (N, (H + 2K)·d) is packed like qkv. A block a sequence and key head.
 */
const gradientKernel = kernel(
  'attentionGradient',
  ['qkv', 'rotary', 'rotated', 'output', 'statistics', 'doutput', 'dqkv', 'delta', 'tile', 'depth', ...shapeInts],
  ['scale'],
  (f, p, { packs, tiles, rotate, madd }) => {
    const bytes = rowBytes(f, p);
    const b = f.let(i32.div(p.block, p.K));
    const kv = f.let(i32.rem(p.block, p.K));
    const n0 = f.let(times(b, p.T));
    const group = f.let(i32.div(p.H, p.K));
    const key = f.let(times(i32.add(p.H, kv), bytes.head));
    const value = f.let(i32.add(key, times(p.K, bytes.head)));
    const none = i32.const(0);

    // The thread's memory, piece by piece.
    const scoreBytes = f.let(i32.shl(upTo(p.T, 8), 2));
    const end = f.let(p.local);
    const take = (size: ReturnType<typeof times>): Local => {
      const piece = f.let(end);
      f.set(end, i32.add(end, size));
      return piece;
    };
    const probabilities = take(times(p.tile, scoreBytes));
    const dscores = take(times(p.tile, scoreBytes));
    const left = take(times(p.tile, p.depth));
    const right = take(i32.shl(times(p.tile, upTo(p.d, 8)), 2));
    const keysAcross = take(times(scoreBytes, p.d));
    const valuesAcross = take(times(scoreBytes, p.d));
    const keys = take(i32.shl(times(p.T, upTo(p.d, 8)), 2));

    const keyRows = f.let(i32.add(p.rotated, i32.add(times(n0, bytes.rotated), key)));
    const packed = f.let(times(n0, bytes.packed));
    const valueRows = i32.add(p.qkv, i32.add(packed, value));
    f.call(packs.bTransposed, keyRows, keysAcross, i32.shl(p.d, 5), bytes.rotated, p.T, p.d);
    f.call(packs.bTransposed, valueRows, valuesAcross, i32.shl(p.d, 5), bytes.packed, p.T, p.d);
    f.call(packs.b, keyRows, keys, i32.shl(p.T, 5), bytes.rotated, p.d, p.T);

    // dk and dv are summed where they are to lie, over tiles and heads in order.
    const dkeys = f.let(i32.add(p.dqkv, i32.add(packed, key)));
    const dvalues = f.let(i32.add(p.dqkv, i32.add(packed, value)));
    const offset = f.let(i32.const(0));
    f.for(i32.const(0), p.T, 1, () => {
      for (const base of [dkeys, dvalues])
        eachVector(f, p.d, (i) => f.store(i32.add(i32.add(base, offset), i), f32x4.const(0)));
      f.set(offset, i32.add(offset, bytes.packed));
    });

    const tile = (h: Local, t: Local): void => {
      const rows = f.let(i32.min(i32.sub(p.T, t), p.tile));
      const n = f.let(i32.add(n0, t));
      const head = f.let(times(h, bytes.head));
      const statistic = (r: Local): Local =>
        f.let(i32.add(p.statistics, i32.shl(i32.add(times(i32.add(n, r), p.H), h), 3)));
      const start = (r: Local): Local => f.let(i32.truncate(f32.load(statistic(r), 4)));
      const { first, count } = keysOf(f, t, rows, start);

      const queries = f.let(i32.add(p.rotated, i32.add(times(n, bytes.rotated), head)));
      const [dout, out] = mapTuple([p.doutput, p.output], (base) =>
        f.let(i32.add(base, i32.add(times(n, bytes.output), head))),
      );
      const across = (base: Local) => i32.add(base, times(first, bytes.head));
      const panels = [i32.shl(p.d, 4), i32.shl(p.d, 5)] as const;
      f.call(packs.a, queries, left, panels[0], bytes.rotated, rows, p.d);
      f.call(tiles, left, panels[0], across(keysAcross), panels[1], probabilities, none, p.d, scoreBytes, rows, count);
      f.call(packs.a, dout, left, panels[0], bytes.output, rows, p.d);
      f.call(tiles, left, panels[0], across(valuesAcross), panels[1], dscores, none, p.d, scoreBytes, rows, count);

      f.set(offset, i32.const(0));
      f.for(i32.const(0), rows, 1, (r) => {
        const line = f.let(times(r, bytes.output));
        const product = new WideSum(f);
        eachVector(f, p.d, (i) => {
          const place = f.let(i32.add(line, i));
          product.add(f.let(f32x4.mul(f32x4.load(i32.add(dout, place)), f32x4.load(i32.add(out, place)))));
        });
        const delta = f.let(f32.demote(product.total));
        f.store(at(p.delta, i32.add(times(i32.add(n, r), p.H), h)), delta);
        const deltas = f.let(f32x4.splat(delta));
        const [row, drow] = [f.let(i32.add(probabilities, offset)), f.let(i32.add(dscores, offset))];
        const from = f.let(i32.sub(start(r), first));
        const to = f.let(plus(i32.sub(i32.add(t, r), first), 1));
        const span = maskRow(f, row, from, to);
        const logsumexp = f.let(f32x4.loadSplat(statistic(r)));
        f.for(span.begin, span.end, 16, (j) => {
          const [place, dplace] = [f.let(i32.add(row, j)), f.let(i32.add(drow, j))];
          const e = exp(f, madd, f32x4.sub(f32x4.load(place), logsumexp));
          f.store(place, e);
          f.store(dplace, f32x4.mul(e, f32x4.sub(f32x4.load(dplace), deltas)));
        });
        clearAround(f, row, span, count);
        clearAround(f, drow, span, count);
        f.set(offset, i32.add(offset, scoreBytes));
      });

      // dq = ds · k, scaled and turned back.
      f.call(packs.a, dscores, left, i32.shl(count, 4), scoreBytes, rows, count);
      const dqueries = f.let(i32.add(p.dqkv, i32.add(times(n, bytes.packed), head)));
      const seen = i32.add(keys, i32.shl(first, 5));
      f.call(tiles, left, i32.shl(count, 4), seen, i32.shl(p.T, 5), dqueries, none, count, bytes.packed, rows, p.d);
      turnBack(dqueries, t, rows, p.scale);

      // dv += pᵀ · dout, dk += dsᵀ · q
      const add = (scores: Local, from: Local, stride: Local, to: Local): void => {
        f.call(packs.aTransposed, scores, left, i32.shl(rows, 4), scoreBytes, upTo(count, 4), rows);
        f.call(packs.b, from, right, i32.shl(rows, 5), stride, p.d, rows);
        const place = f.let(i32.add(to, times(first, bytes.packed)));
        const widths = [i32.shl(rows, 4), i32.shl(rows, 5)] as const;
        f.call(tiles, left, widths[0], right, widths[1], place, place, rows, bytes.packed, count, p.d);
      };
      add(probabilities, dout, bytes.output, dvalues);
      add(dscores, queries, bytes.rotated, dkeys);
    };

    /** Turns `rows` rows of one head of dqkv back, from position t on, in place. */
    const turnBack = (place: Local, t: Local, rows: Local, scale: Local | ReturnType<typeof f32.const>): void => {
      const angles = f.let(i32.add(p.rotary, times(t, bytes.head)));
      const row = f.let(place);
      f.for(i32.const(0), rows, 1, () => {
        f.call(rotate, row, row, angles, p.half, p.d, scale, f32.const(-1));
        f.set(row, i32.add(row, bytes.packed));
        f.set(angles, i32.add(angles, bytes.head));
      });
    };

    const firstHead = f.let(times(kv, group));
    f.for(firstHead, i32.add(firstHead, group), 1, (h) => {
      const t = f.let(i32.const(0));
      f.repeat(
        () => {
          tile(h, t);
          f.set(t, i32.add(t, p.tile));
        },
        i32.lt(t, p.T),
      );
    });
    turnBack(dkeys, f.let(i32.const(0)), p.T, f32.const(1));
  },
);

export const attentionGradientKernels: readonly WasmKernel[] = [gradientKernel];

export function attentionGradientCalls(
  tensors: Record<'qkv' | 'rotary' | 'rotated' | 'output' | 'statistics' | 'doutput' | 'dqkv' | 'delta', Value>,
  shape: AttentionShape,
): Call[] {
  const { B, T, K, d } = shape;
  const tile = tileOf(T);
  const [keys, width] = [paddedColumns(T), paddedColumns(d)];
  /** Bytes of a row of packed A: the scores of all keys, or a head. */
  const depth = 4 * Math.max(keys, d);
  const local = tile * (2 * 4 * keys + depth + 4 * width) + 4 * (2 * keys * d + T * width);
  const values = { ...tensors, tile, depth, ...shapeValues(shape) };
  return [call(gradientKernel, values, { blocks: B * K, local })];
}
