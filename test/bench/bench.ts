/**
 * `npm run bench -- [--json FILE] [--only TEXT] [--no-quads]`: training steps and matrix products on this machine's adapter through
 * Dawn for Node; with a real GPU it writes the same JSON. CPU seconds are those of the whole process, all threads: on the software
 * adapter they are the work itself and steadier than wall time.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeAdapter, openNodeDevice } from '../../src/cli/node/dawn.ts';
import { tokenIndex } from '../../src/data/tokenIndex.ts';
import { compile } from '../../src/gpu/compile.ts';
import { Memory } from '../../src/gpu/memory.ts';
import { Graph, type Op, type Tensor } from '../../src/graph/graph.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import { type Layout, matmul } from '../../src/ops/matmul.ts';
import { Engine } from '../../src/train/engine.ts';
import { randomInteger } from '../../src/util/random.ts';
import { configOf, matmulShapes, type StepShape, stepShapes } from './shapes.ts';

const { values: given } = parseArgs({
  options: { json: { type: 'string' }, only: { type: 'string' }, 'no-quads': { type: 'boolean' } },
});
const wanted = (name: string): boolean => given.only === undefined || name.includes(given.only);

const { device, report } = await openNodeDevice(given['no-quads'] ? { features: [] } : {});
console.log(`adapter: ${describeAdapter(report)}`);

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const quantile = (sorted: number[], q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;

/** Seconds each shape is measured for, after two steps that warm up. */
const measureSeconds = 4;

interface StepResult {
  shape: string;
  msP50: number;
  msP95: number;
  tokensPerSecond: number;
  tokensPerCpuSecond: number;
  dispatches: number;
  submits: number;
  gpuBytes: number;
  compileMs: number;
  peers: Record<string, number>;
}

async function benchStep(shape: StepShape): Promise<StepResult> {
  const config = configOf(shape);
  const before = performance.now();
  const engine = await Engine.create(device, report.software, config, tokenIndex);
  const compileMs = performance.now() - before;
  engine.initialize(1);
  const N = shape.B * shape.T;
  const tokens = Uint32Array.from({ length: N }, (_, i) => randomInteger(1, 0, i, shape.V));
  const batch = { tokens, targets: tokens.map((_, i) => tokens[(i + 1) % N]!), documentStart: new Uint32Array(N) };
  let step = 0;
  const take = async (): Promise<void> => {
    engine.submitStep(step, () => batch, 1e-3, step + 1);
    await engine.metrics(step, step);
    step++;
  };
  await take();
  await take();
  const millis: number[] = [];
  const cpu = cpuSeconds();
  const start = performance.now();
  while (millis.length < 5 || performance.now() - start < measureSeconds * 1000) {
    const from = performance.now();
    await take();
    millis.push(performance.now() - from);
  }
  const wall = (performance.now() - start) / 1000;
  const used = cpuSeconds() - cpu;
  millis.sort((a, b) => a - b);
  const result: StepResult = {
    shape: shape.name,
    msP50: quantile(millis, 0.5),
    msP95: quantile(millis, 0.95),
    tokensPerSecond: (millis.length * N) / wall,
    tokensPerCpuSecond: (millis.length * N) / used,
    dispatches: engine.plan.lists.step.length + engine.plan.lists.update.length,
    submits: 1,
    gpuBytes: engine.memory.bytes,
    compileMs,
    peers: {},
  };
  engine.destroy();
  return result;
}

/** One product as a graph of its own. A and B are states, so that nothing is uploaded between replays. */
async function benchMatmul(kind: Layout, m: number, n: number, k: number): Promise<number> {
  const memory = new Memory(device, layoutPool([]), { quads: device.features.has('subgroups'), software: report.software });
  const g = new Graph();
  const a = g.state('A', kind === 'tn' ? [k, m] : [m, k]);
  const b = g.state('B', kind === 'nt' ? [n, k] : [k, n]);
  const op: Op = {
    name: 'product',
    kernels: ({ inputs: [x, y], outputs: [z] }, context) => [
      matmul(context, { layout: kind, a: x!, b: y!, c: z!, M: m, N: n, K: k }),
    ],
  };
  const [c] = g.node(op, [a, b], [{ name: 'C', shape: [m, n] }], {}) as [Tensor];
  const plan = await compile(memory, g, { keep: [c] });
  plan.submit(['step']);
  await device.queue.onSubmittedWorkDone();
  const cpu = cpuSeconds();
  const start = performance.now();
  let runs = 0;
  while (performance.now() - start < 1500) {
    plan.submit(['step']);
    await device.queue.onSubmittedWorkDone();
    runs++;
  }
  const gflops = (2 * m * n * k * runs) / 1e9 / (cpuSeconds() - cpu);
  plan.destroy();
  memory.destroy();
  return gflops;
}

const steps: StepResult[] = [];
for (const shape of stepShapes.filter(({ name }) => wanted(name))) {
  const result = await benchStep(shape);
  steps.push(result);
  console.log(
    `${result.shape}: p50 ${result.msP50.toFixed(1)} ms, p95 ${result.msP95.toFixed(1)} ms, ` +
      `${result.tokensPerSecond.toFixed(0)} tokens/s, ${result.tokensPerCpuSecond.toFixed(0)} tokens/CPU-s, ` +
      `${result.dispatches} dispatches, ${(result.gpuBytes / 1e6).toFixed(1)} MB, compiled in ${result.compileMs.toFixed(0)} ms`,
  );
}
const products: { kind: Layout; m: number; n: number; k: number; gflopsPerCpuSecond: number; peers: Record<string, number> }[] = [];
for (const { m, n, k } of wanted('matmul') ? matmulShapes : []) {
  for (const kind of ['nt', 'nn', 'tn'] as const) {
    const gflopsPerCpuSecond = await benchMatmul(kind, m, n, k);
    products.push({ kind, m, n, k, gflopsPerCpuSecond, peers: {} });
    console.log(`matmul ${kind} ${m}×${n}×${k}: ${gflopsPerCpuSecond.toFixed(2)} GFLOP/CPU-s`);
  }
}
if (given.json) writeFileSync(given.json, `${JSON.stringify({ adapter: describeAdapter(report), steps, matmul: products }, null, 2)}\n`);
