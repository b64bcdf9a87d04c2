// What both kernels of the backward pass bind, and the way back from rotated to packed gradients. Probabilities are
// computed again: p = e^(s − logsumexp), dp = dout·v, ds = p (dp − delta) with delta = Σ dout∘out.
@group(0) @binding(1) var<storage, read> qk: array<stored4>; // (N, (H + K)·d), rotated, q scaled
@group(0) @binding(2) var<storage, read> qkv: array<stored4>; // (N, (H + 2K)·d)
@group(0) @binding(3) var<storage, read> statistics: array<vec2f>; // (N, H) of logsumexp, start of the document
@group(0) @binding(4) var<storage, read> doutput: array<stored4>; // (N, H·d)
@group(0) @binding(5) var<storage, read> rotary: array<vec2f>; // (T, d/2) of cos, sin
@group(0) @binding(6) var<storage, read_write> dqkv: array<stored4>; // (N, (H + 2K)·d)

/// Turns row r of x by the negative angle of position t: element j with j + ROTATED/2.
fn rotateBack(x: ptr<private, array<vec4f, ROWS * D4>>, r: u32, t: u32) {
  for (var j = 0u; j < ROTATED / 2u; j++) {
    let turn = rotary[t * (2u * D4) + j];
    let k = j + ROTATED / 2u;
    let a = (*x)[r * D4 + (j >> 2u)][j & 3u];
    let b = (*x)[r * D4 + (k >> 2u)][k & 3u];
    (*x)[r * D4 + (j >> 2u)][j & 3u] = a * turn.x + b * turn.y;
    (*x)[r * D4 + (k >> 2u)][k & 3u] = b * turn.x - a * turn.y;
  }
}
