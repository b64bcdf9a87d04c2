// Softmax cross-entropy of one chunk of rows of logits, or with sign −1 the targets' log-probabilities. In training it turns the
// logits, in place, into their gradient (softmax − onehot)·weight: lossWeight, times the row's own weight and the loss scale where
// there are such. LANES invocations share a row. Ignored rows (target ≥ V) cost nothing and get zero gradient.
struct Shape {
  rows: u32, // rows of this chunk
  V4: u32, // V / 4
  row0: u32, // the chunk's first row among all N
  training: u32,
  scaled: u32,
  weighted: u32,
  sign: f32, // 1: nll and its gradient; −1: log p and its gradient
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> targets: array<u32>; // (N)
@group(0) @binding(2) var<storage, read> lossWeight: array<f32>; // (1): d loss / d nll of one token
@group(0) @binding(3) var<storage, read_write> logits: array<stored4>; // (rows, V), becomes dlogits
@group(0) @binding(4) var<storage, read_write> nll: array<f32>; // (N), nats; 0 where ignored
@group(0) @binding(5) var<storage, read> lossScale: array<f32>; // its first is the scale; bound to lossWeight when there is none
@group(0) @binding(6) var<storage, read> rowWeights: array<f32>; // (N); bound to lossWeight when there are none
const rowsPerGroup = INVOCATIONS / LANES;

@compute @workgroup_size(INVOCATIONS)
fn softmaxLoss(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = (group.y * groups.x + group.x) * rowsPerGroup + local / LANES;
  let lane = local % LANES;
  let safe = min(row, shape.rows - 1u);
  let start = safe * shape.V4;
  let target_ = targets[shape.row0 + safe];
  let counted = target_ < shape.V4 * 4u;

  var top = vec4f(logits[start]);
  for (var i = lane; i < shape.V4; i += LANES) {
    top = max(top, vec4f(logits[start + i]));
  }
  let highest = rowMax(max(max(top.x, top.y), max(top.z, top.w)), local);
  var sums = vec4f();
  for (var i = lane; i < shape.V4; i += LANES) {
    sums += exp(vec4f(logits[start + i]) - highest);
  }
  let sum = rowSum((sums.x + sums.y) + (sums.z + sums.w), local);
  if (row >= shape.rows) {
    return;
  }
  // The lane that owns the target's column reads its logit before anybody overwrites it: only this lane does.
  if (lane == (target_ / 4u) % LANES || (!counted && lane == 0u)) {
    var value = 0.0;
    if (counted) {
      value = log(sum) + highest - f32(logits[start + target_ / 4u][target_ % 4u]);
    }
    nll[shape.row0 + row] = value * shape.sign;
  }
  if (shape.training == 0u) {
    return;
  }
  var own = shape.sign;
  if (shape.weighted != 0u) {
    own *= rowWeights[shape.row0 + row];
  }
  let weight = select(0.0, lossWeight[0] * select(1.0, lossScale[0], shape.scaled != 0u) * own, counted);
  let scale = weight / sum;
  for (var i = lane; i < shape.V4; i += LANES) {
    var d = exp(vec4f(logits[start + i]) - highest) * scale;
    if (i == target_ / 4u) {
      d -= weight * vec4f(vec4u(0u, 1u, 2u, 3u) == vec4u(target_ % 4u));
    }
    logits[start + i] = stored4(d);
  }
}
