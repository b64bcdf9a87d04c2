// Rows reduced where threads are many and barriers cheap: LANES consecutive invocations, a power of two, share a row and add up as
// a tree in workgroup memory. A fixed order, and the same bits on every lane. All invocations of a workgroup must call together.
var<workgroup> exchange: array<f32, INVOCATIONS>;
fn rowSum(x: f32, local: u32) -> f32 {
  workgroupBarrier(); // the result of the call before may still be read
  exchange[local] = x;
  for (var half = LANES / 2u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (local % LANES < half) {
      exchange[local] += exchange[local + half];
    }
  }
  workgroupBarrier();
  return exchange[local - local % LANES];
}
fn rowMax(x: f32, local: u32) -> f32 {
  workgroupBarrier();
  exchange[local] = x;
  for (var half = LANES / 2u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (local % LANES < half) {
      exchange[local] = max(exchange[local], exchange[local + half]);
    }
  }
  workgroupBarrier();
  return exchange[local - local % LANES];
}
