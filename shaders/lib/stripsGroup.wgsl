// Sums over strips where threads are many and barriers cheap: a workgroup shares a column.
const STRIPS = 64u;
struct Sums {
  weight: vec4f,
  bias: vec4f,
}
var<workgroup> strips: array<Sums, 64>;
fn stripsSum(own: Sums, local: u32) -> Sums {
  strips[local] = own;
  for (var half = 32u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (local < half) {
      let other = strips[local + half];
      strips[local].weight += other.weight;
      strips[local].bias += other.bias;
    }
  }
  return strips[local];
}
