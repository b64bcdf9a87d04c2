/** LayerNorm-1P, y = (x − mean) · rstd · (1 + weight) + bias, row by row, and its gradient. Sums over a row are in f64. */
import { eachRow, kernel } from '../kernel.ts';
import { type Expr, f32, f32x4, f64, type Func, i32, type Local } from '../../util/wasm.ts';
import { eachVector, times, WideSum } from './arithmetic.ts';
import { mapTuple } from '../../util/tuple.ts';

const load = (base: Expr, offset: Expr): Expr => f32x4.load(i32.add(base, offset));
const one = f32x4.const(1);
/** A total over D elements as their mean, in all four lanes. */
const meanOf = (f: Func, sum: WideSum, D: Expr): Local =>
  f.let(f32x4.splat(f32.demote(f64.div(sum.total, f64.fromI32(D)))));

export const layerNormKernel = kernel(
  'layerNorm',
  ['x', 'weight', 'bias', 'y', 'stats', 'N', 'D', 'per'],
  ['eps'],
  (f, p, { madd }) => {
    eachRow(f, { ...p, rows: p.N }, (n) => {
      const row = f.let(i32.shl(times(n, p.D), 2));
      const [x, y] = [f.let(i32.add(p.x, row)), f.let(i32.add(p.y, row))];
      const sum = new WideSum(f);
      eachVector(f, p.D, (i) => sum.add(f.let(load(x, i))));
      const mean = meanOf(f, sum, p.D);
      const squares = new WideSum(f);
      eachVector(f, p.D, (i) => {
        const off = f.let(f32x4.sub(load(x, i), mean));
        squares.add(f.let(f32x4.mul(off, off)));
      });
      const variance = f64.add(f64.div(squares.total, f64.fromI32(p.D)), f64.promote(p.eps));
      const rstd = f.let(f32.demote(f64.div(f64.const(1), f64.sqrt(variance))));
      const scale = f.let(f32x4.splat(rstd));
      eachVector(f, p.D, (i) => {
        const norm = f32x4.mul(f32x4.sub(load(x, i), mean), scale);
        f.store(i32.add(y, i), madd(norm, f32x4.add(load(p.weight, i), one), load(p.bias, i)));
      });
      const stats = f.let(i32.add(p.stats, i32.shl(n, 3)));
      f.store(stats, f32x4.lane(mean, 0));
      f.store(stats, rstd, 4);
    });
  },
);

/**
 * dx = rstd·(g − mean(g) − n·mean(g·n)) + partial, with g = dy·(1 + weight), n = (x − mean)·rstd; and of the block's rows Σ dy·n and
 * Σ dy, (2, D) a block, for `addParts` to add up.
 */
export const layerNormGradientKernel = kernel(
  'layerNormGradient',
  ['x', 'weight', 'stats', 'dy', 'partial', 'dx', 'sums', 'N', 'D', 'per'],
  [],
  (f, p, { madd }) => {
    const bytes = f.let(i32.shl(p.D, 2));
    const dweight = f.let(i32.add(p.sums, times(p.block, i32.shl(bytes, 1))));
    const dbias = f.let(i32.add(dweight, bytes));
    eachVector(f, i32.shl(p.D, 1), (i) => f.store(i32.add(dweight, i), f32x4.const(0)));
    const zero = f32x4.const(0);
    eachRow(f, { ...p, rows: p.N }, (n) => {
      const row = f.let(times(n, bytes));
      const [x, dy, dx] = mapTuple([p.x, p.dy, p.dx], (base) => f.let(i32.add(base, row)));
      const partial = f.let(i32.add(p.partial, row));
      const stats = f.let(i32.add(p.stats, i32.shl(n, 3)));
      const mean = f.let(f32x4.loadSplat(stats));
      const rstd = f.let(f32x4.loadSplat(stats, 4));
      const [sumG, sumGN] = [new WideSum(f), new WideSum(f)];
      eachVector(f, p.D, (i) => {
        const d = f.let(load(dy, i));
        const norm = f.let(f32x4.mul(f32x4.sub(load(x, i), mean), rstd));
        const g = f.let(f32x4.mul(d, f32x4.add(load(p.weight, i), one)));
        sumG.add(g);
        sumGN.add(f.let(f32x4.mul(g, norm)));
        const [w, b] = [f.let(i32.add(dweight, i)), f.let(i32.add(dbias, i))];
        f.store(w, madd(d, norm, f32x4.load(w)));
        f.store(b, f32x4.add(f32x4.load(b), d));
      });
      const [meanG, meanGN] = [meanOf(f, sumG, p.D), meanOf(f, sumGN, p.D)];
      eachVector(f, p.D, (i) => {
        const norm = f32x4.mul(f32x4.sub(load(x, i), mean), rstd);
        const g = f32x4.mul(load(dy, i), f32x4.add(load(p.weight, i), one));
        const inner = f32x4.sub(f32x4.sub(g, meanG), f32x4.mul(norm, meanGN));
        const before = f.let(zero);
        f.when(p.partial, () => f.set(before, load(partial, i)));
        f.store(i32.add(dx, i), madd(rstd, inner, before));
      });
    });
  },
);
