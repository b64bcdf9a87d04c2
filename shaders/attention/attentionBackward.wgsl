// What both kernels of the backward pass bind. Probabilities are computed again: p = e^(s − logsumexp), dp = dout·v,
// ds = p (dp − delta) with delta = Σ dout∘out.
@group(0) @binding(1) var<storage, read> qk: array<stored4>; // (N, (H + K)·d), rotated, q scaled
@group(0) @binding(2) var<storage, read> qkv: array<stored4>; // (N, (H + 2K)·d)
@group(0) @binding(3) var<storage, read> statistics: array<vec2f>; // (N, H) of logsumexp, start of the document
@group(0) @binding(4) var<storage, read> doutput: array<stored4>; // (N, H·d)
@group(0) @binding(5) var<storage, read> rotary: array<vec4f>; // (T, d/2) of cos, sin, two to a vector
@group(0) @binding(6) var<storage, read_write> dqkv: array<stored4>; // (N, (H + 2K)·d)
