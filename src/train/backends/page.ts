/** What the page trains on: the GPU, or the processor where the browser has none to offer. */
import { createCpuExecutor } from '../../cpu/executor.ts';
import { hasRelaxedSimd, hasSimd } from '../../cpu/kernels/library.ts';
import { openDevice } from '../../gpu/device.ts';
import type { OpenBackend } from './backend.ts';
import { GpuBackend } from './gpu.ts';
import { ProcessorBackend } from './processor.ts';

/** The GPU, or why there is none: `opened` hears of its device. */
export const openGpu =
  (opened: (device: GPUDevice) => void = () => {}): OpenBackend =>
  async () => {
    const answer = await openDevice();
    if ('cause' in answer) return answer;
    opened(answer.device);
    return new GpuBackend(answer);
  };

/**
 * The GPU where there is one; else the processor, whose software adapter is several times slower than its own kernels. What has begun on a
 * GPU goes on on one: after the first answer that was one, no other is given.
 */
export function gpuOrProcessor(gpu: OpenBackend = openGpu()): OpenBackend {
  let onGpu = false;
  return async () => {
    const answer = await gpu();
    onGpu ||= answer instanceof GpuBackend && !answer.report.software;
    if (onGpu || !hasSimd()) return answer;
    if (answer instanceof GpuBackend) answer.device.destroy();
    return openProcessor();
  };
}

/** One thread: memory for several needs a page that is isolated from others, which a static host's is not. */
function openProcessor(): ProcessorBackend {
  const description = `processor (WebAssembly with ${hasRelaxedSimd() ? 'relaxed ' : ''}SIMD)`;
  return new ProcessorBackend('cpu', description, (layout) => createCpuExecutor(layout));
}
