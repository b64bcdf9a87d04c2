// SwiGLU's gate: rows [gate | up] of 2F → silu(gate)·up, F wide, and its gradient. One vec4 of F an invocation.
struct Shape {
  N: u32,
  F4: u32, // F / 4
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> x: array<stored4>; // (N, 2F)
@group(0) @binding(2) var<storage, read_write> y: array<stored4>; // (N, F); in the gradient dx (N, 2F)
@group(0) @binding(3) var<storage, read> dy: array<stored4>; // (N, F)

// e^87 is finite: an infinity would be undefined.
fn sigmoid(v: vec4f) -> vec4f {
  return 1.0 / (1.0 + exp(min(-v, vec4f(87.0))));
}

@compute @workgroup_size(64)
fn swiglu(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i >= shape.N * shape.F4) {
    return;
  }
  let at = i + i / shape.F4 * shape.F4;
  let gate = vec4f(x[at]);
  y[i] = stored4(gate * sigmoid(gate) * vec4f(x[at + shape.F4]));
}

@compute @workgroup_size(64)
fn swigluGradient(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i >= shape.N * shape.F4) {
    return;
  }
  let at = i + i / shape.F4 * shape.F4;
  let gate = vec4f(x[at]);
  let s = sigmoid(gate);
  let d = vec4f(dy[i]);
  y[at] = stored4(d * vec4f(x[at + shape.F4]) * s * (1.0 + gate * (1.0 - s)));
  y[at + shape.F4] = stored4(d * gate * s);
}
