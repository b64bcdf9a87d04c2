// For every slice of the pools, a workgroup each: Σ g², Σ w², Σ Δw², and how many vectors of g hold a number that is not finite.
// Δw is the update that adamw.wgsl has just made, worked out again from what it left behind; nothing needs to be kept for it:
//   u = m·c1 / (√(v·c2) + ε)    w before = (w + lr u) / (1 − lr λ)    Δw = −lr (u + λ · w before)
// One barrier and a sum in order: the same bits every time.
struct Slice {
  first: u32, // vector
  vectors: u32,
  rate: f32, // a factor of lr
  epsilon: f32,
  decay: f32,
}
struct Controls {
  lr: f32,
  correction1: f32,
  correction2: f32,
  ringRow: f32,
}
@group(0) @binding(1) var<storage, read> slices: array<Slice>; // (S)
@group(0) @binding(2) var<storage, read> controls: array<Controls>; // (1)
@group(0) @binding(3) var<storage, read> clip: array<f32>; // (4): factor, norm, 1 / loss scale; a factor of 0 was no update
@group(0) @binding(4) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(5) var<storage, read> weights: array<vec4f>;
@group(0) @binding(6) var<storage, read> moments1: array<vec4f>;
@group(0) @binding(7) var<storage, read> moments2: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> norms: array<vec4f>; // (S)
var<workgroup> partial: array<vec4f, 64>;

@compute @workgroup_size(64)
fn tensorNorms(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let slice = slices[group.x];
  let c = controls[0];
  let lr = select(slice.rate * c.lr, 0.0, clip[0] == 0.0);
  var own = vec4f();
  for (var i = slice.first + local; i < slice.first + slice.vectors; i += 64u) {
    let g = gradients[i] * clip[2];
    let w = weights[i];
    let u = moments1[i] * c.correction1 / (sqrt(moments2[i] * c.correction2) + slice.epsilon);
    let change = lr * (u + slice.decay * (w + lr * u) / (1.0 - lr * slice.decay));
    own += vec4f(dot(g, g), dot(w, w), dot(change, change), select(0.0, 1.0, any_bad(g)));
  }
  partial[local] = own;
  workgroupBarrier();
  if (local != 0u) {
    return;
  }
  var total = vec4f();
  for (var i = 0u; i < 64u; i++) {
    total += partial[i];
  }
  norms[group.x] = total;
}
