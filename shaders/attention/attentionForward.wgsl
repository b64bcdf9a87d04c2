// What the forward pass binds, on every kind of adapter.
@group(0) @binding(1) var<storage, read> qkv: array<stored4>; // (N, (H + 2K)·d)
@group(0) @binding(2) var<storage, read> rotary: array<vec4f>; // (T, d/2) of cos, sin, two to a vector
@group(0) @binding(3) var<storage, read> documentStart: array<u32>; // (N); bound to qkv when there is none
@group(0) @binding(4) var<storage, read_write> output: array<stored4>; // (N, H·d)
@group(0) @binding(5) var<storage, read_write> statistics: array<vec2f>; // (N, H) of logsumexp, start of the document
@group(0) @binding(6) var<storage, read_write> qk: array<stored4>; // (N, (H + K)·d), rotated, q scaled

/// Start of the document of position t, in the sequence whose first row is n0.
fn documentStartOf(n0: u32, t: u32) -> u32 {
  if (shape.documents == 0u) {
    return 0u;
  }
  return documentStart[n0 + t];
}
