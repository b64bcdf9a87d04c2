/** Attention of one new token a row over the keys and values of those before it, a block a row. */
import type { CachedAttentionShape } from '../../ops/attention/cachedAttention.ts';
import { type Call, call, kernel, type WasmKernel, type Value } from '../kernel.ts';
import { f32, f32x4, f64, i32, type Local } from '../../util/wasm.ts';
import { at, dot, eachVector, exponentials, plus, times } from './arithmetic.ts';
import { masked, upTo } from './attention.ts';
import { mapTuple } from '../../util/tuple.ts';

/**
 * output (R, H·d) = softmax(q·kᵀ)·v over positions 0 … t, t = positions[row] (or the only one): the new key and value of the row go to place
 * t of cacheK and cacheV (R, Tmax, K·d) first. Nothing is done where t ≥ Tmax.
 */
const cachedKernel = kernel(
  'cachedAttention',
  ['qkv', 'rotary', 'positions', 'cacheK', 'cacheV', 'q', 'output', 'each', 'Tmax', 'H', 'K', 'd', 'half'],
  ['scale'],
  (f, p, { rotate, madd }) => {
    const position = f.let(i32.load(at(p.positions, times(p.block, p.each))));
    f.when(i32.div(position, p.Tmax), () => f.return());
    const head = f.let(i32.shl(p.d, 2));
    const from = f.let(i32.add(p.qkv, times(p.block, times(i32.add(p.H, i32.shl(p.K, 1)), head))));
    const queries = f.let(i32.add(p.q, times(p.block, times(p.H, head))));
    const line = f.let(times(p.K, head)); // bytes of a position in the caches
    const row = f.let(times(times(p.block, p.Tmax), line));
    const [keys, values] = mapTuple([p.cacheK, p.cacheV], (cache) => f.let(i32.add(cache, row)));
    const angles = f.let(i32.add(p.rotary, times(position, head)));
    const now = f.let(times(position, line));
    const turn = (source: Local, target: Local, scale: ReturnType<typeof f32.const>): void =>
      f.call(rotate, source, target, angles, p.half, p.d, scale, f32.const(1));

    const each = (heads: Local, to: Local, put: (source: Local, target: Local) => void): void => {
      const target = f.let(to);
      f.for(i32.const(0), heads, 1, () => {
        put(from, target);
        f.set(from, i32.add(from, head));
        f.set(target, i32.add(target, head));
      });
    };
    each(p.H, queries, (source, target) => turn(source, target, p.scale));
    each(p.K, f.let(i32.add(keys, now)), (source, target) => turn(source, target, f32.const(1)));
    each(p.K, f.let(i32.add(values, now)), (source, target) =>
      eachVector(f, p.d, (i) => f.store(i32.add(target, i), f32x4.load(i32.add(source, i)))),
    );

    const end = f.let(plus(position, 1));
    const scores = p.local;
    f.for(i32.const(0), p.H, 1, (h) => {
      const own = f.let(times(i32.div(h, i32.div(p.H, p.K)), head));
      const query = f.let(i32.add(queries, times(h, head)));
      const key = f.let(i32.add(keys, own));
      f.for(i32.const(0), end, 1, (s) => {
        f.store(at(scores, s), dot(f, madd, query, key, p.d));
        f.set(key, i32.add(key, line));
      });
      f.for(end, upTo(end, 4), 1, (s) => f.store(at(scores, s), f32.const(masked)));
      const { total } = exponentials(f, madd, scores, [i32.const(0), i32.shl(upTo(end, 4), 2)]);
      const output = f.let(i32.add(p.output, times(i32.add(times(p.block, p.H), h), head)));
      eachVector(f, p.d, (i) => f.store(i32.add(output, i), f32x4.const(0)));
      const share = f.let(f64.div(f64.const(1), total));
      const value = f.let(i32.add(values, own));
      f.for(i32.const(0), end, 1, (s) => {
        const weight = f.let(f32x4.splat(f32.demote(f64.mul(share, f64.promote(f32.load(at(scores, s)))))));
        eachVector(f, p.d, (i) => {
          const place = f.let(i32.add(output, i));
          f.store(place, madd(weight, f32x4.load(i32.add(value, i)), f32x4.load(place)));
        });
        f.set(value, i32.add(value, line));
      });
    });
  },
);

export const cachedAttentionKernels: readonly WasmKernel[] = [cachedKernel];

export function cachedAttentionCalls(
  tensors: Record<'qkv' | 'rotary' | 'positions' | 'cacheK' | 'cacheV' | 'q' | 'output', Value>,
  /** Whether every row has a position of its own. */
  each: boolean,
  { R, Tmax, H, K, d, ropeFactor }: CachedAttentionShape,
): Call[] {
  const shape = { Tmax, H, K, d, half: Math.floor(d * ropeFactor) / 2, scale: 1 / Math.sqrt(d) };
  return [
    call(cachedKernel, { ...tensors, each: each ? 1 : 0, ...shape }, { blocks: R, local: 4 * Math.ceil(Tmax / 4) * 4 }),
  ];
}
