/** Our engine as the bench's subject, on a device that is handed in: the same code in Dawn for Node and in a page. */
import { tokenIndex } from '../../src/data/tokenIndex.ts';
import { presetConfig } from '../../src/config/presets.ts';
import type { RunConfig } from '../../src/config/run.ts';
import type { CpuPlan } from '../../src/cpu/executor.ts';
import { GpuExecutor } from '../../src/gpu/executor.ts';
import { Plan } from '../../src/gpu/plan.ts';
import type { Executor } from '../../src/graph/executor.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import { productTrial } from '../../src/ops/matmul/trial.ts';
import type { Backend } from '../../src/train/backends/backend.ts';
import { GpuBackend } from '../../src/train/backends/gpu.ts';
import { Engine as Trainer } from '../../src/train/engine/engine.ts';
import { openCeiling } from './ceilings.ts';
import { kernelShares } from './kernelShares.ts';
import { configOf } from './shapes.ts';
import { batchOf, type Engine, operandsOf, type Product, type Subject } from './setup/subject.ts';

export type Opened = GpuBackend;

/** Training steps of a configuration on one repeated batch, measurements read back where the caller waits. */
export async function openTraining(backend: Backend, config: RunConfig): Promise<Subject> {
  const trainer = await Trainer.create(backend, config, tokenIndex);
  trainer.initialize(1);
  const { sequences: B, length: T } = config.batch;
  const batch = {
    ...batchOf({ B, T, V: config.model.vocab_size }),
    documentStart: new Uint32Array(B * T),
  };
  let step = 0;
  const { executor, plan } = trainer;
  const { lists } = plan as Plan | CpuPlan;
  return {
    async run(times = 1) {
      for (let i = 0; i < times; i++, step++) trainer.submitStep(step, () => batch, 1e-3, step + 1);
      const [last] = await trainer.metrics(step - 1, step - 1);
      return last!.loss;
    },
    destroy: () => trainer.destroy(),
    kernels: async () =>
      backend instanceof GpuBackend && plan instanceof Plan
        ? kernelShares(backend.device, [...plan.lists.step, ...plan.lists.update])
        : [],
    facts: {
      dispatches: lists.step.length + lists.update.length,
      submits: 1,
      gpuBytes: executor.bytes,
      pipelines: executor instanceof GpuExecutor ? executor.pipelines.count : 0,
    },
  };
}

/** The product of one executor, A and B uploaded once. */
async function openProduct(executor: Executor, product: Product) {
  const { kind, m, n, k } = product;
  const { a, b } = operandsOf(product);
  const { graph, inputs, output: c } = productTrial({ layout: kind, M: m, N: n, K: k });
  const plan = await executor.compile(graph, { keep: [c] });
  [a, b].forEach((values, i) => plan.host(inputs[i]!).set(values));
  plan.upload();
  return {
    async run(times = 1) {
      plan.submit(Array.from({ length: times }, () => 'step' as const)); // one submission
      await executor.finished();
    },
    async result() {
      plan.submit(['step']);
      return plan.read(c);
    },
    destroy() {
      plan.destroy();
      executor.destroy();
    },
  };
}

/** Our engine on the processor: what every machine has. */
export const onProcessor = (open: () => Promise<Backend>): Engine => ({
  openStep: async (shape) => openTraining(await open(), configOf(shape)),
  openPreset: async (name) => openTraining(await open(), presetConfig(name)),
  openProduct: async (product) => openProduct(await (await open()).open(layoutPool([]), []), product),
});

/** Every kind of work on a GPU. */
export function rekindle(open: () => Promise<Opened>, precision: RunConfig['precision'] = 'f32'): Engine {
  return {
    openStep: async (shape) => openTraining(await open(), { ...configOf(shape), precision }),
    openCeiling: async (ceiling) => openCeiling(await open(), ceiling),
    openPreset: async (name) => openTraining(await open(), presetConfig(name)),

    async openProduct(product) {
      const { kind, m, n, k } = product;
      return openProduct(await (await open()).open(layoutPool([]), [{ layout: kind, M: m, N: n, K: k }]), product);
    },
  };
}
