// The only reliable test for NaN and infinity: drivers may assume that x == x and that max() drops NaN, but not change bits.
fn is_bad(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) == 0x7f800000u;
}

fn any_bad(x: vec4f) -> bool {
  return any((bitcast<vec4u>(x) & vec4u(0x7f800000u)) == vec4u(0x7f800000u));
}
