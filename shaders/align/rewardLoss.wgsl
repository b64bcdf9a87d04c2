// Σ m (ŷ − y)² of each row's last token and its slopes, which are 0 everywhere else, a row an invocation.
struct Shape {
  rows: u32,
  length: u32,
  columns: u32, // of the predictions
  outputs: u32, // of them that have labels
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> predictions: array<f32>; // (rows · length, columns)
@group(0) @binding(2) var<storage, read> last: array<u32>; // (rows): index of a token within its row
@group(0) @binding(3) var<storage, read> labels: array<f32>; // (rows, outputs), so too below
@group(0) @binding(4) var<storage, read> mask: array<f32>;
@group(0) @binding(5) var<storage, read_write> errors: array<f32>; // (rows)
@group(0) @binding(6) var<storage, read_write> slopes: array<f32>; // (rows · length, columns)

@compute @workgroup_size(64)
fn rewardLoss(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = (group.y * groups.x + group.x) * 64u + local;
  if (row >= shape.rows) {
    return;
  }
  let width = shape.length * shape.columns;
  for (var i = row * width; i < (row + 1u) * width; i++) {
    slopes[i] = 0.0;
  }
  let at = (row * shape.length + last[row]) * shape.columns;
  var sum = 0.0;
  for (var o = 0u; o < shape.outputs; o++) {
    if (mask[row * shape.outputs + o] == 0.0) {
      continue;
    }
    let error = predictions[at + o] - labels[row * shape.outputs + o];
    sum = fma(error, error, sum);
    slopes[at + o] = 2.0 * error;
  }
  errors[row] = sum;
}
