// RMSNorm: y = x·rstd·weight, row by row, rstd = 1/√(mean(x²) + eps). LANES invocations share a row.
struct Shape {
  N: u32,
  D4: u32, // D / 4
  eps: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x: array<stored4>;
@group(0) @binding(2) var<storage, read> weight: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<stored4>;
@group(0) @binding(4) var<storage, read_write> scales: array<f32>; // (N): rstd
const rowsPerGroup = INVOCATIONS / LANES;

@compute @workgroup_size(INVOCATIONS)
fn rmsNorm(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = (group.y * groups.x + group.x) * rowsPerGroup + local / LANES;
  let lane = local % LANES;
  let start = min(row, shape.N - 1u) * shape.D4;
  var squares = 0.0;
  for (var i = lane; i < shape.D4; i += LANES) {
    let v = vec4f(x[start + i]);
    squares += dot(v, v);
  }
  let rstd = inverseSqrt(rowSum(squares, local) / f32(shape.D4 * 4u) + shape.eps);
  if (row >= shape.N) {
    return;
  }
  for (var i = lane; i < shape.D4; i += LANES) {
    y[start + i] = stored4(vec4f(x[start + i]) * rstd * weight[i]);
  }
  if (lane == 0u) {
    scales[row] = rstd;
  }
}
