// Columns summed in STRIPS of every STRIPS-th row: which column and strip invocation i takes. STRIPS is a power of two, because
// software adapters divide slowly.
fn columnOf(i: u32) -> u32 {
  return i >> firstTrailingBit(STRIPS);
}
fn stripOf(i: u32) -> u32 {
  return i & (STRIPS - 1u);
}
