/** The optimizer over whole pools: the gradients' norm, the factor that clips them, AdamW, and what it did to every tensor. */
import { eachRow, kernel } from '../kernel.ts';
import { type Expr, f32, f32x4, f64, i32, type Local } from '../../util/wasm.ts';
import { ringColumn, ringNames, updateCode } from '../../recipe/measurements.ts';
import { anyBad, isBad, WideSum } from './arithmetic.ts';
import { SLICE_WORDS } from '../../ops/tensorNorms.ts';
import { mapTuple } from '../../util/tuple.ts';

/** The step's row of the ring, in bytes from its beginning. */
const rowOf = ({ controls, rowBytes }: Record<'controls' | 'rowBytes', Local>): Expr =>
  i32.mul(i32.truncate(f32.load(controls, 12)), rowBytes);

/** One measurement into its column of the step's row of the ring; `column` in bytes. */
export const ringColumnKernel = kernel('ringColumn', ['value', 'controls', 'ring', 'column', 'rowBytes'], [], (f, p) =>
  f.store(i32.add(i32.add(p.ring, p.column), rowOf(p)), f32.load(p.value)),
);

const load = (base: Expr, vector: Expr): Expr => f32x4.load(i32.add(base, i32.shl(vector, 4)));

/** squares[block] = Σ g² of its `per` vectors, f64. */
export const squareSumsKernel = kernel('squareSums', ['gradients', 'squares', 'vectors', 'per'], [], (f, p) => {
  const sum = new WideSum(f);
  eachRow(f, { ...p, rows: p.vectors }, (i) => {
    const g = f.let(load(p.gradients, i));
    sum.add(f.let(f32x4.mul(g, g)));
  });
  f.store(i32.add(p.squares, i32.shl(p.block, 3)), sum.total);
});

/**
 * clip = [factor / scale, ‖g‖, 1 / scale, –] and the step's row of the ring, `rowBytes` long (recipe/measurements.ts); a loss scale, where there is one,
 * is halved after an overflow and doubled after `stepsToDouble` steps without. The rules are those of ops/gradientNorm.ts.
 */
export const clipKernel = kernel(
  'clip',
  ['squares', 'count', 'loss', 'controls', 'clip', 'ring', 'lossScale', 'stepsToDouble', 'rowBytes'],
  ['maxNorm'],
  (f, p) => {
    const total = f.let(f64.const(0));
    f.for(i32.const(0), p.count, 1, (i) => f.set(total, f64.add(total, f64.load(i32.add(p.squares, i32.shl(i, 3))))));
    const loss = f.let(f32.load(p.loss));
    const scale = f.let(f32.const(1));
    f.when(p.stepsToDouble, () => f.set(scale, f32.load(p.lossScale)));
    const norm = f.let(f32.demote(f64.div(f64.sqrt(total), f64.promote(scale))));
    const factor = f.let(f32.const(1));
    const clipped = i32.and(f32.gt(p.maxNorm, f32.const(0)), f32.gt(norm, p.maxNorm));
    f.when(clipped, () => f.set(factor, f32.div(p.maxNorm, norm)));
    const badNorm = f.let(isBad(norm));
    const badLoss = f.let(isBad(loss));
    const update = f.let(f32.const(updateCode('made')));
    f.when(i32.add(badNorm, badLoss), () => {
      f.set(factor, f32.const(0));
      f.set(update, f32.const(updateCode('suppressed')));
    });
    f.store(p.clip, f32.div(factor, scale));
    f.store(p.clip, norm, 4);
    f.store(p.clip, f32.div(f32.const(1), scale), 8);
    f.when(p.stepsToDouble, () => {
      const overflowed = i32.and(i32.and(badNorm, i32.eq(badLoss, i32.const(0))), f32.gt(scale, f32.const(1)));
      const steps = f.let(f32.add(f32.load(p.lossScale, 4), f32.const(1)));
      f.when(
        overflowed,
        () => {
          f.set(scale, f32.mul(scale, f32.const(0.5)));
          f.set(steps, f32.const(0));
          f.set(update, f32.const(updateCode('overflow')));
        },
        () =>
          f.when(f32.ge(steps, f32.fromI32(p.stepsToDouble)), () => {
            f.set(scale, f32.mul(scale, f32.const(2)));
            f.set(steps, f32.const(0));
          }),
      );
      f.store(p.lossScale, scale);
      f.store(p.lossScale, steps, 4);
    });
    const row = f.let(i32.add(p.ring, rowOf(p)));
    const measured = { loss, gradNorm: norm, clip: factor, lr: f32.load(p.controls), update };
    for (const name of ringNames) f.store(row, measured[name], 4 * ringColumn(name));
  },
);

/**
 * One AdamW step of a region, vector by vector. A factor of 0 leaves everything as it is; so does a result that is not finite, for its four
 * elements, and the ring then calls the update partial.
 */
export const adamwKernel = kernel(
  'adamw',
  ['gradients', 'controls', 'clip', 'weights', 'moments1', 'moments2', 'ring', 'vectors', 'rowBytes', 'per'],
  ['beta1', 'beta2', 'rest1', 'rest2', 'rate', 'epsilon', 'decay'],
  (f, p) => {
    const splat = (value: Expr): Local => f.let(f32x4.splat(value));
    const factor = splat(f32.load(p.clip));
    const lr = splat(f32.mul(p.rate, f32.load(p.controls)));
    const [c1, c2] = mapTuple([4, 8], (offset) => f.let(f32x4.loadSplat(p.controls, offset)));
    const [beta1, beta2, rest1, rest2] = mapTuple([p.beta1, p.beta2, p.rest1, p.rest2], splat);
    const [epsilon, decay] = mapTuple([p.epsilon, p.decay], splat);
    f.when(f32.eq(f32x4.lane(factor, 0), f32.const(0)), () => f.return());
    eachRow(f, { ...p, rows: p.vectors }, (i) => {
      const place = f.let(i32.shl(i, 4));
      const [m0, v0, w0] = mapTuple([p.moments1, p.moments2, p.weights], (pool) => f.let(i32.add(pool, place)));
      const g = f.let(f32x4.mul(load(p.gradients, i), factor));
      const m = f.let(f32x4.add(f32x4.mul(beta1, f32x4.load(m0)), f32x4.mul(rest1, g)));
      const v = f.let(f32x4.add(f32x4.mul(beta2, f32x4.load(v0)), f32x4.mul(f32x4.mul(rest2, g), g)));
      const w = f.let(f32x4.load(w0));
      const update = f32x4.div(f32x4.mul(m, c1), f32x4.add(f32x4.sqrt(f32x4.mul(v, c2)), epsilon));
      const next = f.let(f32x4.sub(w, f32x4.mul(lr, f32x4.add(update, f32x4.mul(decay, w)))));
      f.when(
        i32.add(i32.add(anyBad(m), anyBad(v)), anyBad(next)),
        () => {
          f.store(i32.add(p.ring, rowOf(p)), f32.const(updateCode('partial')), 4 * ringColumn('update'));
        },
        () => {
          f.store(m0, m);
          f.store(v0, v);
          f.store(w0, next);
        },
      );
    });
  },
);

/** Of each slice of the pools, a block each: [Σ g², Σ w², Σ Δw², vectors of g that are not finite]; see ops/tensorNorms.ts. */
export const tensorNormsKernel = kernel(
  'tensorNorms',
  ['slices', 'controls', 'clip', 'gradients', 'weights', 'moments1', 'moments2', 'norms'],
  [],
  (f, p) => {
    const slice = f.let(i32.add(p.slices, i32.mul(p.block, i32.const(4 * SLICE_WORDS))));
    const first = f.let(i32.load(slice));
    const [c1, c2] = mapTuple([4, 8], (offset) => f.let(f32x4.loadSplat(p.controls, offset)));
    const suppressed = f32.eq(f32.load(p.clip), f32.const(0));
    const taken = f32.mul(f32.load(slice, 8), f32.load(p.controls));
    const rate = f.let(f32.select(f32.const(0), taken, suppressed));
    const lr = f.let(f32x4.splat(rate));
    const unscale = f.let(f32x4.loadSplat(p.clip, 8));
    const [epsilon, decay] = mapTuple([12, 16], (offset) => f.let(f32x4.loadSplat(slice, offset)));
    const [sumG, sumW, sumChange] = [new WideSum(f), new WideSum(f), new WideSum(f)];
    const bad = f.let(i32.const(0));
    const square = (x: Local): Local => f.let(f32x4.mul(x, x));
    f.for(first, i32.add(first, i32.load(slice, 4)), 1, (i) => {
      const g = f.let(f32x4.mul(load(p.gradients, i), unscale));
      const w = f.let(load(p.weights, i));
      const root = f32x4.sqrt(f32x4.mul(load(p.moments2, i), c2));
      const u = f.let(f32x4.div(f32x4.mul(load(p.moments1, i), c1), f32x4.add(root, epsilon)));
      const kept = f32x4.sub(f32x4.const(1), f32x4.mul(lr, decay));
      const before = f32x4.div(f32x4.add(w, f32x4.mul(lr, u)), kept);
      const change = f.let(f32x4.mul(lr, f32x4.add(u, f32x4.mul(decay, before))));
      sumG.add(square(g));
      sumW.add(square(w));
      sumChange.add(square(change));
      f.set(bad, i32.add(bad, anyBad(g)));
    });
    const norms = f.let(i32.add(p.norms, i32.shl(p.block, 4)));
    [sumG, sumW, sumChange].forEach((sum, i) => f.store(norms, f32.demote(sum.total), 4 * i));
    f.store(norms, f32.fromI32(bad), 12);
  },
);
