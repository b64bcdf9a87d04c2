// What each pair of answers loses and its slopes by both log-probabilities (src/align/losses.ts), a pair an invocation:
//   a = β Δ, Δ = (π − π_ref)(chosen) − (π − π_ref)(rejected)    b = η (r*(chosen) − r*(rejected))
struct Shape {
  pairs: u32,
  kind: u32, // preferenceKinds
  beta: f32,
  eta: f32,
  sftWeight: f32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> logProbs: array<vec2f>; // (P): chosen, rejected; so too below
@group(0) @binding(2) var<storage, read> references: array<vec2f>;
@group(0) @binding(3) var<storage, read> rewards: array<vec2f>;
@group(0) @binding(4) var<storage, read> counts: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> losses: array<f32>; // (P)
@group(0) @binding(6) var<storage, read_write> slopes: array<vec2f>;

fn sigmoid(x: f32) -> f32 {
  let e = exp(-abs(x));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}

fn logSigmoid(x: f32) -> f32 {
  return min(x, 0.0) - log(1.0 + exp(-abs(x)));
}

// KL(Bern(σ(p)) ‖ Bern(σ(q)))
fn divergence(p: f32, q: f32) -> f32 {
  return sigmoid(p) * (logSigmoid(p) - logSigmoid(q)) + sigmoid(-p) * (logSigmoid(-p) - logSigmoid(-q));
}

// Loss and slope by Δ.
fn lossOf(delta: f32, wanted: f32) -> vec2f {
  let a = shape.beta * delta;
  switch shape.kind {
    case 0u: { // dpo
      return vec2f(-logSigmoid(a), -shape.beta * sigmoid(-a));
    }
    case 1u: { // backward
      return vec2f(divergence(wanted, a), shape.beta * (sigmoid(-wanted) - sigmoid(-a)));
    }
    case 2u: { // forward
      return vec2f(divergence(a, wanted), shape.beta * sigmoid(a) * sigmoid(-a) * (a - wanted));
    }
    case 3u: { // squared
      return vec2f((a - wanted) * (a - wanted), 2.0 * shape.beta * (a - wanted));
    }
    default: { // ipo
      let short = delta - 0.5 / shape.beta;
      return vec2f(short * short, 2.0 * short);
    }
  }
}

@compute @workgroup_size(64)
fn preference(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let p = (group.y * groups.x + group.x) * 64u + local;
  if (p >= shape.pairs) {
    return;
  }
  if (counts[p].x == 0.0) {
    losses[p] = 0.0;
    slopes[p] = vec2f();
    return;
  }
  let gains = logProbs[p] - references[p];
  let found = lossOf(gains.x - gains.y, shape.eta * (rewards[p].x - rewards[p].y));
  losses[p] = found.x - shape.sftWeight * logProbs[p].x;
  slopes[p] = vec2f(found.y - shape.sftWeight, -found.y);
}
