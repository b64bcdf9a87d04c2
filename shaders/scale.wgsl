// y = factor · x, one vec4 an invocation.
struct Shape {
  vectors: u32,
  factor: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x: array<stored4>;
@group(0) @binding(2) var<storage, read_write> y: array<stored4>;

@compute @workgroup_size(64)
fn scaled(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i < shape.vectors) {
    y[i] = stored4(shape.factor * vec4f(x[i]));
  }
}
