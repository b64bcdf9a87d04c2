// Forward pass by blocks of queries: softmax(q kᵀ) v by an online softmax. The loop over keys is in src/ops/attention/attentionBlocks.ts; it turns
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
