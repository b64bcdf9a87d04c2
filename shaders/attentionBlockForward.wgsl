// Forward pass by blocks of queries: softmax(q kᵀ) v by an online softmax. The loop over keys is in src/ops/attentionBlocks.ts; it turns
// each key it meets, once a workgroup, which costs less than a dispatch of its own would.

fn packedElement(head: u32, e: u32) -> f32 {
  return f32(qkv[head + e / 4u][e % 4u]);
}

/// Vec4 i of the packed head that starts at vec4 `head`, turned as position t is.
fn turned(head: u32, t: u32, i: u32) -> vec4f {
  let e = 4u * i;
  let turn = turnOfVector(t, i);
  let own = vec4f(qkv[head + i]);
  if (ALIGNED) {
    return own * turn.own + vec4f(qkv[head + partner(e) / 4u]) * turn.partner;
  }
  let partners = vec4f(
    packedElement(head, partner(e)),
    packedElement(head, partner(e + 1u)),
    packedElement(head, partner(e + 2u)),
    packedElement(head, partner(e + 3u)),
  );
  return own * turn.own + partners * turn.partner;
}

/// Turns the rows' queries, and their keys if this is the first of the heads that share them, and keeps them for the backward pass; queries
/// of one chunk stay in rowTile for this one.
fn keep(n0: u32, head: u32, first: u32, last: u32, x: u32, y: u32) {
  let scale = inverseSqrt(f32(4u * D4));
  let groupSize = shape.H / shape.K;
  for (var r = 0u; r < ROWS; r++) {
    let t = first + y + 8u * r;
    for (var i = x; i < D4; i += 8u) {
      if (t <= last) {
        let q = turned(packedQuery(n0 + t, head), t, i) * scale;
        qk[rotatedQuery(n0 + t, head) + i] = stored4(q);
        if (D4 <= 8u) {
          rowTile[y + 8u * r][i] = q;
        }
        if (head % groupSize == 0u) {
          let k = turned(packedKey(n0 + t, head / groupSize), t, i);
          qk[rotatedKey(n0 + t, head / groupSize) + i] = stored4(k);
        }
      }
    }
  }
}
