// Second level of ‖g‖², the clip factor, and this step's row of the metrics ring. A loss or norm that is not finite makes the
// factor 0, which the optimizer takes as "leave everything as it is".
struct Shape {
  count: u32, // partial sums of squares
  maxNorm: f32, // 0: no clipping
}
struct Controls {
  lr: f32,
  correction1: f32, // 1 / (1 − β1ᵗ)
  correction2: f32, // 1 / (1 − β2ᵗ)
  ringRow: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> squares: array<f32>;
@group(0) @binding(2) var<storage, read> loss: array<f32>; // (1)
@group(0) @binding(3) var<storage, read> controls: array<Controls>; // (1)
@group(0) @binding(4) var<storage, read_write> clip: array<f32>; // (4): factor, norm
@group(0) @binding(5) var<storage, read_write> ring: array<vec4f>; // (rows): loss, norm, factor, lr
var<workgroup> partial: array<f32, 64>;

@compute @workgroup_size(64)
fn clipFactor(@builtin(local_invocation_index) local: u32) {
  var sum = 0.0;
  for (var i = local; i < shape.count; i += 64u) {
    sum += squares[i];
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
  let norm = sqrt(total);
  var factor = 1.0;
  if (shape.maxNorm > 0.0 && norm > shape.maxNorm) {
    factor = shape.maxNorm / norm;
  }
  if (is_bad(norm) || is_bad(loss[0])) {
    factor = 0.0;
  }
  clip[0] = factor;
  clip[1] = norm;
  ring[u32(controls[0].ringRow)] = vec4f(loss[0], norm, factor, controls[0].lr);
}
