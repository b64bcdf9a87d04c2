// Gradients of LayerNorm-1P. With n = (x − mean)·rstd and g = dy·(1 + weight):
//   dx = rstd·(g − mean(g) − n·mean(g·n)) (+ partial)     dweight = Σ_rows dy·n     dbias = Σ_rows dy
struct Shape {
  N: u32,
  D4: u32, // D / 4
  hasPartial: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x: array<stored4>;
@group(0) @binding(2) var<storage, read> weight: array<vec4f>;
@group(0) @binding(3) var<storage, read> stats: array<vec2f>; // (N) of mean, rstd
@group(0) @binding(4) var<storage, read> dy: array<stored4>;
@group(0) @binding(5) var<storage, read> partial: array<stored4>; // bound to dy when there is none
@group(0) @binding(6) var<storage, read_write> dx: array<stored4>;
const rowsPerGroup = 64u / LANES;

fn components(v: vec4f) -> f32 {
  return (v.x + v.y) + (v.z + v.w);
}

@compute @workgroup_size(64)
fn inputGradient(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = (group.y * groups.x + group.x) * rowsPerGroup + local / LANES;
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
  let meanG = lanesSum(sum) / D;
  let meanGN = lanesSum(sumN) / D;
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
