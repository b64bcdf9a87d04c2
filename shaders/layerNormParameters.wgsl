// dweight = Σ_rows dy·n and dbias = Σ_rows dy of LayerNorm-1P as a tree of two levels: one invocation sums `chunkRows` rows of one
// vec4 column, then one invocation a column sums the chunks. Fixed order, no atomics: the same bits every time.
struct Shape {
  N: u32,
  D4: u32, // D / 4
  chunkRows: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;

@group(0) @binding(1) var<storage, read> x: array<stored4>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>; // (N) of mean, rstd
@group(0) @binding(3) var<storage, read> dy: array<stored4>;
@group(0) @binding(4) var<storage, read_write> sums: array<vec4f>; // (chunks, 2, D): dweight, dbias

@compute @workgroup_size(32)
fn chunkSums(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let chunk = id.y;
  if (column >= shape.D4) {
    return;
  }
  var dweight = vec4f();
  var dbias = vec4f();
  let end = min((chunk + 1u) * shape.chunkRows, shape.N);
  for (var row = chunk * shape.chunkRows; row < end; row++) {
    let i = row * shape.D4 + column;
    let s = stats[row];
    let g = vec4f(dy[i]);
    dweight += g * ((vec4f(x[i]) - s.x) * s.y);
    dbias += g;
  }
  sums[(chunk * 2u) * shape.D4 + column] = dweight;
  sums[(chunk * 2u + 1u) * shape.D4 + column] = dbias;
}
