// Rotary positions (papers.md §5.1): turns q and k by their position and scales q by 1/√d; packed rows of q, k, v become
// rows of q, k. Pair j of a head: (a, b) → (a cos − b sin, b cos + a sin). Half-split: of the rotated elements, j goes
// with j + rotated/2; the others are paired likewise among themselves, with the angle 0.
struct Shape {
  rows: u32,
  T: u32,
  H: u32,
  K: u32,
  d: u32,
  rotated: u32,
  scale: f32,
  headStride: u32, // every invocation takes heads y, y + headStride, …
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> qkv: array<stored>; // (N, (H + 2K)·d)
@group(0) @binding(2) var<storage, read> rotary: array<vec2f>; // (T, d/2) of cos, sin
@group(0) @binding(3) var<storage, read_write> qk: array<stored>; // (N, (H + K)·d)

@compute @workgroup_size(64)
fn rope(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let pairs = shape.d / 2u;
  let i = (group.x + group.z * groups.x) * 64u + local;
  if (i >= shape.rows * pairs) {
    return;
  }
  let n = i / pairs;
  let j = i % pairs;
  let turn = rotary[(n % shape.T) * pairs + j];
  let half = shape.rotated / 2u;
  let first = select(j, j + half, j >= half);
  let second = first + select(half, pairs - half, j >= half);
  for (var head = group.y; head < shape.H + shape.K; head += shape.headStride) {
    let x = n * (shape.H + 2u * shape.K) * shape.d + head * shape.d;
    let y = n * (shape.H + shape.K) * shape.d + head * shape.d;
    let scale = select(1.0, shape.scale, head < shape.H);
    let a = f32(qkv[x + first]) * scale;
    let b = f32(qkv[x + second]) * scale;
    qk[y + first] = stored(a * turn.x - b * turn.y);
    qk[y + second] = stored(b * turn.x + a * turn.y);
  }
}
