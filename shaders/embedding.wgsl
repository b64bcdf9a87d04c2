// y[n] = weight[tokens[n]], one vec4 an invocation.
struct Shape {
  N: u32,
  D4: u32, // D / 4
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>; // (V, D)
@group(0) @binding(2) var<storage, read> tokens: array<u32>; // (N)
@group(0) @binding(3) var<storage, read_write> y: array<stored4>; // (N, D)

@compute @workgroup_size(64)
fn gather(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  let n = i / shape.D4;
  if (n < shape.N) {
    y[i] = stored4(weight[tokens[n] * shape.D4 + i % shape.D4]);
  }
}
