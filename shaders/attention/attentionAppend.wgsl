// Decoding, first half: turns q and k of one new token a row by their position, scales q by 1/√d, and writes k and v to
// the caches. Half-split: of the rotated elements, j goes with j + rotated/2; the others are paired likewise among
// themselves, with the angle 0. An invocation takes one pair of one head of q, k or v.
struct Shape {
  R: u32,
  Tmax: u32,
  H: u32,
  K: u32,
  d: u32,
  rotated: u32,
  scale: f32,
  positionStride: u32, // 1: every row has its position, 0: one for all
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> qkv: array<stored>; // (R, (H + 2K)·d)
@group(0) @binding(2) var<storage, read> rotary: array<vec2f>; // (Tmax, d/2) of cos, sin
@group(0) @binding(3) var<storage, read> positions: array<u32>; // (R) or (1)
@group(0) @binding(4) var<storage, read_write> q: array<f32>; // (R, H·d)
@group(0) @binding(5) var<storage, read_write> cacheK: array<cached>; // (R, Tmax, K·d)
@group(0) @binding(6) var<storage, read_write> cacheV: array<cached>; // (R, Tmax, K·d)

@compute @workgroup_size(64)
fn append(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let pairs = shape.d / 2u;
  let heads = shape.H + 2u * shape.K;
  let i = (group.y * groups.x + group.x) * 64u + local;
  let r = i / (heads * pairs);
  if (r >= shape.R) {
    return;
  }
  let head = (i / pairs) % heads;
  let j = i % pairs;
  let position = positions[r * shape.positionStride];
  if (position >= shape.Tmax) {
    return;
  }
  let half = shape.rotated / 2u;
  let first = select(j, j + half, j >= half);
  let second = first + select(half, pairs - half, j >= half);
  let x = (r * heads + head) * shape.d;
  let a = f32(qkv[x + first]);
  let b = f32(qkv[x + second]);
  let turn = rotary[position * pairs + j];
  let rotatedA = a * turn.x - b * turn.y;
  let rotatedB = b * turn.x + a * turn.y;
  if (head < shape.H) {
    let y = (r * shape.H + head) * shape.d;
    q[y + first] = rotatedA * shape.scale;
    q[y + second] = rotatedB * shape.scale;
    return;
  }
  let kvHead = (head - shape.H) % shape.K;
  let y = ((r * shape.Tmax + position) * shape.K + kvHead) * shape.d;
  if (head < shape.H + shape.K) {
    cacheK[y + first] = cached(rotatedA);
    cacheK[y + second] = cached(rotatedB);
  } else {
    cacheV[y + first] = cached(a);
    cacheV[y + second] = cached(b);
  }
}
