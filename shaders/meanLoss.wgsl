// loss (+)= lossWeight · Σ nll, each times its row's own weight where rows have such, in one workgroup: a strided sum an invocation,
// then their sum in a fixed order.
struct Shape {
  N: u32,
  accumulate: u32,
  weighted: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> nll: array<f32>; // (N)
@group(0) @binding(2) var<storage, read> lossWeight: array<f32>; // (1)
@group(0) @binding(3) var<storage, read_write> loss: array<f32>; // (1)
@group(0) @binding(4) var<storage, read> rowWeights: array<f32>; // (N); bound to lossWeight when there are none

@compute @workgroup_size(INVOCATIONS)
fn meanLoss(@builtin(local_invocation_index) local: u32) {
  var sum = 0.0;
  for (var i = local; i < shape.N; i += INVOCATIONS) {
    var value = nll[i];
    if (shape.weighted != 0u) {
      value *= rowWeights[i];
    }
    sum += value;
  }
  var total = rowSum(sum, local) * lossWeight[0];
  if (local != 0u) {
    return;
  }
  if (shape.accumulate != 0u) {
    total += loss[0];
  }
  loss[0] = total;
}
