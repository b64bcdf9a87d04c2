/**
 * `node src/cli/run.mjs test/bench/cpuProducts.ts`: matrix products of the processor's kernels, in GFLOP a CPU-second of one thread; the
 * best of several turns, because other work on the machine only ever takes away.
 */
import { enableRelaxedSimd } from '../../src/cli/node/relaxedSimd.ts';
import { createCpuExecutor } from '../../src/cpu/executor.ts';
import { hasRelaxedSimd } from '../../src/cpu/kernels/library.ts';
import { Graph, type Tensor } from '../../src/graph/graph.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import { inputGradient, linear, weightGradient } from '../../src/ops/linear.ts';
import { randomNormal } from '../../src/util/random.ts';

enableRelaxedSimd();
const turns = 8;
/** CPU seconds of one turn at least: many times the clock's resolution. */
const turnSeconds = 0.2;

const shapes = [
  [512, 512, 512],
  [1024, 1024, 1024],
  [1024, 4096, 256],
] as const;

/** Each layout by the op that uses it: what is recorded for C (M, N) over K. */
const layouts: Record<string, (g: Graph, M: number, N: number, K: number) => Tensor | undefined> = {
  nt: (g, M, N, K) => linear(g, g.input('x', [M, K]), g.parameter('w', [N, K])),
  nn: (g, M, N, K) => inputGradient(g, g.input('x', [M, N]), g.parameter('w', [K, N]), g.input('dy', [M, K])),
  tn: (g, M, N, K) => {
    weightGradient(g, g.parameter('w', [M, N]), g.input('x', [K, N]), g.input('dy', [K, M]));
    return undefined;
  },
};

async function gflops(relaxed: boolean, layout: string, [M, N, K]: readonly [number, number, number]): Promise<number> {
  const g = new Graph();
  const y = layouts[layout](g, M, N, K);
  const pools = layoutPool(g.parameters.map(({ name, shape }) => ({ name, shape, decay: true })));
  const executor = await createCpuExecutor(pools, { relaxed });
  executor.write(
    'parameters',
    Float32Array.from({ length: pools.elements }, (_, i) => randomNormal(1, 0, i)),
  );
  const plan = await executor.compile(g, { keep: y ? [y] : [] });
  for (const input of g.inputs) plan.host(input).set(Float32Array.from({ length: input.size }, (_, i) => (i % 17) - 8));
  plan.upload();
  let best = 0;
  for (let turn = 0; turn < turns; turn++) {
    const start = process.cpuUsage();
    let seconds = 0;
    let products = 0;
    while (seconds < turnSeconds) {
      plan.submit(['step']);
      products++;
      seconds = process.cpuUsage(start).user * 1e-6;
    }
    best = Math.max(best, (2e-9 * M * N * K * products) / seconds);
    await executor.finished(); // lets the engine put in the code it has optimised
  }
  plan.destroy();
  executor.destroy();
  return best;
}

for (const relaxed of hasRelaxedSimd() ? [true, false] : [false]) {
  console.log(`GFLOP a CPU-second, ${relaxed ? 'relaxed SIMD: fused multiply-add' : 'multiply and add'}`);
  console.log(['M×N×K'.padEnd(16), ...Object.keys(layouts).map((name) => name.padStart(6))].join(' '));
  for (const shape of shapes) {
    const row = [];
    for (const layout of Object.keys(layouts)) row.push((await gflops(relaxed, layout, shape)).toFixed(1).padStart(6));
    console.log([shape.join('×').padEnd(16), ...row].join(' '));
  }
}
