// C = A·B for the three layouts of a linear layer; src/ops/matmul adds the entry point, whose tile is unrolled there.
//   nt  C[M,N] = A[M,K] · B[N,K]ᵀ   y = x Wᵀ
//   nn  C[M,N] = A[M,K] · B[K,N]    dx = dy W
//   tn  C[M,N] = A[K,M]ᵀ · B[K,N]   dW = dyᵀ x
// All row-major, read as vec4 along the rows: M (tn), N and, but for tn, K are multiples of 4.
struct Shape {
  M: u32,
  N4: u32, // N / 4
  K: u32,
  // First vec4 of A, B and C: a chunk of rows of a larger matrix.
  a0: u32,
  b0: u32,
  c0: u32,
  epilogue: u32, // lib/epilogue.wgsl
  // Inner steps that workgroups of one z sum, a multiple of every tile's depth: C is then (parts, M, N). K where there is one part.
  part: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<stored4>;
@group(0) @binding(2) var<storage, read> b: array<stored4>;
// Laid out as C: the addend of ADD, the activation of SQUARED_RELU_GRADIENT. Bound to A where the epilogue does not read it.
@group(0) @binding(3) var<storage, read> aux: array<stored4>;
@group(0) @binding(4) var<storage, read_write> c: array<result4>;
