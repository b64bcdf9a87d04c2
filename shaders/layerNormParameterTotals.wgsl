// Second level of the tree of layerNormParameters.wgsl: the chunks of one column, added in order.
struct Shape {
  D4: u32, // D / 4
  chunks: u32,
  accumulate: u32, // 1: add to the gradients, 0: overwrite them
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> sums: array<vec4f>; // (chunks, 2, D)
@group(0) @binding(2) var<storage, read_write> dweight: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dbias: array<vec4f>;

@compute @workgroup_size(32)
fn totals(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  if (column >= shape.D4) {
    return;
  }
  var w = vec4f();
  var b = vec4f();
  for (var chunk = 0u; chunk < shape.chunks; chunk++) {
    w += sums[(chunk * 2u) * shape.D4 + column];
    b += sums[(chunk * 2u + 1u) * shape.D4 + column];
  }
  if (shape.accumulate != 0u) {
    w += dweight[column];
    b += dbias[column];
  }
  dweight[column] = w;
  dbias[column] = b;
}
