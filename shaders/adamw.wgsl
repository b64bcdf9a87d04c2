// AdamW with decoupled decay over whole pools, one vec4 an invocation:
//   m = β1 m + (1 − β1) g    v = β2 v + (1 − β2) g²    w −= lr (m·c1 / (√(v·c2) + ε) + λ w)     with g already clipped
// lr, ε and λ are those of the element's region. A clip factor of 0 (a bad gradient) leaves weights and moments as they are. So does, for its
// own four elements, a result that is not finite, after which the step's row of the ring calls the update partial: every weight and
// moment passes here in every step, also those that no token of the batch looks up.
struct Region {
  rate: f32, // a factor of lr
  epsilon: f32,
  decay: f32,
  unused: f32, // an array of uniforms lies in steps of 16 bytes
}
struct Shape {
  vectors: u32, // pool elements / 4
  beta1: f32,
  beta2: f32,
  width: u32, // of a row of the ring
  ends: vec4u, // of the regions, in vectors
  regions: array<Region, 4>,
}
struct Controls {
  lr: f32,
  correction1: f32,
  correction2: f32,
  ringRow: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(2) var<storage, read> controls: array<Controls>; // (1)
@group(0) @binding(3) var<storage, read> clip: array<f32>; // (4): factor, norm
@group(0) @binding(4) var<storage, read_write> weights: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> moments1: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> moments2: array<vec4f>;

@group(0) @binding(7) var<storage, read_write> ring: array<atomic<u32>>; // (rows, width)

@compute @workgroup_size(64)
fn adamw(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  let factor = clip[0];
  if (i >= shape.vectors || factor == 0.0) {
    return;
  }
  let c = controls[0];
  let g = gradients[i] * factor;
  let m = shape.beta1 * moments1[i] + (1.0 - shape.beta1) * g;
  let v = shape.beta2 * moments2[i] + (1.0 - shape.beta2) * g * g;
  let w = weights[i];
  let past = select(vec3u(), vec3u(1), vec3u(i) >= shape.ends.xyz);
  let region = shape.regions[past.x + past.y + past.z];
  let next = w - region.rate * c.lr * (m * c.correction1 / (sqrt(v * c.correction2) + region.epsilon) + region.decay * w);
  if (any_bad(m) || any_bad(v) || any_bad(next)) {
    atomicStore(&ring[u32(c.ringRow) * shape.width + RING_update], bitcast<u32>(f32(UPDATE_partial)));
    return;
  }
  moments1[i] = m;
  moments2[i] = v;
  weights[i] = next;
}
