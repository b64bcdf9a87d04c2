// Sums of few values: of every row of a micro-batch, and gradients of such sums.

struct Shape {
  rows: u32,
  length: u32, // of a row
  weighted: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> values: array<f32>; // (rows, length); of spread (rows)
@group(0) @binding(2) var<storage, read> weights: array<f32>; // (rows, length)
@group(0) @binding(3) var<storage, read_write> out: array<f32>; // (rows); of spread (rows, length)

// out[b] = Σ_t weights[b, t] · values[b, t], in order, a row an invocation.
@compute @workgroup_size(64)
fn rowSums(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= shape.rows) {
    return;
  }
  var sum = 0.0;
  for (var t = 0u; t < shape.length; t++) {
    sum = fma(weights[id.x * shape.length + t], values[id.x * shape.length + t], sum);
  }
  out[id.x] = sum;
}

// out[b, t] = values[b] · weights[b, t], an element an invocation.
@compute @workgroup_size(64)
fn spread(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i < shape.rows * shape.length) {
    out[i] = values[i / shape.length] * weights[i];
  }
}

// out[i] = values[0] · weights[0], weights being the loss scale where gradients carry one.
@compute @workgroup_size(64)
fn same(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i < shape.rows) {
    out[i] = values[0] * select(1.0, weights[0], shape.weighted != 0u);
  }
}
