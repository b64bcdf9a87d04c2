// Sums over strips where threads are many and barriers cheap: STRIPS consecutive invocations, a power of two, add up as a tree in
// workgroup memory. Their first gets the sum.
var<workgroup> strips: array<Sums, INVOCATIONS>;
fn stripsSum(own: Sums, local: u32) -> Sums {
  strips[local] = own;
  for (var half = STRIPS / 2u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (stripOf(local) < half) {
      strips[local] = strips[local] + strips[local + half];
    }
  }
  return strips[local];
}
