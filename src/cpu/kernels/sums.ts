/** Sums of every row of a micro-batch, and the gradients of such sums. */
import { eachRow, kernel } from '../kernel.ts';
import { f32, f64, i32 } from '../../util/wasm.ts';
import { at, times } from './arithmetic.ts';
import { mapTuple } from '../../util/tuple.ts';

/** y[b] = Σ_t weights[b, t] · x[b, t], in f64. */
export const rowSumsKernel = kernel('rowSums', ['x', 'weights', 'y', 'B', 'T', 'per'], [], (f, p) => {
  eachRow(f, { ...p, rows: p.B }, (b) => {
    const sum = f.let(f64.const(0));
    const first = f.let(times(b, p.T));
    f.for(first, i32.add(first, p.T), 1, (i) => {
      const [x, weight] = mapTuple([p.x, p.weights], (base) => f64.promote(f32.load(at(base, i))));
      f.set(sum, f64.add(sum, f64.mul(x, weight)));
    });
    f.store(at(p.y, b), f32.demote(sum));
  });
});

/** dx[b, t] = dy[b] · weights[b, t]. */
export const spreadKernel = kernel('spread', ['dy', 'weights', 'dx', 'B', 'T', 'per'], [], (f, p) => {
  eachRow(f, { ...p, rows: p.B }, (b) => {
    const first = f.let(times(b, p.T));
    const factor = f.let(f32.load(at(p.dy, b)));
    f.for(first, i32.add(first, p.T), 1, (i) => f.store(at(p.dx, i), f32.mul(factor, f32.load(at(p.weights, i)))));
  });
});

/** Every element weight[0], times scale[0] where that is a pointer. */
export const sameKernel = kernel('same', ['weight', 'scale', 'out', 'size'], [], (f, p) => {
  const value = f.let(f32.load(p.weight));
  f.when(p.scale, () => f.set(value, f32.mul(value, f32.load(p.scale))));
  f.for(i32.const(0), p.size, 1, (i) => f.store(at(p.out, i), value));
});
