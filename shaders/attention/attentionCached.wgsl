// Decoding, second half: softmax(q kᵀ) v of one query a row over its cache. LANES invocations share a query and take
// every LANES-th key, each with its own online softmax; at the end they are put together. D4 = d / 4 comes from
// src/ops/attention/cachedAttention.ts.
struct Shape {
  R: u32,
  Tmax: u32,
  H: u32,
  K: u32,
  positionStride: u32, // 1: every row has its position, 0: one for all
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> q: array<vec4f>; // (R, H·d), rotated and scaled
@group(0) @binding(2) var<storage, read> positions: array<u32>; // (R) or (1)
@group(0) @binding(3) var<storage, read> cacheK: array<cached4>; // (R, Tmax, K·d), rotated
@group(0) @binding(4) var<storage, read> cacheV: array<cached4>; // (R, Tmax, K·d)
@group(0) @binding(5) var<storage, read_write> output: array<stored4>; // (R, H·d)

@compute @workgroup_size(64)
fn attendCached(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let invocation = (group.y * groups.x + group.x) * 64u + local;
  let query = invocation / LANES;
  let lane = invocation % LANES;
  let r = query / shape.H;
  if (r >= shape.R) {
    return;
  }
  let kvHead = (query % shape.H) / (shape.H / shape.K);
  let end = min(positions[r * shape.positionStride] + 1u, shape.Tmax);
  var o: array<vec4f, D4>;
  var m = -1e30; // finite, so that a lane without keys weighs e^(−1e30) = 0 and not NaN
  var sum = 0.0;
  for (var s = lane; s < end; s += LANES) {
    let row = ((r * shape.Tmax + s) * shape.K + kvHead) * D4;
    var score = 0.0;
    for (var i = 0u; i < D4; i++) {
      score += dot(q[query * D4 + i], vec4f(cacheK[row + i]));
    }
    let high = max(m, score);
    let shrink = exp(m - high);
    let p = exp(score - high);
    m = high;
    sum = sum * shrink + p;
    for (var i = 0u; i < D4; i++) {
      o[i] = o[i] * shrink + p * vec4f(cacheV[row + i]);
    }
  }
  let share = exp(m - lanesMax(m));
  let weight = share / lanesSum(sum * share);
  for (var i = 0u; i < D4; i++) {
    let own = o[i] * weight;
    let all = vec4f(lanesSum(own.x), lanesSum(own.y), lanesSum(own.z), lanesSum(own.w));
    if (lane == 0u) {
      output[query * D4 + i] = stored4(all);
    }
  }
}
