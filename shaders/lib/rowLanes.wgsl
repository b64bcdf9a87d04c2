// Row reductions by lanes that exchange values without workgroup memory, or by one that has nothing to exchange.
fn rowSum(x: f32, local: u32) -> f32 {
  return lanesSum(x);
}
fn rowMax(x: f32, local: u32) -> f32 {
  return lanesMax(x);
}
