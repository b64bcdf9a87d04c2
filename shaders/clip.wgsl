// Second level of ‖g‖², the clip factor, and this step's row of the metrics ring. A loss or norm that is not finite makes the
// factor 0, which the optimizer takes as "leave everything as it is".
// Where gradients carry a loss scale it is divided out here: of the norm told, and through the factor of what the optimizer sees.
// Gradients that are not finite then first of all mean that the scale was too large: it is halved, and the ring says so.
// RING_… and UPDATE_… are the columns and words of src/recipe/measurements.ts.
struct Shape {
  count: u32, // partial sums of squares
  maxNorm: f32, // 0: no clipping
  stepsToDouble: u32, // steps after which the loss scale doubles; 0: there is none
  width: u32, // of a row of the ring
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
@group(0) @binding(4) var<storage, read_write> clip: array<f32>; // (4): factor, norm, 1 / loss scale
@group(0) @binding(5) var<storage, read_write> ring: array<f32>; // (rows, width)
@group(0) @binding(6) var<storage, read_write> lossScale: array<f32>; // (4): scale, steps since it changed

@compute @workgroup_size(INVOCATIONS)
fn clipFactor(@builtin(local_invocation_index) local: u32) {
  var sum = 0.0;
  for (var i = local; i < shape.count; i += INVOCATIONS) {
    sum += squares[i];
  }
  let total = rowSum(sum, local);
  if (local != 0u) {
    return;
  }
  let scaled = shape.stepsToDouble > 0u;
  let scale = select(1.0, lossScale[0], scaled);
  let norm = sqrt(total) / scale;
  var factor = 1.0;
  var update = UPDATE_made;
  if (shape.maxNorm > 0.0 && norm > shape.maxNorm) {
    factor = shape.maxNorm / norm;
  }
  if (is_bad(norm) || is_bad(loss[0])) {
    factor = 0.0;
    update = UPDATE_suppressed;
  }
  clip[0] = factor / scale;
  clip[1] = norm;
  clip[2] = 1.0 / scale;
  if (scaled) {
    let overflowed = is_bad(norm) & !is_bad(loss[0]) & (scale > 1.0);
    let steps = select(lossScale[1] + 1.0, 0.0, overflowed);
    let doubled = steps >= f32(shape.stepsToDouble);
    lossScale[0] = scale * select(select(1.0, 2.0, doubled), 0.5, overflowed);
    lossScale[1] = select(steps, 0.0, doubled);
    update = select(update, UPDATE_overflow, overflowed);
  }
  let row = u32(controls[0].ringRow) * shape.width;
  ring[row + RING_loss] = loss[0];
  ring[row + RING_gradNorm] = norm;
  ring[row + RING_clip] = factor;
  ring[row + RING_lr] = controls[0].lr;
  ring[row + RING_update] = f32(update);
}
