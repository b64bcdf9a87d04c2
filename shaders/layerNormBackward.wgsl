// Gradients of LayerNorm-1P in one dispatch. With n = (x − mean)·rstd and g = dy·(1 + weight):
//   dx = rstd·(g − mean(g) − n·mean(g·n)) (+ partial)     dweight = Σ_rows dy·n     dbias = Σ_rows dy
// The first `columnGroups` workgroups sum columns, the others take rows. A column is summed in STRIPS of every STRIPS-th row, then
// over strips: a fixed order, no atomics, the same bits every time.
struct Shape {
  N: u32,
  D4: u32, // D / 4
  hasPartial: u32,
  accumulate: u32, // 1: add to dweight and dbias, 0: overwrite them
  columnGroups: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x: array<stored4>;
@group(0) @binding(2) var<storage, read> weight: array<vec4f>;
@group(0) @binding(3) var<storage, read> stats: array<vec2f>; // (N) of mean, rstd
@group(0) @binding(4) var<storage, read> dy: array<stored4>;
@group(0) @binding(5) var<storage, read> partial: array<stored4>; // bound to dy when there is none
@group(0) @binding(6) var<storage, read_write> dx: array<stored4>;
@group(0) @binding(7) var<storage, read_write> dweight: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> dbias: array<vec4f>;
const rowsPerGroup = INVOCATIONS / LANES;
alias Sums = mat2x4f; // two vec4, which add up as one
const WEIGHT = 0u;
const BIAS = 1u;

fn components(v: vec4f) -> f32 {
  return (v.x + v.y) + (v.z + v.w);
}

fn columnSums(group: u32, local: u32) {
  let column = columnOf(group * INVOCATIONS + local);
  let safe = min(column, shape.D4 - 1u);
  var sums = Sums();
  for (var row = stripOf(local); row < shape.N; row += STRIPS) {
    let i = row * shape.D4 + safe;
    let s = stats[row];
    let g = vec4f(dy[i]);
    sums[WEIGHT] += g * ((vec4f(x[i]) - s.x) * s.y);
    sums[BIAS] += g;
  }
  sums = stripsSum(sums, local);
  if ((column < shape.D4) & (stripOf(local) == 0u)) {
    if (shape.accumulate != 0u) {
      sums[WEIGHT] += dweight[column];
      sums[BIAS] += dbias[column];
    }
    dweight[column] = sums[WEIGHT];
    dbias[column] = sums[BIAS];
  }
}

fn rowGradients(group: u32, local: u32) {
  let row = group * rowsPerGroup + local / LANES;
  let lane = local % LANES;
  let safe = min(row, shape.N - 1u);
  let start = safe * shape.D4;
  let mean = stats[safe].x;
  let rstd = stats[safe].y;
  var sum = 0.0;
  var sumN = 0.0;
  for (var i = lane; i < shape.D4; i += LANES) {
    let g = vec4f(dy[start + i]) * (1.0 + weight[i]);
    let n = (vec4f(x[start + i]) - mean) * rstd;
    sum += components(g);
    sumN += components(g * n);
  }
  let D = f32(shape.D4 * 4u);
  let meanG = rowSum(sum, local) / D;
  let meanGN = rowSum(sumN, local) / D;
  if (row >= shape.N) {
    return;
  }
  for (var i = lane; i < shape.D4; i += LANES) {
    let g = vec4f(dy[start + i]) * (1.0 + weight[i]);
    let n = (vec4f(x[start + i]) - mean) * rstd;
    var value = rstd * (g - meanG - n * meanGN);
    if (shape.hasPartial != 0u) {
      value += vec4f(partial[start + i]);
    }
    dx[start + i] = stored4(value);
  }
}

@compute @workgroup_size(INVOCATIONS)
fn layerNormGradient(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let index = group.y * groups.x + group.x;
  if (index < shape.columnGroups) {
    columnSums(index, local);
  } else {
    rowGradients(index - shape.columnGroups, local);
  }
}
