/** f64 twins of rotary positions and causal grouped-query attention. */
import type { AttentionShape, Heads } from './attention.ts';
import type { CachedAttentionShape } from './cachedAttention.ts';
import type { Twin } from '../../graph/interpret.ts';

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(to: Float64Array, factor: number, x: Float64Array): void {
  for (let i = 0; i < x.length; i++) to[i]! += factor * x[i]!;
}

/** Turns the first ⌊d·factor⌋ elements by sign · position · θ^(−2j/⌊d·factor⌋), element j with j + half. */
function turn(head: Float64Array, position: number, { d, ropeTheta, ropeFactor }: Heads, sign: number): Float64Array {
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
const headOf = (rows: Float64Array, heads: number, n: number, head: number, d: number): Float64Array =>
  rows.subarray((n * heads + head) * d, (n * heads + head + 1) * d);

/** q and k of all rows, rotated, q scaled: (N, (H + K)·d). */
function rotate(qkv: Float64Array, shape: AttentionShape): Float64Array {
  const { B, T, H, K, d } = shape;
  const rotated = new Float64Array(B * T * (H + K) * d);
  for (let n = 0; n < B * T; n++) {
    for (let head = 0; head < H + K; head++) {
      const y = turn(headOf(qkv, H + 2 * K, n, head, d), n % T, shape, 1);
      rotated.set(head < H ? y.map((x) => x / Math.sqrt(d)) : y, (n * (H + K) + head) * d);
    }
  }
  return rotated;
}

/** Calls `see` with every query and every key it sees: rows n and m, the query's head and that of its key. */
function pairs(
  { B, T, H, K }: AttentionShape,
  starts: Float64Array | undefined,
  see: (n: number, m: number, h: number, kv: number) => void,
): void {
  for (let n = 0; n < B * T; n++) {
    const first = n - (n % T);
    for (let h = 0; h < H; h++)
      for (let m = first + (starts?.[n] ?? 0); m <= n; m++) see(n, m, h, Math.floor(h / (H / K)));
  }
}

export const attentionTwins: Record<string, Twin> = {
  scoreMax: ([rotated, statistics], { attributes }) => {
    const { B, T, H, K, d } = attributes as AttentionShape;
    const highest = new Float64Array(B * T * H);
    for (let n = 0; n < B * T; n++)
      for (let head = 0; head < H; head++) {
        const keyHead = H + Math.floor(head / (H / K));
        const query = headOf(rotated!, H + K, n, head, d);
        const [first, t] = [statistics![2 * (n * H + head) + 1]!, n % T];
        const scores = Array.from({ length: t + 1 - first }, (_, s) =>
          dot(query, headOf(rotated!, H + K, n - t + first + s, keyHead, d)),
        );
        highest[n * H + head] = Math.max(...scores);
      }
    return [highest];
  },

  attention: ([qkv, , starts], { attributes }) => {
    const shape = attributes as AttentionShape;
    const { B, T, H, K, d } = shape;
    const rotated = rotate(qkv!, shape);
    const score = (n: number, m: number, h: number, kv: number): number =>
      dot(headOf(rotated, H + K, n, h, d), headOf(rotated, H + K, m, H + kv, d));
    const maximum = new Float64Array(B * T * H).fill(-Infinity);
    pairs(shape, starts, (n, m, h, kv) => (maximum[n * H + h] = Math.max(maximum[n * H + h]!, score(n, m, h, kv))));
    const sum = new Float64Array(B * T * H);
    const output = new Float64Array(B * T * H * d);
    pairs(shape, starts, (n, m, h, kv) => {
      const p = Math.exp(score(n, m, h, kv) - maximum[n * H + h]!);
      sum[n * H + h]! += p;
      addScaled(headOf(output, H, n, h, d), p, headOf(qkv!, H + 2 * K, m, H + K + kv, d));
    });
    const statistics = new Float64Array(B * T * H * 2);
    sum.forEach((x, i) => statistics.set([maximum[i]! + Math.log(x), starts?.[Math.floor(i / H)] ?? 0], i * 2));
    return [output.map((x, i) => x / sum[Math.floor(i / d)]!), rotated, statistics];
  },

  attentionGradient: ([qkv, , rotated, output, statistics, doutput], { attributes }) => {
    const shape = attributes as AttentionShape;
    const { B, T, H, K, d } = shape;
    const all = H + 2 * K;
    const dqkv = new Float64Array(qkv!.length);
    const delta = new Float64Array(B * T * H).map((_, i) =>
      dot(headOf(doutput!, 1, i, 0, d), headOf(output!, 1, i, 0, d)),
    );
    const starts = new Float64Array(B * T).map((_, n) => statistics![n * H * 2 + 1]!);
    pairs(shape, starts, (n, m, h, kv) => {
      const q = headOf(rotated!, H + K, n, h, d);
      const k = headOf(rotated!, H + K, m, H + kv, d);
      const dy = headOf(doutput!, H, n, h, d);
      const p = Math.exp(dot(q, k) - statistics![(n * H + h) * 2]!);
      const ds = p * (dot(dy, headOf(qkv!, all, m, H + K + kv, d)) - delta[n * H + h]!);
      addScaled(headOf(dqkv, all, n, h, d), ds / Math.sqrt(d), k);
      addScaled(headOf(dqkv, all, m, H + kv, d), ds, q);
      addScaled(headOf(dqkv, all, m, H + K + kv, d), p, dy);
    });
    for (let n = 0; n < B * T; n++) {
      for (let head = 0; head < H + K; head++) {
        const slot = headOf(dqkv, all, n, head, d);
        slot.set(turn(slot, n % T, shape, -1));
      }
    }
    return [dqkv, delta];
  },

  cachedAttention: ([qkv, , positions, cacheK, cacheV], { attributes }) => {
    const shape = attributes as CachedAttentionShape;
    const { R, Tmax, H, K, d } = shape;
    const [keys, values] = [cacheK!.slice(), cacheV!.slice()];
    const [output, rotated] = [new Float64Array(R * H * d), new Float64Array(R * H * d)];
    for (let r = 0; r < R; r++) {
      const position = positions![positions!.length === 1 ? 0 : r]!;
      if (position >= Tmax) continue;
      const own = (head: number): Float64Array => headOf(qkv!, H + 2 * K, r, head, d);
      for (let kv = 0; kv < K; kv++) {
        keys.set(turn(own(H + kv), position, shape, 1), ((r * Tmax + position) * K + kv) * d);
        values.set(own(H + K + kv), ((r * Tmax + position) * K + kv) * d);
      }
      for (let h = 0; h < H; h++) {
        const kv = Math.floor(h / (H / K));
        const query = turn(own(h), position, shape, 1).map((x) => x / Math.sqrt(d));
        rotated.set(query, (r * H + h) * d);
        const scores = Array.from({ length: position + 1 }, (_, m) => dot(query, headOf(keys, K, r * Tmax + m, kv, d)));
        const highest = Math.max(...scores);
        const sum = scores.reduce((total, score) => total + Math.exp(score - highest), 0);
        scores.forEach((score, m) =>
          addScaled(
            headOf(output, H, r, h, d),
            Math.exp(score - highest) / sum,
            headOf(values, K, r * Tmax + m, kv, d),
          ),
        );
      }
    }
    return [output, rotated, keys, values];
  },
};
