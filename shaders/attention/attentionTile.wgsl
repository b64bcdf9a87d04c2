// What attention's kernels without workgroup memory share. A quad handles a tile of positions of one head of one sequence: each of
// its four lanes owns ROWS of them, every fourth of the tile. ROWS comes from src/ops/attention/attentionSource.ts.
struct Place {
  outside: bool, // of the last sequence, like the whole quad
  lane: u32,
  n0: u32, // row of the sequence's first position
  head: u32,
  first: u32, // position of the tile
  last: u32, // position of the tile, inside the sequence
}

/// The tile of an invocation; `heads` is H where tiles are of queries, K where they are of keys.
fn locate(invocation: u32, heads: u32) -> Place {
  let quad = invocation >> 2u;
  let strip = quad / shape.tiles;
  let first = (quad % shape.tiles) * (4u * ROWS);
  let last = min(first + 4u * ROWS, shape.T) - 1u;
  let b = strip / heads;
  return Place(b >= shape.B, invocation & 3u, b * shape.T, strip % heads, first, last);
}

/// Position of the lane's row r. Past `last` there is none: such rows compute on a copy of the last and store nothing.
fn position(place: Place, r: u32) -> u32 {
  return place.first + 4u * r + place.lane;
}

/// Turns row r of x by the angles of position t, sign 1, or back, sign −1: element j with j + ROTATED/2.
fn rotate(x: ptr<private, array<vec4f, ROWS * D4>>, r: u32, t: u32, sign: f32) {
  for (var j = 0u; j < ROTATED / 2u; j++) {
    let angles = rotary[t * D4 + (j >> 1u)];
    let angle = select(angles.xy, angles.zw, (j & 1u) == 1u);
    let sine = sign * angle.y;
    let k = j + ROTATED / 2u;
    let a = (*x)[r * D4 + (j >> 2u)][j & 3u];
    let b = (*x)[r * D4 + (k >> 2u)][k & 3u];
    (*x)[r * D4 + (j >> 2u)][j & 3u] = a * angle.x - b * sine;
    (*x)[r * D4 + (k >> 2u)][k & 3u] = b * angle.x + a * sine;
  }
}
