/** What a terminal trains on: the GPU through Dawn, or the processor. Dawn is loaded only where it is wanted. */
import { availableParallelism } from 'node:os';
import { type CpuExecutor, createCpuExecutor } from '../../cpu/executor.ts';
import { hasRelaxedSimd } from '../../cpu/kernels/library.ts';
import { planMemory } from '../../cpu/layout.ts';
import type { PoolLayout } from '../../graph/pool.ts';
import type { Backend } from '../../train/backends/backend.ts';
import { GpuBackend } from '../../train/backends/gpu.ts';
import { describeProcessor, ProcessorBackend } from '../../train/backends/processor.ts';
import { UserError } from '../../util/errors.ts';
import type { DeviceName } from '../host.ts';
import { seesGpu } from './chromium.mjs';
import { enableRelaxedSimd } from './relaxedSimd.ts';
import { startThread } from './threads.ts';

/** `auto`: the GPU, or the processor where there is none: a software adapter is the processor too, and several times slower. */
export async function openBackend(device: DeviceName = 'auto'): Promise<Backend> {
  if (device !== 'auto') return device === 'cpu' ? openProcessor() : openGpu();
  if (!seesGpu()) return openProcessor();
  const gpu = await openGpu().catch((error: unknown) => {
    if (error instanceof UserError) return null; // no adapter at all
    throw error;
  });
  if (gpu && !gpu.report.software) return gpu;
  gpu?.device.destroy();
  return openProcessor();
}

async function openGpu(): Promise<GpuBackend> {
  const { openNodeDevice } = await import('./dawn.ts');
  return new GpuBackend(await openNodeDevice());
}

function openProcessor(): Backend {
  enableRelaxedSimd();
  const threads = availableParallelism();
  const open = (layout: PoolLayout): Promise<CpuExecutor> => createCpuExecutor(layout, { threads, startThread });
  const description = describeProcessor(hasRelaxedSimd(), threads);
  return new ProcessorBackend('cpu', description, open, { threads }, planMemory(threads));
}
