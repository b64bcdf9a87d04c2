/** Products and sums of f64 matrices, for the twins of the ops: plain loops, no tiling. */

/** C[M,N] = A·B over K, where A(m, k) is a[m·am + k·ak] and B(k, n) is b[k·bk + n·bn]. */
function product(
  [M, N, K]: [number, number, number],
  a: Float64Array,
  [am, ak]: [number, number],
  b: Float64Array,
  [bk, bn]: [number, number],
): Float64Array {
  const c = new Float64Array(M * N);
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += a[m * am + k * ak]! * b[k * bk + n * bn]!;
      c[m * N + n] = sum;
    }
  return c;
}

/** y (N, O) = x (N, I) · wᵀ, w (O, I). */
export const timesTransposed = (x: Float64Array, w: Float64Array, N: number, I: number, O: number): Float64Array =>
  product([N, O, I], x, [I, 1], w, [1, I]);
/** dx (N, I) = dy (N, O) · w. */
export const timesMatrix = (dy: Float64Array, w: Float64Array, N: number, O: number, I: number): Float64Array =>
  product([N, I, O], dy, [O, 1], w, [I, 1]);
/** dw (O, I) = dyᵀ · x. */
export const transposedTimes = (dy: Float64Array, x: Float64Array, N: number, O: number, I: number): Float64Array =>
  product([O, I, N], dy, [1, O], x, [I, 1]);
export const plusOptional = (a: Float64Array, b?: Float64Array): Float64Array => (b ? a.map((x, i) => x + b[i]!) : a);
