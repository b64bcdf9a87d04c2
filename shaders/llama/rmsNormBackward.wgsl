// Gradients of RMSNorm in one dispatch. With n = x·rstd and g = dy·weight:
//   dx = rstd·(g − n·mean(g·n)) (+ partial)     dweight = Σ_rows dy·n
// The first `columnGroups` workgroups sum columns, in strips and a fixed order, the others take rows.
struct Shape {
  N: u32,
  D4: u32, // D / 4
  hasPartial: u32,
  accumulate: u32, // 1: add to dweight, 0: overwrite it
  columnGroups: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x: array<stored4>;
@group(0) @binding(2) var<storage, read> weight: array<vec4f>;
@group(0) @binding(3) var<storage, read> scales: array<f32>; // (N): rstd
@group(0) @binding(4) var<storage, read> dy: array<stored4>;
@group(0) @binding(5) var<storage, read> partial: array<stored4>; // bound to dy when there is none
@group(0) @binding(6) var<storage, read_write> dx: array<stored4>;
@group(0) @binding(7) var<storage, read_write> dweight: array<vec4f>;
const rowsPerGroup = INVOCATIONS / LANES;
alias Sums = vec4f;

fn columnSums(group: u32, local: u32) {
  let column = columnOf(group * INVOCATIONS + local);
  let safe = min(column, shape.D4 - 1u);
  var sum = Sums();
  for (var row = stripOf(local); row < shape.N; row += STRIPS) {
    let i = row * shape.D4 + safe;
    sum += vec4f(dy[i]) * vec4f(x[i]) * scales[row];
  }
  sum = stripsSum(sum, local);
  if ((column < shape.D4) & (stripOf(local) == 0u)) {
    if (shape.accumulate != 0u) {
      sum += dweight[column];
    }
    dweight[column] = sum;
  }
}

fn rowGradients(group: u32, local: u32) {
  let row = group * rowsPerGroup + local / LANES;
  let lane = local % LANES;
  let safe = min(row, shape.N - 1u);
  let start = safe * shape.D4;
  let rstd = scales[safe];
  var sum = 0.0;
  for (var i = lane; i < shape.D4; i += LANES) {
    sum += dot(vec4f(dy[start + i]) * weight[i], vec4f(x[start + i]) * rstd);
  }
  let meanGN = rowSum(sum, local) / f32(shape.D4 * 4u);
  if (row >= shape.N) {
    return;
  }
  for (var i = lane; i < shape.D4; i += LANES) {
    var value = rstd * (vec4f(dy[start + i]) * weight[i] - vec4f(x[start + i]) * rstd * meanGN);
    if (shape.hasPartial != 0u) {
      value += vec4f(partial[start + i]);
    }
    dx[start + i] = stored4(value);
  }
}

@compute @workgroup_size(INVOCATIONS)
fn rmsNormGradient(
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
