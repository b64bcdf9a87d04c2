/**
 * `node src/cli/run.mjs test/bench/cpuStep.ts [preset or shape of the bench …]`: a training step on the processor, one thread: CPU
 * milliseconds of it, tokens and model GFLOP a CPU-second, and which kernels of which ops take them. The fastest of several steps: other work on the machine only ever takes away.
 */
import { enableRelaxedSimd } from '../../src/cli/node/relaxedSimd.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { createCpuExecutor } from '../../src/cpu/executor.ts';
import { initialWeights } from '../../src/model/init.ts';
import { poolsOf, trainingGraph } from '../../src/train/engine/graphs.ts';
import { fill, inputsOf } from '../model/interpretStep.ts';
import { tinyBatch } from '../model/tiny.ts';
import { flopsOf } from './setup/roofline.ts';
import { configOf, stepShapes } from './shapes.ts';

enableRelaxedSimd();
/** Steps, of which the fastest counts: fewer where one takes long. */
const [most, fewest, budgetMillis] = [12, 2, 3000];

/** CPU milliseconds that work takes. */
function millis(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

async function profile(preset: string): Promise<void> {
  const shape = stepShapes.find(({ name }) => name === preset);
  const config = shape ? configOf(shape) : resolveConfig({ preset });
  const layout = poolsOf(config);
  const { g, inputs, controls } = trainingGraph(config, layout);
  const executor = await createCpuExecutor(layout);
  executor.write('parameters', initialWeights(config.model, layout, config.seed));
  const plan = await executor.compile(g);
  fill(plan, inputsOf(config, inputs, tinyBatch(config)));
  plan.host(controls).set([1e-3, 10, 20, 0]);
  plan.upload();
  let best = millis(() => plan.submit(['step', 'update']));
  const turns = Math.max(fewest, Math.min(most, Math.floor(budgetMillis / best)));
  for (let turn = 0; turn < turns; turn++) {
    best = Math.min(
      best,
      millis(() => plan.submit(['step', 'update'])),
    );
    await executor.finished(); // lets the engine put in the code it has optimised
  }
  const calls = [...plan.lists.step, ...plan.lists.update];
  const times = calls.map(() => Infinity);
  for (let turn = 0; turn < turns; turn++) {
    calls.forEach((call, i) => {
      times[i] = Math.min(
        times[i],
        millis(() => executor.run([call])),
      );
    });
  }
  /** What blocks of equal work let so many threads gain; barriers and the memory's rate left out. */
  const gain = (threads: number): string => {
    const total = times.reduce((sum, time) => sum + time, 0);
    const longest = calls.reduce((sum, { blocks }, i) => sum + (times[i] * Math.ceil(blocks / threads)) / blocks, 0);
    return (total / longest).toFixed(1);
  };
  const kinds = new Map<string, number>();
  calls.forEach(({ node, kernel }, i) => {
    const kind = `${node.op.name}.${kernel}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + times[i]);
  });
  const { sequences, length } = config.batch;
  const { hidden_size: D, num_hidden_layers: L, vocab_size: V } = config.model;
  const N = sequences * length;
  console.log(
    `${preset}: D ${D}, L ${L}, V ${V}, ${sequences}×${length} tokens; ${(executor.bytes / 1e6).toFixed(0)} MB`,
  );
  console.log(
    `  ${best.toFixed(2)} CPU-ms a step, ${((1000 * N) / best).toFixed(0)} tokens and ${((1e-6 * flopsOf(config)) / best).toFixed(1)} GFLOP a CPU-second, ${calls.length} calls`,
  );
  console.log(
    `  cut into blocks for ${[2, 4, 8].map((n) => `${gain(n)} times the speed on ${n} threads`).join(', ')} at most`,
  );
  for (const [kind, time] of [...kinds].sort((a, b) => b[1] - a[1]).slice(0, 14))
    console.log(`  ${time.toFixed(2).padStart(9)} ms  ${kind}`);
  plan.destroy();
  executor.destroy();
}

const presets = process.argv.slice(2);
for (const preset of presets.length > 0 ? presets : ['ci', 'world']) await profile(preset);
