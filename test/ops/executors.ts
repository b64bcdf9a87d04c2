/**
 * What ops are tried on: in the gpu tier the kernels for each kind of adapter, in the node tier those of the processor, so that one
 * list of tests holds them all.
 */
import { createCpuExecutor } from '../../src/cpu/executor.ts';
import { hasRelaxedSimd } from '../../src/cpu/kernels/library.ts';
import { enableRelaxedSimd } from '../../src/cli/node/relaxedSimd.ts';
import { GpuExecutor } from '../../src/gpu/executor.ts';
import type { Executor } from '../../src/graph/executor.ts';
import type { KernelContext } from '../../src/graph/kernel.ts';
import type { PoolLayout } from '../../src/graph/pool.ts';

export type Context = Omit<KernelContext, 'accumulating'>;

/** Whether this is the tier without a GPU (vite.config.ts). */
export const onProcessor = process.env.EXECUTOR === 'cpu';

export interface Tried {
  /** What a failure calls it. */
  name: string;
  open(layout: PoolLayout): Promise<Executor>;
}

async function onGpu(context: Context, layout: PoolLayout): Promise<Executor> {
  const { gpu } = await import('../gpu/device.ts');
  const { device } = await gpu();
  return new GpuExecutor(device, layout, { ...context, quads: context.quads && device.features.has('subgroups') });
}

function processors(): Tried[] {
  enableRelaxedSimd();
  if (!hasRelaxedSimd()) throw new Error(`relaxed SIMD is to be tried, and Node ${process.version} has none`);
  return [true, false].map((relaxed) => ({
    name: `the processor ${relaxed ? 'with' : 'without'} relaxed SIMD`,
    open: (layout) => createCpuExecutor(layout, { relaxed }),
  }));
}

/** `contexts`: the kernels of a GPU that matter. The processor has its kernels whatever these are. */
export const executors = (contexts: readonly Context[]): Tried[] =>
  onProcessor
    ? processors()
    : contexts.map((context) => ({
        name: `the GPU, ${JSON.stringify(context)}`,
        open: (layout) => onGpu(context, layout),
      }));
