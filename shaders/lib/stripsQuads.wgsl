// Sums over strips where barriers are dear: a quad shares a column, STRIPS = 4.
fn quadSum(v: vec4f) -> vec4f {
  let pair = v + quadSwapX(v);
  return pair + quadSwapY(pair);
}
fn stripsSum(own: Sums, local: u32) -> Sums {
  return Sums(quadSum(own[0]), quadSum(own[1]));
}
