// dweight[v] (+)= Σ dy[n] over the positions n of token v, found through an index sorted by token: every row of the table is one
// owner's, so no atomics. STRIPS invocations share a vec4 of a row, because some tokens are in every sentence: each sums every
// STRIPS-th position, then they add up in a fixed order.
struct Shape {
  V: u32,
  D4: u32, // D / 4
  accumulate: u32,
}
alias Sums = vec4f;
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> rowStart: array<u32>; // (V + 1): where token v's positions begin in `order`
@group(0) @binding(2) var<storage, read> order: array<u32>; // (N): positions, grouped by token
@group(0) @binding(3) var<storage, read> dy: array<stored4>; // (N, D)
@group(0) @binding(4) var<storage, read_write> dweight: array<vec4f>; // (V, D)

@compute @workgroup_size(INVOCATIONS)
fn scatter(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = columnOf((group.y * groups.x + group.x) * INVOCATIONS + local);
  let v = i / shape.D4;
  let safe = min(v, shape.V - 1u);
  let column = i % shape.D4;
  let end = rowStart[safe + 1u];
  var sum = Sums();
  for (var k = rowStart[safe] + stripOf(local); k < end; k += STRIPS) {
    sum += vec4f(dy[order[k] * shape.D4 + column]);
  }
  sum = stripsSum(sum, local);
  if ((v >= shape.V) | (stripOf(local) != 0u)) {
    return;
  }
  if (shape.accumulate != 0u) {
    sum += dweight[i];
  }
  dweight[i] = sum;
}
