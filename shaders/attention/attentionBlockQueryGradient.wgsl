// dq = Σ_s ds k of a block of queries, turned back and scaled; also makes delta. The loop over keys is in src/ops/attention/attentionBlocks.ts.
@group(0) @binding(7) var<storage, read> output: array<stored4>; // (N, H·d)
@group(0) @binding(8) var<storage, read_write> deltas: array<f32>; // (N, H)

/// The lane's share, vec4s x of every chunk, of delta of row n.
fn deltaShare(n: u32, head: u32, x: u32) -> f32 {
  let row = (n * shape.H + head) * D4;
  var sum = 0.0;
  for (var i = x; i < D4; i += 8u) {
    sum += dot(vec4f(doutput[row + i]), vec4f(output[row + i]));
  }
  return sum;
}
