// dbias (+)= Σ_rows dy, in strips and a fixed order.
struct Shape {
  N: u32,
  O4: u32, // O / 4
  accumulate: u32, // 1: add to dbias, 0: overwrite it
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> dy: array<stored4>;
@group(0) @binding(2) var<storage, read_write> dbias: array<vec4f>;
alias Sums = vec4f;

@compute @workgroup_size(INVOCATIONS)
fn biasGradient(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let column = columnOf((group.y * groups.x + group.x) * INVOCATIONS + local);
  let safe = min(column, shape.O4 - 1u);
  var sum = Sums();
  for (var row = stripOf(local); row < shape.N; row += STRIPS) {
    sum += vec4f(dy[row * shape.O4 + safe]);
  }
  sum = stripsSum(sum, local);
  if ((column < shape.O4) & (stripOf(local) == 0u)) {
    if (shape.accumulate != 0u) {
      sum += dbias[column];
    }
    dbias[column] = sum;
  }
}
