/** Our engine as the bench's subject, on a device that is handed in: the same code in Dawn for Node and in a page. */
import { tokenIndex } from '../../src/data/tokenIndex.ts';
import { presetConfig } from '../../src/config/presets.ts';
import type { RunConfig } from '../../src/config/run.ts';
import { gpuExecutor, GpuExecutor } from '../../src/gpu/executor.ts';
import type { Plan } from '../../src/gpu/plan.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import { productTrial } from '../../src/ops/matmul/trial.ts';
import type { GpuBackend } from '../../src/train/backends/gpu.ts';
import { Engine as Trainer } from '../../src/train/engine/engine.ts';
import { tuneTiles } from '../../src/train/engine/tile.ts';
import { openCeiling } from './ceilings.ts';
import { kernelShares } from './kernelShares.ts';
import { configOf } from './shapes.ts';
import { batchOf, type Engine, operandsOf, type Subject } from './setup/subject.ts';

export type Opened = GpuBackend;

/** Training steps of a configuration on one repeated batch, measurements read back where the caller waits. */
export async function openTraining(backend: Opened, config: RunConfig): Promise<Subject> {
  const trainer = await Trainer.create(backend, config, tokenIndex);
  trainer.initialize(1);
  const { sequences: B, length: T } = config.batch;
  const batch = {
    ...batchOf({ B, T, V: config.model.vocab_size }),
    documentStart: new Uint32Array(B * T),
  };
  let step = 0;
  const memory = gpuExecutor(trainer.executor);
  const { lists } = trainer.plan as Plan;
  return {
    async run(times = 1) {
      for (let i = 0; i < times; i++, step++) trainer.submitStep(step, () => batch, 1e-3, step + 1);
      const [last] = await trainer.metrics(step - 1, step - 1);
      return last!.loss;
    },
    destroy: () => trainer.destroy(),
    kernels: () => kernelShares(backend.device, [...lists.step, ...lists.update]),
    facts: {
      dispatches: lists.step.length + lists.update.length,
      submits: 1,
      gpuBytes: memory.bytes,
      pipelines: memory.pipelines.count,
    },
  };
}

/** Every kind of work. A and B of a product are uploaded once. */
export function rekindle(open: () => Promise<Opened>, precision: RunConfig['precision'] = 'f32'): Engine {
  return {
    openStep: async (shape) => openTraining(await open(), { ...configOf(shape), precision }),
    openCeiling: async (ceiling) => openCeiling(await open(), ceiling),
    openPreset: async (name) => openTraining(await open(), presetConfig(name)),

    async openProduct(product) {
      const { device, context } = await open();
      const { kind, m, n, k } = product;
      const { a, b } = operandsOf(product);
      const shape = { layout: kind, M: m, N: n, K: k };
      const memory = new GpuExecutor(device, layoutPool([]), context);
      await tuneTiles(device, context, memory.pipelines, [shape]);
      const { graph, inputs, output: c } = productTrial(shape);
      const plan = await memory.compile(graph, { keep: [c] });
      [a, b].forEach((values, i) => plan.host(inputs[i]!).set(values));
      plan.upload();
      return {
        async run(times = 1) {
          plan.submit(Array.from({ length: times }, () => 'step' as const)); // one submission
          await device.queue.onSubmittedWorkDone();
        },
        async result() {
          plan.submit(['step']);
          return plan.read(c);
        },
        destroy() {
          plan.destroy();
          memory.destroy();
        },
      };
    },
  };
}
