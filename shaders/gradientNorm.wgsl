// First level of ‖g‖²: `invocations` strided sums of squares over the whole gradient pool, each in a fixed order.
struct Shape {
  vectors: u32, // pool elements / 4
  invocations: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> squares: array<f32>; // (invocations)

@compute @workgroup_size(64)
fn squareSums(@builtin(global_invocation_id) id: vec3u) {
  var sum = vec4f();
  for (var i = id.x; i < shape.vectors; i += shape.invocations) {
    let g = gradients[i];
    sum += g * g;
  }
  squares[id.x] = (sum.x + sum.y) + (sum.z + sum.w);
}
