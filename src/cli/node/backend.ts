/** What a terminal trains on: the GPU through Dawn, or the processor. Dawn is loaded only where it is wanted. */
import { availableParallelism } from 'node:os';
import { createCpuExecutor } from '../../cpu/executor.ts';
import { hasRelaxedSimd } from '../../cpu/kernels/library.ts';
import type { Backend } from '../../train/backends/backend.ts';
import { GpuBackend } from '../../train/backends/gpu.ts';
import { ProcessorBackend } from '../../train/backends/processor.ts';
import type { DeviceName } from '../host.ts';
import { enableRelaxedSimd } from './relaxedSimd.ts';
import { startThread } from './threads.ts';

/** `auto`: the GPU, or the software adapter where there is none. */
export const openBackend = async (device: DeviceName = 'auto'): Promise<Backend> =>
  device === 'cpu' ? openProcessor() : openGpu();

async function openGpu(): Promise<Backend> {
  const { openNodeDevice } = await import('./dawn.ts');
  return new GpuBackend(await openNodeDevice());
}

function openProcessor(): Backend {
  enableRelaxedSimd();
  const threads = availableParallelism();
  const description = `WebAssembly with ${hasRelaxedSimd() ? 'relaxed ' : ''}SIMD, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return new ProcessorBackend('cpu', description, (layout) => createCpuExecutor(layout, { threads, startThread }));
}
