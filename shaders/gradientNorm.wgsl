// First level of ‖g‖²: strided sums of squares over the whole gradient pool, LANES invocations a sum, each in a fixed order.
struct Shape {
  vectors: u32, // pool elements / 4
  invocations: u32, // of the dispatch
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> squares: array<f32>; // (invocations / LANES)

@compute @workgroup_size(INVOCATIONS)
fn squareSums(@builtin(local_invocation_index) local: u32, @builtin(global_invocation_id) id: vec3u) {
  var sum = vec4f();
  for (var i = id.x; i < shape.vectors; i += shape.invocations) {
    let g = gradients[i];
    sum += g * g;
  }
  let total = rowSum((sum.x + sum.y) + (sum.z + sum.w), local);
  if ((local & (LANES - 1u)) == 0u) {
    squares[id.x >> firstTrailingBit(LANES)] = total;
  }
}
