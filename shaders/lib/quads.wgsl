// Rows reduced by quads: LANES = 4 consecutive invocations share a row and add up through quadSwap, with no barrier and no
// workgroup memory. The sum is the same bits on every lane, because each step adds the same two numbers in either order.
const LANES = 4u;
fn lanesSum(x: f32) -> f32 {
  let y = x + quadSwapX(x);
  return y + quadSwapY(y);
}
fn lanesMax(x: f32) -> f32 {
  let y = max(x, quadSwapX(x));
  return max(y, quadSwapY(y));
}
