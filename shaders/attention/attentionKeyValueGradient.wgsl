// dk = Σ ds q, turned back, and dv = Σ p dout, over the queries that see the key and the heads that share it. The loop
// over queries is unrolled in src/ops/attention/attentionSource.ts.
@group(0) @binding(7) var<storage, read> deltas: array<f32>; // (N, H)

var<private> k: array<vec4f, ROWS * D4>;
var<private> v: array<vec4f, ROWS * D4>;
var<private> dk: array<vec4f, ROWS * D4>;
var<private> dv: array<vec4f, ROWS * D4>;

fn load(place: Place) {
  for (var r = 0u; r < ROWS; r++) {
    let n = place.n0 + min(position(place, r), place.last);
    let key = rotatedKey(n, place.head);
    let value = packedValue(n, place.head);
    for (var i = 0u; i < D4; i++) {
      k[r * D4 + i] = vec4f(qk[key + i]);
      v[r * D4 + i] = vec4f(qkv[value + i]);
    }
  }
}

fn store(place: Place) {
  for (var r = 0u; r < ROWS; r++) {
    let t = position(place, r);
    if (t <= place.last) {
      rotate(&dk, r, t, -1.0);
      let key = packedKey(place.n0 + t, place.head);
      let value = packedValue(place.n0 + t, place.head);
      for (var i = 0u; i < D4; i++) {
        dqkv[key + i] = stored4(dk[r * D4 + i]);
        dqkv[value + i] = stored4(dv[r * D4 + i]);
      }
    }
  }
}
