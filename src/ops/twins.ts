/** f64 twins of the ops, written for clarity: plain loops, no tiling. Checked themselves against finite differences. */
import { attentionTwins } from './attention/attentionTwins.ts';
import type { Twin } from '../graph/interpret.ts';
import { optimizerTwins } from './optimizerTwins.ts';

const zeros = (n: number): Float64Array => new Float64Array(n);

/** C[M,N] = A·B over K, where A(m, k) is a[m·am + k·ak] and B(k, n) is b[k·bk + n·bn]. */
function product(
  [M, N, K]: [number, number, number],
  a: Float64Array,
  [am, ak]: [number, number],
  b: Float64Array,
  [bk, bn]: [number, number],
): Float64Array {
  const c = zeros(M * N);
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += a[m * am + k * ak]! * b[k * bk + n * bn]!;
      c[m * N + n] = sum;
    }
  return c;
}

/** y (N, O) = x (N, I) · wᵀ, w (O, I). */
const timesTransposed = (x: Float64Array, w: Float64Array, N: number, I: number, O: number): Float64Array =>
  product([N, O, I], x, [I, 1], w, [1, I]);
/** dx (N, I) = dy (N, O) · w. */
const times = (dy: Float64Array, w: Float64Array, N: number, O: number, I: number): Float64Array =>
  product([N, I, O], dy, [O, 1], w, [I, 1]);
/** dw (O, I) = dyᵀ · x. */
const transposedTimes = (dy: Float64Array, x: Float64Array, N: number, O: number, I: number): Float64Array =>
  product([O, I, N], dy, [1, O], x, [I, 1]);
const plus = (a: Float64Array, b?: Float64Array): Float64Array => (b ? a.map((x, i) => x + b[i]!) : a);

export const twins: Record<string, Twin> = {
  ...attentionTwins,
  ...optimizerTwins,

  add: ([a, b]) => [plus(a!, b)],

  linear: ([x, w, residual], { attributes: { N, I, O } }) => [plus(timesTransposed(x!, w!, N, I, O), residual)],
  linearInputGradient: ([dy, w, partial], { attributes: { N, I, O } }) => [plus(times(dy!, w!, N, O, I), partial)],
  linearWeightGradient: ([dy, x], { attributes: { N, I, O } }) => [transposedTimes(dy!, x!, N, O, I)],

  squaredReluMlp: ([x, up, down, residual], { attributes: { N, D, F } }) => {
    const a = timesTransposed(x!, up!, N, D, F).map((u) => Math.max(u, 0) ** 2);
    return [plus(timesTransposed(a, down!, N, F, D), residual), a];
  },
  squaredReluGradient: ([dy, down, a], { attributes: { N, D, F } }) => [
    times(dy!, down!, N, D, F).map((da, i) => da * 2 * Math.sqrt(a![i]!)),
  ],

  layerNorm: ([x, weight, bias], { attributes: { N, D, eps } }) => {
    const y = zeros(N * D);
    const stats = zeros(N * 2);
    for (let n = 0; n < N; n++) {
      const row = x!.subarray(n * D, (n + 1) * D);
      const mean = row.reduce((sum, v) => sum + v, 0) / D;
      const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / D;
      const rstd = 1 / Math.sqrt(variance + eps);
      for (let i = 0; i < D; i++) y[n * D + i] = (row[i]! - mean) * rstd * (1 + weight![i]!) + bias![i]!;
      stats.set([mean, rstd], n * 2);
    }
    return [y, stats];
  },
  layerNormGradient: ([x, weight, stats, dy, partial], { attributes: { N, D } }) => {
    const dx = zeros(N * D);
    const dweight = zeros(D);
    const dbias = zeros(D);
    for (let n = 0; n < N; n++) {
      const [mean, rstd] = [stats![n * 2]!, stats![n * 2 + 1]!];
      let meanG = 0;
      let meanGN = 0;
      const g = (i: number): number => dy![n * D + i]! * (1 + weight![i]!);
      const norm = (i: number): number => (x![n * D + i]! - mean) * rstd;
      for (let i = 0; i < D; i++) {
        meanG += g(i) / D;
        meanGN += (g(i) * norm(i)) / D;
        dweight[i]! += dy![n * D + i]! * norm(i);
        dbias[i]! += dy![n * D + i]!;
      }
      for (let i = 0; i < D; i++) dx[n * D + i] = rstd * (g(i) - meanG - norm(i) * meanGN);
    }
    return [plus(dx, partial), dweight, dbias];
  },

  embedding: ([weight, tokens], { attributes: { N, D } }) => {
    const y = zeros(N * D);
    for (let n = 0; n < N; n++) y.set(weight!.subarray(tokens![n]! * D, (tokens![n]! + 1) * D), n * D);
    return [y];
  },
  embeddingGradient: ([rowStart, order, dy], { attributes: { V, D } }) => {
    const dweight = zeros(V * D);
    for (let v = 0; v < V; v++)
      for (let k = rowStart![v]!; k < rowStart![v + 1]!; k++)
        for (let i = 0; i < D; i++) dweight[v * D + i]! += dy![order![k]! * D + i]!;
    return [dweight];
  },

  // The oracle knows no storage types.
  halfWeights: ([weights]) => [weights!],

  headLoss: ([x, weight, targets, lossWeight, ...others], { outputs, attributes }, found) => {
    const { N, D, V, training, weighted, scaled } = attributes;
    const rowWeights = weighted ? others[0]! : zeros(N).fill(1);
    const scale = scaled ? others.at(-1)![0]! : 1;
    const logits = timesTransposed(x!, weight!, N, D, V);
    const nll = zeros(N);
    const dlogits = zeros(N * V);
    for (let n = 0; n < N; n++) {
      const target = targets![n]!;
      if (target >= V) continue;
      const row = logits.subarray(n * V, (n + 1) * V);
      const highest = row.reduce((top, v) => Math.max(top, v), -Infinity);
      const sum = row.reduce((total, v) => total + Math.exp(v - highest), 0);
      nll[n] = Math.log(sum) + highest - row[target]!;
      for (let v = 0; v < V; v++) {
        dlogits[n * V + v] =
          scale * rowWeights[n]! * lossWeight![0]! * (Math.exp(row[v]! - highest) / sum - (v === target ? 1 : 0));
      }
    }
    const before = found.accumulating ? found.before[1]![0]! : 0;
    const loss = Float64Array.of(before + lossWeight![0]! * nll.reduce((total, v, n) => total + rowWeights[n]! * v, 0));
    const scratch = zeros(outputs[2]!.size);
    if (!training) return [nll, loss, scratch];
    return [nll, loss, scratch, times(dlogits, weight!, N, V, D), transposedTimes(dlogits, x!, N, V, D)];
  },

  tensorNorms: ([slices, controls, clip, gradients, weights, moments1, moments2], { attributes }) => {
    const { epsilon, weightDecay, decayed } = attributes;
    const [rate, c1, c2] = controls!;
    const lr = clip![0] === 0 ? 0 : rate!;
    const norms = zeros(2 * slices!.length);
    for (let s = 0; 2 * s < slices!.length; s++) {
      for (let i = 4 * slices![2 * s]!; i < 4 * (slices![2 * s]! + slices![2 * s + 1]!); i++) {
        const u = (moments1![i]! * c1!) / (Math.sqrt(moments2![i]! * c2!) + epsilon);
        const decay = i < decayed ? weightDecay : 0;
        const before = (weights![i]! + lr * u) / (1 - lr * decay);
        norms[4 * s]! += (gradients![i]! * clip![2]!) ** 2;
        norms[4 * s + 1]! += weights![i]! ** 2;
        norms[4 * s + 2]! += (weights![i]! - before) ** 2;
      }
    }
    return [norms];
  },
  columnMax: ([x], { attributes: { N, C } }) => [
    zeros(C).map((_, c) => Math.max(...Array.from({ length: N }, (_, n) => x![n * C + c]!))),
  ],
};
