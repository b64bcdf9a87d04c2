// The largest attention score q·k/√d that each query meets, one invocation a query and head. q and k come turned, and q scaled, as
// the forward pass keeps them (attention.wgsl).
struct Shape {
  N: u32,
  T: u32,
  H: u32,
  K: u32,
  d4: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> qk: array<stored4>; // (N, (H + K)·d)
@group(0) @binding(2) var<storage, read> statistics: array<vec2f>; // (N, H) of logsumexp, start of the document
@group(0) @binding(3) var<storage, read_write> highest: array<f32>; // (N, H)

@compute @workgroup_size(64)
fn scoreMax(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i >= shape.N * shape.H) {
    return;
  }
  let n = i / shape.H;
  let head = i % shape.H;
  let t = n % shape.T;
  let width = shape.H + shape.K;
  let query = (n * width + head) * shape.d4;
  let keyHead = shape.H + head / (shape.H / shape.K);
  var most = -3.4e38;
  for (var s = u32(statistics[i].y); s <= t; s++) {
    let key = ((n - t + s) * width + keyHead) * shape.d4;
    var score = 0.0;
    for (var j = 0u; j < shape.d4; j++) {
      score += dot(vec4f(qk[query + j]), vec4f(qk[key + j]));
    }
    most = max(most, score);
  }
  highest[i] = most;
}
