/** Exponential and logarithm of the kernels against those of the engine, whose errors are far below what is asked of them. */
import { expect, it } from 'vitest';
import { enableRelaxedSimd } from '../../src/cli/node/relaxedSimd.ts';
import { exp, log, type Madd } from '../../src/cpu/kernels/arithmetic.ts';
import { f32, f32x4, f64, Module } from '../../src/util/wasm.ts';

enableRelaxedSimd();

/** A function (address of x, address of y) over `count` elements that it is given in turn. */
async function mapped(x: Float32Array, build: (module: Module) => void): Promise<Float32Array> {
  const module = new Module();
  build(module);
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 8 });
  const bytes = module.assemble({ pages: 1, most: 8, shared: false });
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  const run = instance.exports.run as (from: number, to: number) => void;
  const to = x.byteLength;
  new Float32Array(memory.buffer).set(x);
  for (let byte = 0; byte < to; byte += 16) run(byte, to + byte);
  return new Float32Array(memory.buffer, to, x.length).slice();
}

const madds: [string, Madd][] = [
  ['fused', f32x4.relaxedMadd],
  ['not fused', (a, b, c) => f32x4.add(f32x4.mul(a, b), c)],
];

it.each(madds)('eˣ is within 2 units in the last place, multiply-add %s', async (_, madd) => {
  const x = Float32Array.from({ length: 16_000 }, (__, i) => -87.2 + (i * 175.2) / 16_000);
  const y = await mapped(x, (module) => {
    const f = module.func('run', ['i32', 'i32']);
    f.store(f.parameters[1], exp(f, madd, f32x4.load(f.parameters[0])));
  });
  let worst = 0;
  x.forEach((value, i) => {
    const want = Math.exp(value);
    worst = Math.max(worst, Math.abs(y[i] - want) / 2 ** (Math.floor(Math.log2(want)) - 23));
  });
  expect(worst).toBeLessThan(2);
});

it('eˣ of what is far below is 0, and of NaN NaN', async () => {
  const x = Float32Array.of(-88, -1e30, Number.NEGATIVE_INFINITY, Number.NaN);
  const y = await mapped(x, (module) => {
    const f = module.func('run', ['i32', 'i32']);
    f.store(f.parameters[1], exp(f, madds[0][1], f32x4.load(f.parameters[0])));
  });
  expect([...y]).toEqual([0, 0, 0, Number.NaN]);
});

it('ln x is within 1e-11', async () => {
  const x = Float32Array.from({ length: 4000 }, (_, i) => 1e-3 * 1.005 ** i);
  // What is left when the engine's own logarithm is taken away, times 10¹¹ so that f32 can hold it: given beside x, as the pair's second.
  const pairs = new Float32Array(4 * x.length);
  const rest = x.map((value) => Math.log(value) - Math.fround(Math.log(value)));
  x.forEach((value, i) => pairs.set([value, Math.log(value), rest[i], 0], 4 * i));
  const y = await mapped(pairs, (module) => {
    const f = module.func('run', ['i32', 'i32']);
    const [from, to] = f.parameters;
    const got = log(f, f64.promote(f32.load(from)));
    const want = f64.add(f64.promote(f32.load(from, 4)), f64.promote(f32.load(from, 8)));
    f.store(to, f32.demote(f64.mul(f64.sub(got, want), f64.const(1e11))));
  });
  // The reference itself is split into two f32, exact to 1e-14.
  expect(Math.max(...x.map((_, i) => Math.abs(y[4 * i])))).toBeLessThan(1);
});
