// loss (+)= lossWeight · Σ nll, in one workgroup: 64 strided sums, then their sum in order. One barrier, the same bits every time.
struct Shape {
  N: u32,
  accumulate: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> nll: array<f32>; // (N)
@group(0) @binding(2) var<storage, read> lossWeight: array<f32>; // (1)
@group(0) @binding(3) var<storage, read_write> loss: array<f32>; // (1)
var<workgroup> partial: array<f32, 64>;

@compute @workgroup_size(64)
fn meanLoss(@builtin(local_invocation_index) local: u32) {
  var sum = 0.0;
  for (var i = local; i < shape.N; i += 64u) {
    sum += nll[i];
  }
  partial[local] = sum;
  workgroupBarrier();
  if (local != 0u) {
    return;
  }
  var total = 0.0;
  for (var i = 0u; i < 64u; i++) {
    total += partial[i];
  }
  total *= lossWeight[0];
  if (shape.accumulate != 0u) {
    total += loss[0];
  }
  loss[0] = total;
}
