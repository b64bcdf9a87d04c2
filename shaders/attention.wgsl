// Causal grouped-query attention over packed rows. A quad handles a tile of positions of one head: each of its four lanes owns ROWS
// of them in registers, and the rows of the other side are loaded a quarter by each lane and broadcast. src/ops/attentionSource.ts
// adds constants, bindings and entry points, whose registers are unrolled there.
struct Shape {
  B: u32,
  T: u32,
  H: u32,
  K: u32,
  tiles: u32, // of one sequence: ⌈T / (4·ROWS)⌉
  documents: u32, // 1: documentStart is bound
}
@group(0) @binding(0) var<uniform> shape: Shape;
const masked = -1e30; // a score that e^x makes 0

struct Place {
  outside: bool,
  lane: u32,
  n0: u32, // row of the sequence's first position
  head: u32,
  t0: u32, // first position of the tile
}

/// The tile of a quad; `heads` is H, or K where tiles are of keys.
fn locate(invocation: u32, heads: u32) -> Place {
  let quad = invocation >> 2u;
  let sequenceHead = quad / shape.tiles;
  let b = sequenceHead / heads;
  return Place(b >= shape.B, invocation & 3u, b * shape.T, sequenceHead % heads, (quad % shape.tiles) * (4u * ROWS));
}

// First vec4 of a head of row n.
fn rotatedQuery(n: u32, head: u32) -> u32 {
  return (n * (shape.H + shape.K) + head) * D4;
}
fn rotatedKey(n: u32, kvHead: u32) -> u32 {
  return (n * (shape.H + shape.K) + shape.H + kvHead) * D4;
}
fn packed(n: u32, head: u32) -> u32 {
  return (n * (shape.H + 2u * shape.K) + head) * D4;
}
