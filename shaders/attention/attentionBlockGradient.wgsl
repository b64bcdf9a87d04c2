// Both kernels of the backward pass by blocks end by turning a gradient back. Eight rows of it, one of every y, lie in columnTile, which
// holds eight rows of up to 128 elements: vec4 i of row y at [y + 8·(i/8)][i%8].

fn heldElement(y: u32, e: u32) -> f32 {
  return columnTile[y + 8u * (e / 32u)][e / 4u % 8u][e % 4u];
}

/// Vec4 i of row y, which is at position t, turned back.
fn turnedBack(y: u32, t: u32, i: u32) -> vec4f {
  let e = 4u * i;
  let turn = turnOfVector(t, i);
  let partners = vec4f(
    heldElement(y, partner(e)),
    heldElement(y, partner(e + 1u)),
    heldElement(y, partner(e + 2u)),
    heldElement(y, partner(e + 3u)),
  );
  return columnTile[y + 8u * (i / 8u)][i % 8u] * turn.own - partners * turn.partner;
}
