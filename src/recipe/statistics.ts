/**
 * What a handful of seeds can say: means, standard errors, and differences between arms that share a seed's base
 * checkpoint. Seeds differ far more than arms do, so arms are only ever compared seed by seed.
 */
import { verdictWords } from '../words/verdict.ts';

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation (n − 1); NaN for fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/** Standard error of the mean; NaN for fewer than two values. */
export function standardError(values: readonly number[]): number {
  return standardDeviation(values) / Math.sqrt(values.length);
}

/** Difference of two arms over the seeds they share, in the unit of the values. */
export interface PairedDifference {
  /** Seeds. */
  n: number;
  mean: number;
  /** NaN for one seed. */
  standardError: number;
  /** Two-sided interval mean ± t·SE at `level`; null for one seed, from which no spread can be told. */
  interval: [low: number, high: number] | null;
  level: number;
  /** Seeds in which the first arm is above the second. */
  wins: number;
}

/** a − b, entry by entry; entries are the same seeds in the same order. Null without a common seed. */
export function pairedDifference(a: readonly number[], b: readonly number[], level = 0.95): PairedDifference | null {
  if (a.length !== b.length) throw new RangeError(`Paired values need equal counts, not ${a.length} and ${b.length}.`);
  const differences = a.map((value, i) => value - b[i]!);
  const n = differences.length;
  if (n === 0) return null;
  const centre = mean(differences),
    error = standardError(differences);
  const reach = n > 1 ? tQuantile((1 + level) / 2, n - 1) * error : NaN;
  return {
    n,
    mean: centre,
    standardError: error,
    level,
    wins: differences.filter((value) => value > 0).length,
    interval: n > 1 ? [centre - reach, centre + reach] : null,
  };
}

/**
 * One sentence that follows from the interval and says nothing more. Values are shares; differences are told in
 * points (hundredths).
 */
export function verdict(arm: string, control: string, difference: PairedDifference | null): string {
  if (!difference) return verdictWords.noCommonSeed(arm, control);
  const { n, mean: centre, interval, level } = difference;
  const points = (value: number) => signed(100 * value);
  if (!interval) return verdictWords.oneSeed(arm, control, points(centre));
  const range = verdictWords.range(Math.round(level * 100), points(interval[0]), points(interval[1]), n);
  if (interval[0] <= 0 && interval[1] >= 0) return verdictWords.noDifference(arm, control, points(centre), range);
  return verdictWords.difference(arm, centre > 0, control, sizeInPoints(centre), range);
}

/**
 * +1.2 or −1.2 (a true minus sign). What rounds to zero keeps its sign: an interval that ends at −0.0 leaves zero
 * out.
 */
export function signed(value: number, digits = 1): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}

/** The size of a difference that was shown, in points (hundredths): never "0.0". */
export function sizeInPoints(difference: number): string {
  const size = (100 * Math.abs(difference)).toFixed(1);
  return Number(size) === 0 ? verdictWords.tiny : size;
}

/**
 * Student's t quantile: the t with P(T ≤ t) = p at `df` degrees of freedom, 0 < p < 1. Bisection on the distribution
 * function, which for t ≥ 0 is 1 − ½·I_x(df/2, ½) with x = df/(df + t²); good to about 1e-10.
 */
export function tQuantile(p: number, df: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`A quantile needs a probability between 0 and 1, not ${p}.`);
  if (!(df >= 1)) throw new RangeError(`Student's t needs at least one degree of freedom, not ${df}.`);
  if (p < 0.5) return -tQuantile(1 - p, df);
  const upperTail = (t: number) => 0.5 * regularisedBeta(df / (df + t * t), df / 2, 0.5);
  let low = 0,
    high = 1;
  while (upperTail(high) > 1 - p) high *= 2;
  for (let i = 0; i < 100 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2;
    if (upperTail(middle) > 1 - p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** I_x(a, b), the regularised incomplete beta function, by its continued fraction (Lentz's method). */
function regularisedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges quickly left of the mean only; on the right the symmetry I_x(a, b) = 1 − I_{1−x}(b, a)
  // leads there.
  if (x > (a + 1) / (a + b + 2)) return 1 - regularisedBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - Math.log(a) - logBeta(a, b));
  const tiny = 1e-300; // stands for a zero denominator
  const nonZero = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1,
    d = 1 / nonZero(1 - ((a + b) * x) / (a + 1)),
    fraction = d;
  for (let m = 1; m <= 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * fraction;
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** ln Γ(x), x > 0: Stirling's series from x ≥ 10, where five terms are exact to f64, reached by Γ(x + 1) = x·Γ(x). */
function logGamma(x: number): number {
  let shift = 0;
  for (; x < 10; x++) shift += Math.log(x);
  const y = 1 / (x * x);
  const series = (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y * (1 / 1188 - y * (691 / 360360)))))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
