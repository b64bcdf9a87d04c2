// What is told of each pair of answers besides its loss, a pair an invocation.
struct Shape {
  pairs: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> logProbs: array<vec2f>; // (P): chosen, rejected; so too below
@group(0) @binding(2) var<storage, read> references: array<vec2f>;
@group(0) @binding(3) var<storage, read> counts: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> chosen: array<f32>; // (P), so too below
@group(0) @binding(5) var<storage, read_write> rejected: array<f32>;
@group(0) @binding(6) var<storage, read_write> chosenGain: array<f32>;
@group(0) @binding(7) var<storage, read_write> rejectedGain: array<f32>;
@group(0) @binding(8) var<storage, read_write> right: array<f32>;

@compute @workgroup_size(64)
fn pairMeasures(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let p = (group.y * groups.x + group.x) * 64u + local;
  if (p >= shape.pairs) {
    return;
  }
  let counted = counts[p].x != 0.0;
  let policy = select(vec2f(), logProbs[p], counted);
  let gains = select(vec2f(), logProbs[p] - references[p], counted);
  chosen[p] = policy.x;
  rejected[p] = policy.y;
  chosenGain[p] = gains.x;
  rejectedGain[p] = gains.y;
  right[p] = select(0.0, 1.0, gains.x > gains.y);
}
