/**
 * `node src/cli/run.mjs test/bench/breakdown.ts [--shape TEXT | --preset NAME] [--rows]`: where a training step's CPU time goes on this
 * adapter. Every dispatch of the step is replayed many times alone, so that figures hold on software adapters, which have no clock of
 * their own; their sum is set against a whole step. `--rows` prints dispatches one by one instead of summed by kernel.
 */
import { parseArgs } from 'node:util';
import { describeAdapter } from '../../src/cli/describeAdapter.ts';
import { openNodeDevice } from '../../src/cli/node/dawn.ts';
import { presetConfig } from '../../src/config/presets.ts';
import { tokenIndex } from '../../src/data/tokenIndex.ts';
import { gpuExecutor } from '../../src/gpu/executor.ts';
import type { Plan } from '../../src/gpu/plan.ts';
import { GpuBackend } from '../../src/train/backends/gpu.ts';
import { Engine } from '../../src/train/engine/engine.ts';
import { randomInteger } from '../../src/util/random.ts';
import { configOf, hardwareStepShapes, stepShapes } from './shapes.ts';

const { values: given } = parseArgs({
  options: { shape: { type: 'string' }, preset: { type: 'string' }, rows: { type: 'boolean' } },
});

const cpuMicros = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** CPU time one dispatch is measured for, µs: long beside the 10 ms grain of the operating system's accounts. */
const measured = 150_000;

function chosenConfig() {
  if (given.preset) return presetConfig(given.preset);
  const shape = [...stepShapes, ...hardwareStepShapes].find(({ name }) => name.includes(given.shape ?? ''));
  if (!shape) throw new Error(`no bench shape is named like ${given.shape}; test/bench/shapes.ts lists them`);
  return configOf(shape);
}

const backend = new GpuBackend(await openNodeDevice());
const { device, report } = backend;
console.log(`adapter: ${describeAdapter(report)}`);
const config = chosenConfig();
const { sequences: B, length: T } = config.batch;
const V = config.model.vocab_size;
const from = performance.now();
const engine = await Engine.create(backend, config, tokenIndex);
const { pipelines } = gpuExecutor(engine.executor);
const { lists } = engine.plan as Plan;
console.log(`compiled in ${(performance.now() - from).toFixed(0)} ms, ${pipelines.count} pipelines`);
engine.initialize(1);
const tokens = Uint32Array.from({ length: B * T }, (_, i) => randomInteger(1, 0, i, V));
const batch = {
  tokens,
  targets: tokens.map((_, i) => tokens[(i + 1) % (B * T)]!),
  documentStart: new Uint32Array(B * T),
};

let step = 0;
const take = async (count: number): Promise<number> => {
  const before = cpuMicros();
  for (let i = 0; i < count; i++, step++) {
    engine.submitStep(step, () => batch, 1e-3, step + 1);
    await engine.metrics(step, step);
  }
  return (cpuMicros() - before) / count;
};
await take(2);
const whole = await take(Math.max(5, Math.ceil(2e6 / (await take(3)))));

const dispatches = [...lists.step, ...lists.update];
const replay = async ({ pipeline, bindGroup, kernel }: (typeof dispatches)[0], count: number): Promise<number> => {
  const before = cpuMicros();
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  for (let i = 0; i < count; i++) pass.dispatchWorkgroups(...kernel.workgroups);
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  return (cpuMicros() - before) / count;
};

const rows: { name: string; groups: number; micros: number; flops: number }[] = [];
for (const dispatch of dispatches) {
  const once = Math.max(await replay(dispatch, 4), 5);
  const micros = await replay(dispatch, Math.max(4, Math.ceil(measured / once)));
  const { kernel, node } = dispatch;
  const [M, N4, K] = kernel.uniforms;
  const shape = kernel.entryPoint === 'matmul' ? ` ${M}×${N4! * 4}×${K}` : '';
  rows.push({
    name: `${node.op.name}.${kernel.entryPoint}${shape}`,
    groups: kernel.workgroups.reduce((a, b) => a * b),
    micros,
    flops: kernel.flops ?? 0,
  });
}
const sum = rows.reduce((total, { micros }) => total + micros, 0);
const kinds = new Map<string, { count: number; micros: number; flops: number; groups: number }>();
rows.forEach(({ name, micros, flops, groups }, i) => {
  const kind = kinds.get(given.rows ? `${i} ${name}` : name) ?? { count: 0, micros: 0, flops: 0, groups };
  kinds.set(given.rows ? `${i} ${name}` : name, {
    count: kind.count + 1,
    micros: kind.micros + micros,
    flops: kind.flops + flops,
    groups,
  });
});
const sorted = [...kinds].sort(([, a], [, b]) => (given.rows ? 0 : b.micros - a.micros));
for (const [name, { count, micros, flops, groups }] of sorted) {
  const rate = flops ? `${(flops / micros / 1e3).toFixed(2)} GFLOP/CPU-s` : '';
  const share = `${((100 * micros) / sum).toFixed(1)} %`;
  console.log(
    `${share.padStart(7)} ${micros.toFixed(0).padStart(8)} µs ${String(count).padStart(3)}× ${String(groups).padStart(6)} groups ` +
      `${name.padEnd(56)} ${rate}`,
  );
}
console.log(`${rows.length} dispatches, ${sum.toFixed(0)} CPU µs one by one; a whole step ${whole.toFixed(0)} CPU µs`);
console.log(
  `${((B * T * 1e6) / whole).toFixed(0)} tokens per CPU-second, ${(engine.executor.bytes / 1e6).toFixed(1)} MB`,
);
engine.destroy();
