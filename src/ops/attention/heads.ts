/** Heads of packed rows: what they are, and in f64, for the twins, the place of one, its rotation, and sums over its elements. */

/** The heads of packed rows, (H + 2K)·d wide: [q heads | k heads | v heads]. */
export interface Heads {
  /** Query heads. */
  H: number;
  /** Key/value heads; query head h uses key/value head ⌊h / (H/K)⌋. */
  K: number;
  /** Width of a head, a multiple of 4. */
  d: number;
  ropeTheta: number;
  /** Share of each head's elements that rotate: partial_rotary_factor. */
  ropeFactor: number;
}

export function dotProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export function addScaled(to: Float64Array, factor: number, x: Float64Array): void {
  for (let i = 0; i < x.length; i++) to[i]! += factor * x[i]!;
}

/** Turns the first ⌊d·factor⌋ elements by sign · position · θ^(−2j/⌊d·factor⌋), element j with j + half. */
export function turn(
  head: Float64Array,
  position: number,
  { d, ropeTheta, ropeFactor }: Heads,
  sign: number,
): Float64Array {
  const width = Math.floor(d * ropeFactor);
  const y = Float64Array.from(head);
  for (let j = 0; j < width / 2; j++) {
    const angle = sign * position * ropeTheta ** ((-2 * j) / width);
    const [a, b] = [head[j]!, head[j + width / 2]!];
    y[j] = a * Math.cos(angle) - b * Math.sin(angle);
    y[j + width / 2] = b * Math.cos(angle) + a * Math.sin(angle);
  }
  return y;
}

/** The d elements of one head of one row of packed heads. */
export const headOf = (rows: Float64Array, heads: number, n: number, head: number, d: number): Float64Array =>
  rows.subarray((n * heads + head) * d, (n * heads + head + 1) * d);
