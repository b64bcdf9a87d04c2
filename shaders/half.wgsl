// half = values in f16, one vec4 an invocation. A value beyond f16's range, ±65,504, becomes an infinity, which the step then shows.
struct Shape {
  vectors: u32, // elements / 4
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> values: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> half: array<stored4>;

@compute @workgroup_size(64)
fn toHalf(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i < shape.vectors) {
    half[i] = stored4(values[i]);
  }
}
