/** An op written here and nowhere else, with its twin, its kernels for GPU and processor, and its test. */
import { it } from 'vitest';
import { call, kernel } from '../../src/cpu/kernel.ts';
import { at } from '../../src/cpu/kernels/arithmetic.ts';
import { registerLowering } from '../../src/cpu/lower.ts';
import { f32, i32 } from '../../src/util/wasm.ts';
import type { Graph, Op, Tensor } from '../../src/graph/graph.ts';
import { read, write } from '../../src/graph/kernel.ts';
import { checkOp } from '../ops/checkOp.ts';

const wgsl = `
struct Shape { size: u32 }
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;
@compute @workgroup_size(64) fn times(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < shape.size) { c[id.x] = a[id.x] * b[id.x]; }
}`;

/** c = a · b, element by element. */
const times = (g: Graph, a: Tensor, b: Tensor): Tensor =>
  g.node(timesOp, [a, b], [{ name: `${a.name} ${b.name}`, shape: a.shape }], {})[0]!;

const timesOp: Op = {
  name: 'times',
  twin: ([a, b]) => [a!.map((value, i) => value * b![i]!)],
  kernels: ({ inputs: [a, b], outputs: [c] }) => [
    {
      source: wgsl,
      entryPoint: 'times',
      bindings: [read(a!), read(b!), write(c!)],
      uniforms: [c!.size],
      workgroups: [Math.ceil(c!.size / 64), 1, 1],
    },
  ],
  backward: ({ graph, node: { inputs }, gradients: [dc] }) => [
    { share: times(graph, dc!, inputs[1]!) },
    { share: times(graph, dc!, inputs[0]!) },
  ],
};

const timesKernel = kernel('times', ['a', 'b', 'c', 'size'], [], (f, p) =>
  f.for(i32.const(0), p.size, 1, (i) => f.store(at(p.c, i), f32.mul(f32.load(at(p.a, i)), f32.load(at(p.b, i))))),
);
registerLowering('times', [timesKernel], ([a, b], [c]) => [call(timesKernel, { a: a!, b: b!, c: c!, size: c!.size })]);

it('is its twin, and the twin its derivative', () =>
  checkOp({
    inputs: { a: { shape: [7, 12] }, b: { shape: [7, 12] } },
    record: (g, { a, b }) => times(g, a!, b!),
  }));
