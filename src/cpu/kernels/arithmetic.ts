/** Arithmetic written in line: addresses, sums of f32 in f64, exponential and logarithm. */
import { type Expr, f32, f32x4, f64, f64x2, type Func, i32, i32x4, type Local, v128 } from '../../util/wasm.ts';

/** a · b + c for f32x4: rounded once with relaxed SIMD, twice without. */
export type Madd = (a: Expr, b: Expr, c: Expr) => Expr;

/** The address of the 4-byte element `index` behind `base`. */
export const at = (base: Expr, index: Expr): Expr => i32.add(base, i32.shl(index, 2));
export const plus = (a: Expr, constant: number): Expr => (constant === 0 ? a : i32.add(a, i32.const(constant)));
export const times = (a: Expr, b: Expr): Expr => i32.mul(a, b);
export const isZero = (a: Expr): Expr => i32.eq(a, i32.const(0));

/** Steps through `count` elements, a multiple of 4, as vectors: `body` gets the offset in bytes. */
export const eachVector = (f: Func, count: Expr, body: (offset: Local) => void): void =>
  f.for(i32.const(0), i32.shl(count, 2), 16, body);

/** A sum of f32 in f64: as exact as the f32 themselves. */
export class WideSum {
  readonly #f: Func;
  readonly #sum: Local;

  constructor(f: Func) {
    this.#f = f;
    this.#sum = f.let(f64x2.zero);
  }

  /** Adds four f32. */
  add(x: Local): void {
    const high = f32x4.shuffle(x, x, [2, 3, 2, 3]);
    this.#f.set(this.#sum, f64x2.add(this.#sum, f64x2.add(f64x2.promoteLow(x), f64x2.promoteLow(high))));
  }

  get total(): Expr {
    return f64.add(f64x2.lane(this.#sum, 0), f64x2.lane(this.#sum, 1));
  }
}

/** The largest of four lanes. */
const highestLane = (x: Local): Expr =>
  f32.max(f32.max(f32x4.lane(x, 0), f32x4.lane(x, 1)), f32.max(f32x4.lane(x, 2), f32x4.lane(x, 3)));

/** The sum of four lanes, two by two. */
const laneSum = (x: Local): Expr =>
  f32.add(f32.add(f32x4.lane(x, 0), f32x4.lane(x, 1)), f32.add(f32x4.lane(x, 2), f32x4.lane(x, 3)));

/**
 * eˣ of four f32 below 88, within 2 ulp: x = n ln 2 + r with |r| ≤ ½ ln 2, eʳ by the polynomial of Cephes' expf. Below −87.3, where
 * the result would be subnormal, it is 0. A NaN stays one.
 */
export function exp(f: Func, madd: Madd, value: Expr): Local {
  const x = f.let(value);
  const n = f.let(f32x4.nearest(f32x4.mul(x, f32x4.const(Math.LOG2E))));
  // ln 2 in two parts, the first of so few bits that n times it is exact.
  const r = f.let(madd(n, f32x4.const(-0.693359375), x));
  f.set(r, madd(n, f32x4.const(2.12194440054e-4), r));
  const p = f.let(f32x4.const(1.98756915e-4));
  for (const next of [1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1])
    f.set(p, madd(p, r, f32x4.const(next)));
  f.set(p, madd(f32x4.mul(p, r), r, f32x4.add(r, f32x4.const(1))));
  const power = i32x4.shl(i32x4.add(i32x4.truncate(n), i32x4.const(127)), 23);
  return f.let(v128.andNot(f32x4.mul(p, power), f32x4.lt(x, f32x4.const(-87.3))));
}

/**
 * The softmax of a row but for its division: x becomes e^(x − m) in the vectors from byte `begin` to before `end`, at least one, of which
 * m is the largest element. Returns m and, in f64, the sum.
 */
export function exponentials(
  f: Func,
  madd: Madd,
  row: Local,
  [begin, end]: readonly [Expr, Expr],
): { highest: Local; total: Local } {
  const top = f.let(f32x4.load(i32.add(row, begin)));
  f.for(begin, end, 16, (i) => f.set(top, f32x4.max(top, f32x4.load(i32.add(row, i)))));
  const highest = f.let(highestLane(top));
  const shift = f.let(f32x4.splat(highest));
  const sum = new WideSum(f);
  f.for(begin, end, 16, (i) => {
    const place = f.let(i32.add(row, i));
    const e = exp(f, madd, f32x4.sub(f32x4.load(place), shift));
    sum.add(e);
    f.store(place, e);
  });
  return { highest, total: f.let(sum.total) };
}

/** Σ aᵢbᵢ of d elements. */
export function dot(f: Func, madd: Madd, a: Local, b: Local, d: Expr): Local {
  const sums = f.let(f32x4.const(0));
  eachVector(f, d, (i) => f.set(sums, madd(f32x4.load(i32.add(a, i)), f32x4.load(i32.add(b, i)), sums)));
  return f.let(laneSum(sums));
}

/**
 * ln x of a positive, finite f64 of f32's range, within 1e-11 relative or absolute: x = m·2ᵉ with m near 1, ln m = 2 artanh s with
 * s = (m − 1) / (m + 1), |s| < 0.172, as its series to s¹³.
 */
export function log(f: Func, value: Expr): Local {
  const x = f.let(value);
  // Exponents are counted from √½, so that m lies between √½ and √2.
  const bits = f.let(i32.sub(i32.reinterpret(f32.demote(x)), i32.const(0x3f3504f3)));
  const e = f.let(i32.shr(bits, 23));
  const m = f.let(f64.mul(x, f64.promote(f32.reinterpret(i32.shl(i32.sub(i32.const(127), e), 23)))));
  const s = f.let(f64.div(f64.sub(m, f64.const(1)), f64.add(m, f64.const(1))));
  const s2 = f.let(f64.mul(s, s));
  const series = f.let(f64.const(1 / 13));
  for (const odd of [11, 9, 7, 5, 3, 1]) f.set(series, f64.add(f64.mul(series, s2), f64.const(1 / odd)));
  return f.let(f64.add(f64.mul(f64.mul(f64.const(2), s), series), f64.mul(f64.fromI32(e), f64.const(Math.LN2))));
}

/** Whether a lane is infinite or NaN: exponents of ones. */
export const anyBad = (x: Expr): Expr => {
  const exponent = i32x4.const(0x7f800000);
  return i32.anyTrue(i32x4.eq(v128.and(x, exponent), exponent));
};
export const isBad = (x: Expr): Expr => {
  const exponent = i32.const(0x7f800000);
  return i32.eq(i32.and(i32.reinterpret(x), exponent), exponent);
};
