/** Softmax cross-entropy of rows of logits, which in training become their own gradient, and the sum of all rows' losses. */
import { eachRow, kernel } from '../kernel.ts';
import { f32, f32x4, f64, i32 } from '../../util/wasm.ts';
import { at, eachVector, exponentials, log, times } from './arithmetic.ts';

/**
 * nll = sign · (ln Σ eˡ − l[target]), 0 where target ≥ V; with `training` logits = (softmax − onehot) · sign · lossWeight · rowWeight ·
 * scale, 0 where ignored; without it they are of no more use. targets, nll and rowWeights from this chunk’s first row on; `scale` and
 * `rowWeights` may be no pointers.
 */
export const softmaxLossKernel = kernel(
  'softmaxLoss',
  ['targets', 'lossWeight', 'logits', 'nll', 'scale', 'rowWeights', 'rows', 'V', 'training', 'per'],
  ['sign'],
  (f, p, { madd }) => {
    eachRow(f, p, (n) => {
      const row = f.let(at(p.logits, times(n, p.V)));
      const nll = f.let(at(p.nll, n));
      const target = f.let(i32.load(at(p.targets, n)));
      // Without sign: ids that count for nothing are large.
      const counted = f.let(i32.eq(i32.div(target, p.V), i32.const(0)));
      f.store(nll, f32.const(0));
      f.when(
        counted,
        () => {
          const wanted = f.let(f32.load(at(row, target)));
          const { highest, total } = exponentials(f, madd, row, [i32.const(0), i32.shl(p.V, 2)]);
          const surprise = f64.sub(f64.add(log(f, total), f64.promote(highest)), f64.promote(wanted));
          f.store(nll, f32.mul(f32.demote(surprise), p.sign));
          f.when(p.training, () => {
            const weight = f.let(f32.mul(f32.load(p.lossWeight), p.sign));
            f.when(p.rowWeights, () => f.set(weight, f32.mul(weight, f32.load(at(p.rowWeights, n)))));
            f.when(p.scale, () => f.set(weight, f32.mul(weight, f32.load(p.scale))));
            const share = f.let(f32x4.splat(f32.demote(f64.div(f64.promote(weight), total))));
            eachVector(f, p.V, (i) => {
              const place = f.let(i32.add(row, i));
              f.store(place, f32x4.mul(f32x4.load(place), share));
            });
            const place = f.let(at(row, target));
            f.store(place, f32.sub(f32.load(place), weight));
          });
        },
        () => f.when(p.training, () => eachVector(f, p.V, (i) => f.store(i32.add(row, i), f32x4.const(0)))),
      );
    });
  },
);

/** loss (+)= lossWeight · Σ nll · rowWeight, in f64; `rowWeights` may be no pointer. */
export const meanLossKernel = kernel(
  'meanLoss',
  ['nll', 'lossWeight', 'loss', 'rowWeights', 'N', 'accumulate'],
  [],
  (f, p) => {
    const sum = f.let(f64.const(0));
    f.for(i32.const(0), p.N, 1, (n) => {
      const value = f.let(f64.promote(f32.load(at(p.nll, n))));
      f.when(p.rowWeights, () => f.set(value, f64.mul(value, f64.promote(f32.load(at(p.rowWeights, n))))));
      f.set(sum, f64.add(sum, value));
    });
    f.set(sum, f64.mul(sum, f64.promote(f32.load(p.lossWeight))));
    f.when(p.accumulate, () => f.set(sum, f64.add(sum, f64.promote(f32.load(p.loss)))));
    f.store(p.loss, f32.demote(sum));
  },
);
