// What attention's kernels with workgroup memory share. A workgroup of 8 × 8 lanes takes a block of 8·ROWS positions of one head, its
// rows, and goes through the positions of the other side, its columns, 32 at a time. Both come into workgroup memory a chunk of 8 vec4s
// of d at a time. Lane (x, y) has the rows y, y + 8 …; where rows meet columns it has columns x, x + 8, x + 16, x + 24, which make one
// vec4; where a sum over columns is made it has vec4 x of each chunk. So every vec4 it reads from a tile feeds 4·ROWS
// multiplications of a column or 16 of a row. ROWS and ROTATED come from src/ops/attention/attentionBlocks.ts.
const COLUMNS = 32u;

// Rows of 9 vec4s, of which 8 are used: eight lanes that read the same vec4 of eight rows then meet eight different groups of banks.
var<workgroup> rowTile: array<array<vec4f, 9>, 8u * ROWS>;
var<workgroup> columnTile: array<array<vec4f, 9>, COLUMNS>;
// What a row counts columns with; vec4 j is of columns j, j + 8, j + 16, j + 24.
var<workgroup> weights: array<array<vec4f, 9>, 8u * ROWS>;
// For maxima and sums over the eight lanes that share rows: of lane (x, y) at [y][x].
var<workgroup> shares: array<array<OfRows, 9>, 8>;

/// sum + m · by, every product added by itself, so that it compiles to four multiply-adds a component.
fn addProduct(sum: vec4f, m: mat4x4f, by: vec4f) -> vec4f {
  return sum + m[0] * by.x + m[1] * by.y + m[2] * by.z + m[3] * by.w;
}

/// Four columns of columnTile at vec4 i, transposed: what a row's vec4 i is multiplied with.
fn columnsAt(x: u32, i: u32) -> mat4x4f {
  return transpose(mat4x4f(columnTile[x][i], columnTile[x + 8u][i], columnTile[x + 16u][i], columnTile[x + 24u][i]));
}

/// Vec4 x of the four columns that vec4 j of weights is of.
fn valuesAt(x: u32, j: u32) -> mat4x4f {
  return mat4x4f(columnTile[j][x], columnTile[j + 8u][x], columnTile[j + 16u][x], columnTile[j + 24u][x]);
}

fn highest(v: vec4f) -> f32 {
  return max(max(v.x, v.y), max(v.z, v.w));
}

fn total(v: vec4f) -> f32 {
  return (v.x + v.y) + (v.z + v.w);
}

/// After a barrier: the sum of what the eight lanes that share rows gave.
fn totalShares(y: u32) -> OfRows {
  var all = shares[y][0];
  for (var x = 1u; x < 8u; x++) {
    all += shares[y][x];
  }
  return all;
}

// Rotary positions: element j of the first HALF turns with j + HALF. Where HALF is a multiple of 4, whole vec4s turn with each other.
const HALF = ROTATED / 2u;
const ALIGNED = HALF % 4u == 0u;

/// The element that element e of a head turns with; one that does not turn has itself.
fn partner(e: u32) -> u32 {
  return select(select(e, e - HALF, e < ROTATED), e + HALF, e < HALF);
}

/// What element e of a head at position t turns by: e · x + its partner · y. Back: e · x − its partner · y.
fn turnOf(t: u32, e: u32) -> vec2f {
  let j = select(0u, min(e, partner(e)), e < ROTATED);
  let pair = rotary[t * D4 + j / 2u];
  let angle = select(pair.xy, pair.zw, j % 2u == 1u);
  return select(vec2f(angle.x, select(angle.y, -angle.y, e < HALF)), vec2f(1.0, 0.0), e >= ROTATED);
}

/// turnOf the four elements of vec4 i.
struct Turn {
  own: vec4f,
  partner: vec4f,
}
fn turnOfVector(t: u32, i: u32) -> Turn {
  let e = 4u * i;
  if (!ALIGNED) {
    let turns = array(turnOf(t, e), turnOf(t, e + 1u), turnOf(t, e + 2u), turnOf(t, e + 3u));
    return Turn(
      vec4f(turns[0].x, turns[1].x, turns[2].x, turns[3].x),
      vec4f(turns[0].y, turns[1].y, turns[2].y, turns[3].y),
    );
  }
  let turns = e < ROTATED;
  let first = t * D4 + select(0u, min(e, partner(e)) / 2u, turns);
  let a = rotary[first];
  let b = rotary[first + 1u];
  let sine = vec4f(a.y, a.w, b.y, b.w);
  return Turn(
    select(vec4f(1.0), vec4f(a.x, a.z, b.x, b.z), turns),
    select(vec4f(), select(sine, -sine, e < HALF), turns),
  );
}
