// y = x + bias, the same bias (O) for each of N rows.
struct Shape {
  N: u32,
  O4: u32, // O / 4
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x: array<stored4>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<stored4>;

@compute @workgroup_size(64)
fn addBias(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i < shape.N * shape.O4) {
    y[i] = stored4(vec4f(x[i]) + bias[i % shape.O4]);
  }
}
