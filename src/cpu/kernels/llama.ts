/** What Llama's layers do besides products and attention: RMSNorm, SwiGLU's gate, a bias; and their gradients. */
import { eachRow, kernel } from '../kernel.ts';
import { type Expr, f32, f32x4, f64, type Func, i32, type Local } from '../../util/wasm.ts';
import { eachVector, exp, type Madd, times, WideSum } from './arithmetic.ts';
import { mapTuple } from '../../util/tuple.ts';

const load = (base: Expr, offset: Expr): Expr => f32x4.load(i32.add(base, offset));

/** y = x · rstd · weight, rstd = 1/√(mean(x²) + eps); sums over a row are in f64. */
export const rmsNormKernel = kernel('rmsNorm', ['x', 'weight', 'y', 'scales', 'N', 'D', 'per'], ['eps'], (f, p) => {
  eachRow(f, { ...p, rows: p.N }, (n) => {
    const row = f.let(i32.shl(times(n, p.D), 2));
    const [x, y] = [f.let(i32.add(p.x, row)), f.let(i32.add(p.y, row))];
    const squares = new WideSum(f);
    eachVector(f, p.D, (i) => {
      const v = f.let(load(x, i));
      squares.add(f.let(f32x4.mul(v, v)));
    });
    const mean = f64.add(f64.div(squares.total, f64.fromI32(p.D)), f64.promote(p.eps));
    const rstd = f.let(f32.demote(f64.div(f64.const(1), f64.sqrt(mean))));
    f.store(i32.add(p.scales, i32.shl(n, 2)), rstd);
    const scale = f.let(f32x4.splat(rstd));
    eachVector(f, p.D, (i) => f.store(i32.add(y, i), f32x4.mul(f32x4.mul(load(x, i), scale), load(p.weight, i))));
  });
});

/** dx = rstd·(g − n·mean(g·n)) + partial, g = dy·weight, n = x·rstd; and of the block's rows Σ dy·n, (D) a block, for `addParts`. */
export const rmsNormGradientKernel = kernel(
  'rmsNormGradient',
  ['x', 'weight', 'scales', 'dy', 'partial', 'dx', 'sums', 'N', 'D', 'per'],
  [],
  (f, p, { madd }) => {
    const bytes = f.let(i32.shl(p.D, 2));
    const dweight = f.let(i32.add(p.sums, times(p.block, bytes)));
    eachVector(f, p.D, (i) => f.store(i32.add(dweight, i), f32x4.const(0)));
    eachRow(f, { ...p, rows: p.N }, (n) => {
      const row = f.let(times(n, bytes));
      const [x, dy, dx] = mapTuple([p.x, p.dy, p.dx], (base) => f.let(i32.add(base, row)));
      const partial = f.let(i32.add(p.partial, row));
      const rstd = f.let(f32x4.loadSplat(i32.add(p.scales, i32.shl(n, 2))));
      const sum = new WideSum(f);
      eachVector(f, p.D, (i) => {
        const d = f.let(load(dy, i));
        const norm = f.let(f32x4.mul(load(x, i), rstd));
        sum.add(f.let(f32x4.mul(f32x4.mul(d, load(p.weight, i)), norm)));
        const w = f.let(i32.add(dweight, i));
        f.store(w, madd(d, norm, f32x4.load(w)));
      });
      const mean = f.let(f32x4.splat(f32.demote(f64.div(sum.total, f64.fromI32(p.D)))));
      eachVector(f, p.D, (i) => {
        const norm = f32x4.mul(load(x, i), rstd);
        const inner = f32x4.sub(f32x4.mul(load(dy, i), load(p.weight, i)), f32x4.mul(norm, mean));
        const before = f.let(f32x4.const(0));
        f.when(p.partial, () => f.set(before, load(partial, i)));
        f.store(i32.add(dx, i), madd(rstd, inner, before));
      });
    });
  },
);

/** 1/(1 + e^−x); e^87 is finite, and NaN stays one. */
function sigmoid(f: Func, madd: Madd, x: Expr): Local {
  const e = exp(f, madd, f32x4.min(f32x4.sub(f32x4.const(0), x), f32x4.const(87)));
  return f.let(f32x4.div(f32x4.const(1), f32x4.add(f32x4.const(1), e)));
}

/** y = silu(gate) · up of rows [gate | up], 2F wide. */
export const swigluKernel = kernel('swiglu', ['x', 'y', 'N', 'F', 'per'], [], (f, p, { madd }) => {
  const bytes = f.let(i32.shl(p.F, 2));
  eachRow(f, { ...p, rows: p.N }, (n) => {
    const y = f.let(i32.add(p.y, times(n, bytes)));
    const gates = f.let(i32.add(p.x, times(n, i32.shl(bytes, 1))));
    const ups = f.let(i32.add(gates, bytes));
    eachVector(f, p.F, (i) => {
      const gate = f.let(load(gates, i));
      f.store(i32.add(y, i), f32x4.mul(f32x4.mul(gate, sigmoid(f, madd, gate)), load(ups, i)));
    });
  });
});

/** d[gate | up] of rows 2F wide, g = gate, σ = 1/(1 + e^−g): dgate = dy · up · σ·(1 + g·(1 − σ)), dup = dy · g·σ. */
export const swigluGradientKernel = kernel(
  'swigluGradient',
  ['x', 'dy', 'dx', 'N', 'F', 'per'],
  [],
  (f, p, { madd }) => {
    const bytes = f.let(i32.shl(p.F, 2));
    eachRow(f, { ...p, rows: p.N }, (n) => {
      const dy = f.let(i32.add(p.dy, times(n, bytes)));
      const row = f.let(times(n, i32.shl(bytes, 1)));
      const [gates, dgates] = mapTuple([p.x, p.dx], (base) => f.let(i32.add(base, row)));
      eachVector(f, p.F, (i) => {
        const gate = f.let(load(gates, i));
        const d = f.let(load(dy, i));
        const s = sigmoid(f, madd, gate);
        const one = f32x4.const(1);
        const slope = f32x4.mul(s, f32x4.add(one, f32x4.mul(gate, f32x4.sub(one, s))));
        const up = load(i32.add(gates, bytes), i);
        f.store(i32.add(dgates, i), f32x4.mul(f32x4.mul(d, up), slope));
        f.store(i32.add(i32.add(dgates, bytes), i), f32x4.mul(d, f32x4.mul(gate, s)));
      });
    });
  },
);

/** y = x + bias, rows of O. */
export const addBiasKernel = kernel('addBias', ['x', 'bias', 'y', 'N', 'O', 'per'], [], (f, p) => {
  eachRow(f, { ...p, rows: p.N }, (n) => {
    const row = f.let(i32.shl(times(n, p.O), 2));
    const [x, y] = mapTuple([p.x, p.y], (base) => f.let(i32.add(base, row)));
    eachVector(f, p.O, (i) => f.store(i32.add(y, i), f32x4.add(load(x, i), load(p.bias, i))));
  });
});

/** y = factor · x over `vectors` vectors, `per` a block. */
export const scaleKernel = kernel('scale', ['x', 'y', 'vectors', 'per'], ['factor'], (f, p) => {
  const factor = f.let(f32x4.splat(p.factor));
  eachRow(f, { ...p, rows: p.vectors }, (i) => {
    const place = f.let(i32.shl(i, 4));
    f.store(i32.add(p.y, place), f32x4.mul(load(p.x, place), factor));
  });
});

/** y = max(x, 0)² over `vectors` vectors, `per` a block. */
export const squaredReluKernel = kernel('squaredRelu', ['x', 'y', 'vectors', 'per'], [], (f, p) => {
  eachRow(f, { ...p, rows: p.vectors }, (i) => {
    const place = f.let(i32.shl(i, 4));
    const positive = f.let(f32x4.max(load(p.x, place), f32x4.const(0)));
    f.store(i32.add(p.y, place), f32x4.mul(positive, positive));
  });
});

/** dx = dy·2√y. */
export const squaredReluOfGradientKernel = kernel(
  'squaredReluOfGradient',
  ['y', 'dy', 'dx', 'vectors', 'per'],
  [],
  (f, p) => {
    eachRow(f, { ...p, rows: p.vectors }, (i) => {
      const place = f.let(i32.shl(i, 4));
      const slope = f32x4.mul(f32x4.const(2), f32x4.sqrt(load(p.y, place)));
      f.store(i32.add(p.dx, place), f32x4.mul(load(p.dy, place), slope));
    });
  },
);
