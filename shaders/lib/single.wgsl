// The same names for adapters without subgroup operations: one invocation a row, nothing to exchange.
const LANES = 1u;
fn lanesSum(x: f32) -> f32 {
  return x;
}
fn lanesMax(x: f32) -> f32 {
  return x;
}
