// LayerNorm-1P: y = (x − mean)·rstd·(1 + weight) + bias, row by row, biased variance (papers.md §5.1). LANES invocations share a row.
struct Shape {
  N: u32,
  D4: u32, // D / 4
  eps: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
const rowsPerGroup = INVOCATIONS / LANES;

fn components(v: vec4f) -> f32 {
  return (v.x + v.y) + (v.z + v.w);
}

// y (N, D), stats (N) of vec2(mean, rstd)
@group(0) @binding(1) var<storage, read> x: array<stored4>;
@group(0) @binding(2) var<storage, read> weight: array<vec4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<stored4>;
@group(0) @binding(5) var<storage, read_write> stats: array<vec2f>;

@compute @workgroup_size(INVOCATIONS)
fn forward(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = (group.y * groups.x + group.x) * rowsPerGroup + local / LANES;
  let lane = local % LANES;
  let start = min(row, shape.N - 1u) * shape.D4;
  let D = f32(shape.D4 * 4u);
  var sum = 0.0;
  for (var i = lane; i < shape.D4; i += LANES) {
    sum += components(vec4f(x[start + i]));
  }
  let mean = rowSum(sum, local) / D;
  // A second pass over the row: the one-pass formula E[x²] − mean² loses every digit when |mean| ≫ spread.
  var squares = 0.0;
  for (var i = lane; i < shape.D4; i += LANES) {
    let centred = vec4f(x[start + i]) - mean;
    squares += components(centred * centred);
  }
  let rstd = inverseSqrt(rowSum(squares, local) / D + shape.eps);
  if (row >= shape.N) {
    return;
  }
  for (var i = lane; i < shape.D4; i += LANES) {
    let normalized = (vec4f(x[start + i]) - mean) * rstd;
    y[start + i] = stored4(normalized * (1.0 + weight[i]) + bias[i]);
  }
  if (lane == 0u) {
    stats[row] = vec2f(mean, rstd);
  }
}
