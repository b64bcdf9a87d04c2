/**
 * Logarithm and exponential of doubles that have the same bits everywhere: what Math.log, Math.exp and ** round is each engine's own, and
 * Node's last bit is not always the browser's. After fdlibm's e_log.c and e_exp.c (© 1993 Sun Microsystems, permission to use, copy,
 * modify and distribute is freely granted): sums, products and quotients alone, which IEEE 754 fixes. Less than one unit in the last place off.
 */
const double = new Float64Array(1);
const [LOW, HIGH] = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? [0, 1] : [1, 0];
const half = new Int32Array(double.buffer);

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;

/** Natural logarithm. */
export function log(x: number): number {
  double[0] = x;
  let high = half[HIGH]!;
  let k = 0;
  if (high < 0x00100000) {
    if (((high & 0x7fffffff) | half[LOW]!) === 0) return -Infinity;
    if (high < 0) return NaN;
    // Below the smallest normal number: made 2⁵⁴ times as large.
    k = -54;
    double[0] = x * 18014398509481984;
    high = half[HIGH]!;
  }
  if (high >= 0x7ff00000) return x + x;
  // x = 2ᵏ (1 + f) with 1 + f between √½ and √2.
  k += (high >> 20) - 1023;
  high &= 0x000fffff;
  const up = (high + 0x95f64) & 0x100000;
  half[HIGH] = high | (up ^ 0x3ff00000);
  k += up >> 20;
  const f = double[0] - 1;
  if ((0x000fffff & (2 + high)) < 3) {
    const r = f * f * (0.5 - (1 / 3) * f);
    return k === 0 ? f - r : k * LN2_HIGH - (r - k * LN2_LOW - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const r = odd + even;
  if (((high - 0x6147a) | (0x6b851 - high)) > 0) {
    const square = 0.5 * f * f;
    return k === 0 ? f - (square - s * (square + r)) : k * LN2_HIGH - (square - (s * (square + r) + k * LN2_LOW) - f);
  }
  return k === 0 ? f - s * (f - r) : k * LN2_HIGH - (s * (f - r) - k * LN2_LOW - f);
}

/** e to the power x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019411) return 0;
  if (x === 1) return Math.E; // which the sums below miss by one unit
  const size = Math.abs(x);
  if (size < 2 ** -28) return 1 + x;
  // x = k ln 2 + r with r, as high − low, at most half of ln 2.
  let k = 0;
  let [top, low] = [0, 0];
  let r = x;
  if (size > 0.34657359027997264) {
    if (size < 1.0397207708399179) k = x < 0 ? -1 : 1;
    else k = Math.trunc(Math.LOG2E * x + (x < 0 ? -0.5 : 0.5));
    top = x - k * LN2_HIGH;
    low = k * LN2_LOW;
    r = top - low;
  }
  const t = r * r;
  const c =
    r -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t * (6.61375632143793436117e-5 + t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))));
  if (k === 0) return 1 - ((r * c) / (c - 2) - r);
  const y = 1 - (low - (r * c) / (2 - c) - top);
  // 2ᵏ in two steps where it is no normal number.
  return k >= -1021 && k < 1024 ? y * power2(k) : y * power2(k < 0 ? k + 1000 : k - 1) * (k < 0 ? power2(-1000) : 2);
}

function power2(k: number): number {
  half[LOW] = 0;
  half[HIGH] = (1023 + k) << 20;
  return double[0]!;
}

/** x to the power y, for x from 0. */
export const power = (x: number, y: number): number => (x === 0 ? (y === 0 ? 1 : 0) : exp(y * log(x)));
