// Sums over strips where barriers are dear: a quad shares a column.
const STRIPS = 4u;
struct Sums {
  weight: vec4f,
  bias: vec4f,
}
fn quadSum(v: vec4f) -> vec4f {
  let pair = v + quadSwapX(v);
  return pair + quadSwapY(pair);
}
fn stripsSum(own: Sums, local: u32) -> Sums {
  return Sums(quadSum(own.weight), quadSum(own.bias));
}
