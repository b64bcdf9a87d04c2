import { assemble, f32, f32x4, Func, i32, type Expr, type Local } from '/work/wt-cpu/src/cpu/wasm.ts';
const [MR, NR] = [Number(process.env.MR ?? 6), Number(process.env.NR ?? 8)];
const relaxed = process.env.RELAXED !== '0';
const UNROLL = Number(process.env.UNROLL ?? 4);
const madd = (a: Expr, b: Expr, c: Expr) => (relaxed ? f32x4.relaxedMadd(a, b, c) : f32x4.add(f32x4.mul(a, b), c));
// micro(pa, pb, pc, K, strideC bytes)
const f = new Func('micro', ['i32', 'i32', 'i32', 'i32', 'i32']);
const [pa, pb, pc, K, ldc] = f.parameters as Local[];
const acc: Local[][] = [];
let row: Expr = pc!;
const zero = f32x4.splat(f32.const(0));
for (let i = 0; i < MR; i++) {
  acc.push([]);
  for (let j = 0; j < NR / 4; j++) acc[i]!.push(f.let(zero));
}
const b = Array.from({ length: NR / 4 }, () => f.local('v128'));
const k = f.let(i32.const(0));
f.repeat(
  () => {
    for (let u = 0; u < UNROLL; u++) {
      for (let j = 0; j < NR / 4; j++) f.set(b[j]!, f32x4.load(pb!, 16 * j + u * 4 * NR));
      for (let i = 0; i < MR; i++) {
        const a = f32x4.loadSplat(pa!, 4 * i + u * 4 * MR);
        if (NR / 4 === 1) f.set(acc[i]![0]!, madd(a, b[0]!, acc[i]![0]!));
        else {
          const s = f.local('v128');
          f.set(s, a);
          for (let j = 0; j < NR / 4; j++) f.set(acc[i]![j]!, madd(s, b[j]!, acc[i]![j]!));
        }
      }
    }
    f.set(pa!, i32.add(pa!, i32.const(4 * MR * UNROLL)));
    f.set(pb!, i32.add(pb!, i32.const(4 * NR * UNROLL)));
    f.set(k, i32.add(k, i32.const(UNROLL)));
  },
  i32.lt(k, K!),
);
for (let i = 0; i < MR; i++) {
  for (let j = 0; j < NR / 4; j++) f.store(pc!, acc[i]![j]!, 16 * j);
  if (i < MR - 1) f.set(pc!, i32.add(pc!, ldc!));
}
const g = new Func('run', ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
const [A, B, C, M, N, K2, ld] = g.parameters as Local[];
// A packed in panels of MR × K, B packed in panels NR × K
g.for(i32.const(0), N!, NR, (j) => {
  g.for(i32.const(0), M!, MR, (i) => {
    g.call(
      0,
      i32.add(A!, i32.shl(i32.mul(i, K2!), 2)),
      i32.add(B!, i32.shl(i32.mul(j, K2!), 2)),
      i32.add(C!, i32.add(i32.mul(i, ld!), i32.shl(j, 2))),
      K2!,
      ld!,
    );
  });
});
const bytes = assemble([f, g], { pages: 2000, most: 2000, shared: false });
const memory = new WebAssembly.Memory({ initial: 2000, maximum: 2000 });
const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
const run = instance.exports.run as (...a: number[]) => void;
const [m, n, kk] = [192, 512, 256];
const floats = new Float32Array(memory.buffer);
const [oa, ob, oc] = [0, 4 * m * kk, 4 * (m * kk + n * kk)];
for (let i = 0; i < (m + n) * kk; i++) floats[i] = Math.sin(i);
for (let w = 0; w < 3; w++) run(oa, ob, oc, m, n, kk, 4 * n);
// check one element
let want = 0;
const [ci, cj] = [7, 9];
for (let q = 0; q < kk; q++)
  want +=
    floats[Math.floor(ci / MR) * MR * kk + q * MR + (ci % MR)]! *
    floats[ob / 4 + Math.floor(cj / NR) * NR * kk + q * NR + (cj % NR)]!;
const got = floats[oc / 4 + ci * n + cj]!;
const t0 = process.cpuUsage();
const R = 200;
for (let w = 0; w < R; w++) run(oa, ob, oc, m, n, kk, 4 * n);
const t = process.cpuUsage(t0);
console.log(
  MR,
  NR,
  'relaxed',
  relaxed,
  'unroll',
  UNROLL,
  ((2 * m * n * kk * R) / ((t.user + t.system) * 1e-6) / 1e9).toFixed(1),
  'GFLOP/CPU-s',
  'check',
  got,
  want,
  bytes.length,
  'bytes',
);
