// One measurement of the step into its column of the step's row of the ring.
struct Shape {
  column: u32,
  width: u32, // of a row
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> value: array<f32>; // (1)
@group(0) @binding(2) var<storage, read> controls: array<f32>; // (4): lr, corrections, row of the ring
@group(0) @binding(3) var<storage, read_write> ring: array<f32>; // (rows, width)

@compute @workgroup_size(1)
fn ringColumn() {
  ring[u32(controls[3]) * shape.width + shape.column] = value[0];
}
