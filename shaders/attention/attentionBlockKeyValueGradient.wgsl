// dk = Σ ds q, turned back, and dv = Σ p dout of a block of keys, over the queries that see the key and the heads that share it. The loop
// over queries is in src/ops/attention/attentionBlocks.ts.
@group(0) @binding(7) var<storage, read> deltas: array<f32>; // (N, H)

fn documentStartOf(row: u32) -> u32 {
  return u32(statistics[row].y);
}
