/** Kernels that take rows or elements one by one: embedding and its gradient, sums of two, largest elements of columns. */
import { eachRow, kernel } from '../kernel.ts';
import { f32, f32x4, i32 } from '../../util/wasm.ts';
import { at, eachVector, times } from './arithmetic.ts';

/** y[n] = weight[tokens[n]], rows of `bytes`. */
export const embeddingKernel = kernel('embedding', ['weight', 'tokens', 'y', 'N', 'D', 'per'], [], (f, p) => {
  const bytes = f.let(i32.shl(p.D, 2));
  eachRow(f, { ...p, rows: p.N }, (n) => {
    const from = f.let(i32.add(p.weight, times(i32.load(at(p.tokens, n)), bytes)));
    const to = f.let(i32.add(p.y, times(n, bytes)));
    eachVector(f, p.D, (i) => f.store(i32.add(to, i), f32x4.load(i32.add(from, i))));
  });
});

/** dweight[v] (+)= Σ dy[n] over the positions n of token v, in their order. */
export const embeddingGradientKernel = kernel(
  'embeddingGradient',
  ['rowStart', 'order', 'dy', 'dweight', 'V', 'D', 'accumulate', 'per'],
  [],
  (f, p) => {
    const bytes = f.let(i32.shl(p.D, 2));
    eachRow(f, { ...p, rows: p.V }, (v) => {
      const to = f.let(i32.add(p.dweight, times(v, bytes)));
      f.when(i32.eq(p.accumulate, i32.const(0)), () =>
        eachVector(f, p.D, (i) => f.store(i32.add(to, i), f32x4.const(0))),
      );
      f.for(i32.load(at(p.rowStart, v)), i32.load(at(p.rowStart, v), 4), 1, (k) => {
        const from = f.let(i32.add(p.dy, times(i32.load(at(p.order, k)), bytes)));
        eachVector(f, p.D, (i) => {
          const place = f.let(i32.add(to, i));
          f.store(place, f32x4.add(f32x4.load(place), f32x4.load(i32.add(from, i))));
        });
      });
    });
  },
);

/** c = a + b over `vectors` vectors, `per` a block. */
export const addKernel = kernel('add', ['a', 'b', 'c', 'vectors', 'per'], [], (f, p) => {
  eachRow(f, { ...p, rows: p.vectors }, (i) => {
    const place = f.let(i32.shl(i, 4));
    const sum = f32x4.add(f32x4.load(i32.add(p.a, place)), f32x4.load(i32.add(p.b, place)));
    f.store(i32.add(p.c, place), sum);
  });
});

/** highest[c] = max over n of x[n, c]. */
export const columnMaxKernel = kernel('columnMax', ['x', 'highest', 'N', 'C', 'per'], [], (f, p) => {
  eachRow(f, { ...p, rows: p.C }, (c) => {
    const from = f.let(at(p.x, c));
    const most = f.let(f32.load(from));
    f.for(i32.const(1), p.N, 1, () => {
      f.set(from, at(from, p.C));
      f.set(most, f32.max(most, f32.load(from)));
    });
    f.store(at(p.highest, c), most);
  });
});

/** sums[c] (+)= Σ of `parts` partial sums [part][stride] of column c, in f32, in order. */
export const addPartsKernel = kernel(
  'addParts',
  ['from', 'to', 'columns', 'stride', 'parts', 'accumulate', 'per'],
  [],
  (f, p) => {
    const vectors = f.let(i32.div(p.columns, i32.const(4)));
    eachRow(f, { ...p, rows: vectors }, (i) => {
      const place = f.let(i32.shl(i, 4));
      const from = f.let(i32.add(p.from, place));
      const sum = f.let(f32x4.const(0));
      f.for(i32.const(0), p.parts, 1, () => {
        f.set(sum, f32x4.add(sum, f32x4.load(from)));
        f.set(from, i32.add(from, p.stride));
      });
      const to = f.let(i32.add(p.to, place));
      f.when(p.accumulate, () => f.set(sum, f32x4.add(sum, f32x4.load(to))));
      f.store(to, sum);
    });
  },
);
