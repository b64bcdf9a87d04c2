// c = a + b, one vec4 an invocation.
struct Shape {
  vectors: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<stored4>;
@group(0) @binding(2) var<storage, read> b: array<stored4>;
@group(0) @binding(3) var<storage, read_write> c: array<stored4>;

@compute @workgroup_size(64)
fn add(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i < shape.vectors) {
    c[i] = stored4(vec4f(a[i]) + vec4f(b[i]));
  }
}
