// max(x, 0)² element by element, and its gradient, which is read off the square. One vec4 an invocation.
struct Shape {
  vectors: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x: array<stored4>; // in the gradient the squares
@group(0) @binding(2) var<storage, read_write> y: array<stored4>; // in the gradient dx
@group(0) @binding(3) var<storage, read> dy: array<stored4>;

@compute @workgroup_size(64)
fn squaredRelu(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i >= shape.vectors) {
    return;
  }
  let positive = max(vec4f(x[i]), vec4f(0.0));
  y[i] = stored4(positive * positive);
}

@compute @workgroup_size(64)
fn squaredReluGradient(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i >= shape.vectors) {
    return;
  }
  y[i] = stored4(2.0 * vec4f(dy[i]) * sqrt(vec4f(x[i])));
}
