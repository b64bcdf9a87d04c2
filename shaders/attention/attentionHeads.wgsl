// What all of attention's kernels share: their uniforms, and where heads lie in packed rows. D4 = d / 4 and ROTATED come from
// src/ops.
struct Shape {
  B: u32,
  T: u32,
  H: u32,
  K: u32,
  tiles: u32, // of one sequence: ⌈T / positions of a tile⌉
  documents: u32, // 1: rows hold several documents
}
@group(0) @binding(0) var<uniform> shape: Shape;

// The score of a key that is not to be seen: e^x of it is 0, differences from it are finite.
const masked = -1e30;

// First vec4 of a head of row n, in (N, (H + K)·d) and in (N, (H + 2K)·d).
fn rotatedQuery(n: u32, head: u32) -> u32 {
  return (n * (shape.H + shape.K) + head) * D4;
}
fn rotatedKey(n: u32, kvHead: u32) -> u32 {
  return (n * (shape.H + shape.K) + shape.H + kvHead) * D4;
}
fn packedQuery(n: u32, head: u32) -> u32 {
  return (n * (shape.H + 2u * shape.K) + head) * D4;
}
fn packedKey(n: u32, kvHead: u32) -> u32 {
  return packedQuery(n, shape.H + kvHead);
}
fn packedValue(n: u32, kvHead: u32) -> u32 {
  return packedQuery(n, shape.H + shape.K + kvHead);
}
