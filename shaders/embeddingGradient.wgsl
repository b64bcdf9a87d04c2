// dweight[v] (+)= Σ dy[n] over the positions n of token v, found through an index sorted by token: every row of the table is one
// owner's, so no atomics, and the sum runs in position order. One vec4 of one row an invocation.
struct Shape {
  V: u32,
  D4: u32, // D / 4
  accumulate: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> rowStart: array<u32>; // (V + 1): where token v's positions begin in `order`
@group(0) @binding(2) var<storage, read> order: array<u32>; // (N): positions, grouped by token
@group(0) @binding(3) var<storage, read> dy: array<stored4>; // (N, D)
@group(0) @binding(4) var<storage, read_write> dweight: array<vec4f>; // (V, D)

@compute @workgroup_size(64)
fn scatter(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  let v = i / shape.D4;
  if (v >= shape.V) {
    return;
  }
  let column = i % shape.D4;
  let end = rowStart[v + 1u];
  var sum = vec4f();
  for (var k = rowStart[v]; k < end; k++) {
    sum += vec4f(dy[order[k] * shape.D4 + column]);
  }
  if (shape.accumulate != 0u) {
    sum += dweight[i];
  }
  dweight[i] = sum;
}
