// The sum of a workgroup where barriers are dear: one barrier, then invocation 0 adds up in order. The others get 0.
var<workgroup> exchange: array<f32, INVOCATIONS>;
fn rowSum(x: f32, local: u32) -> f32 {
  exchange[local] = x;
  workgroupBarrier();
  var total = 0.0;
  if (local == 0u) {
    for (var i = 0u; i < INVOCATIONS; i++) {
      total += exchange[i];
    }
  }
  return total;
}
