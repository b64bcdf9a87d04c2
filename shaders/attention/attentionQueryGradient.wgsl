// dq = Σ_s ds k, turned back and scaled; also makes delta. The loop over keys is unrolled in
// src/ops/attention/attentionSource.ts.
@group(0) @binding(7) var<storage, read> output: array<stored4>; // (N, H·d)
@group(0) @binding(8) var<storage, read_write> deltas: array<f32>; // (N, H)

var<private> q: array<vec4f, ROWS * D4>;
var<private> dout: array<vec4f, ROWS * D4>;
var<private> dq: array<vec4f, ROWS * D4>;
var<private> logsumexp: array<f32, ROWS>;
var<private> start: array<u32, ROWS>;
var<private> delta: array<f32, ROWS>;

fn load(place: Place) {
  for (var r = 0u; r < ROWS; r++) {
    let t = min(position(place, r), place.last);
    let row = (place.n0 + t) * shape.H + place.head;
    let query = rotatedQuery(place.n0 + t, place.head);
    logsumexp[r] = statistics[row].x;
    start[r] = u32(statistics[row].y);
    for (var i = 0u; i < D4; i++) {
      q[r * D4 + i] = vec4f(qk[query + i]);
      let gradient = vec4f(doutput[row * D4 + i]);
      dout[r * D4 + i] = gradient;
      delta[r] += dot(gradient, vec4f(output[row * D4 + i]));
    }
  }
}

fn store(place: Place) {
  let scale = inverseSqrt(f32(4u * D4));
  for (var r = 0u; r < ROWS; r++) {
    let t = position(place, r);
    if (t <= place.last) {
      deltas[(place.n0 + t) * shape.H + place.head] = delta[r];
      rotate(&dq, r, t, -1.0);
      let query = packedQuery(place.n0 + t, place.head);
      for (var i = 0u; i < D4; i++) {
        dqkv[query + i] = stored4(dq[r * D4 + i] * scale);
      }
    }
  }
}
