// Forward pass: turns q and k by their positions, scales q by 1/√d and keeps both for the backward pass; output =
// softmax(q kᵀ) v by an online softmax. The loop over keys is unrolled in src/ops/attention/attentionSource.ts; it turns each key
// it meets, which costs less than a dispatch of its own would.
var<private> q: array<vec4f, ROWS * D4>;
var<private> o: array<vec4f, ROWS * D4>; // Σ e^(s − m) v
var<private> sum: array<f32, ROWS>; // Σ e^(s − m)
var<private> m: array<f32, ROWS>;
var<private> start: array<u32, ROWS>;

fn load(place: Place) {
  let scale = inverseSqrt(f32(4u * D4));
  for (var r = 0u; r < ROWS; r++) {
    let t = min(position(place, r), place.last);
    let query = packedQuery(place.n0 + t, place.head);
    for (var i = 0u; i < D4; i++) {
      q[r * D4 + i] = vec4f(qkv[query + i]) * scale;
    }
    rotate(&q, r, t, 1.0);
    start[r] = documentStartOf(place.n0, t);
  }
  keepQueries(place);
  // The first of the heads that share a key turns it for the backward pass too; o is not yet in use.
  if (place.head % (shape.H / shape.K) == 0u) {
    keepKeys(place, place.head / (shape.H / shape.K));
  }
}

fn keepQueries(place: Place) {
  for (var r = 0u; r < ROWS; r++) {
    let t = position(place, r);
    if (t <= place.last) {
      let query = rotatedQuery(place.n0 + t, place.head);
      for (var i = 0u; i < D4; i++) {
        qk[query + i] = stored4(q[r * D4 + i]);
      }
    }
  }
}

fn keepKeys(place: Place, kvHead: u32) {
  for (var r = 0u; r < ROWS; r++) {
    let t = position(place, r);
    if (t <= place.last) {
      let packed = packedKey(place.n0 + t, kvHead);
      let kept = rotatedKey(place.n0 + t, kvHead);
      for (var i = 0u; i < D4; i++) {
        o[r * D4 + i] = vec4f(qkv[packed + i]);
      }
      rotate(&o, r, t, 1.0);
      for (var i = 0u; i < D4; i++) {
        qk[kept + i] = stored4(o[r * D4 + i]);
        o[r * D4 + i] = vec4f();
      }
    }
  }
}

fn store(place: Place) {
  for (var r = 0u; r < ROWS; r++) {
    let t = position(place, r);
    if (t <= place.last) {
      let row = (place.n0 + t) * shape.H + place.head;
      for (var i = 0u; i < D4; i++) {
        output[row * D4 + i] = stored4(o[r * D4 + i] / sum[r]);
      }
      statistics[row] = vec2f(m[r] + log(sum[r]), f32(start[r]));
    }
  }
}
