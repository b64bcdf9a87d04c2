// The largest element of every column, one invocation a column: neighbours read neighbours.
struct Shape {
  N: u32,
  C: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x: array<stored>; // (N, C)
@group(0) @binding(2) var<storage, read_write> highest: array<f32>; // (C)

@compute @workgroup_size(64)
fn columnMax(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  if (column >= shape.C) {
    return;
  }
  var most = f32(x[column]);
  for (var n = 1u; n < shape.N; n++) {
    most = max(most, f32(x[n * shape.C + column]));
  }
  highest[column] = most;
}
