/** What the page trains on: the GPU, or the processor where there is none, where it is better, or where it was chosen. */
import { openDevice } from '../../gpu/device.ts';
import type { DeviceChoice, ProcessorFacts } from '../../protocol.ts';
import type { OpenBackend } from './backend.ts';
import { verdictOn } from './compare.ts';
import { GpuBackend } from './gpu.ts';
import { describeProcessor, ProcessorBackend } from './processor.ts';

/** The GPU, or why there is none: `opened` hears of its device. */
export const openGpu =
  (opened: (device: GPUDevice) => void = () => {}): OpenBackend =>
  async () => {
    const answer = await openDevice();
    if ('cause' in answer) return answer;
    opened(answer.device);
    return new GpuBackend(answer);
  };

type Because = NonNullable<ProcessorFacts['because']>;

/** Opens what was chosen. A GPU that is wanted and not there leaves the work to the processor; no SIMD there leaves it to the GPU. */
export function openChosen(
  choice: DeviceChoice,
  { gpu = openGpu(), processor = openProcessor, verdict = verdictOn } = {},
): OpenBackend {
  /** What has begun on a GPU goes on on one: after the first answer that was one, no other is given. */
  let onGpu = false;
  return async () => {
    const chosen = choice === 'cpu' && (await processor('chosen'));
    if (chosen) return chosen;
    const answer = await gpu();
    if (!(answer instanceof GpuBackend)) return (!onGpu && (await processor('none'))) || answer;
    if (onGpu || choice === 'gpu') {
      onGpu = true;
      return answer;
    }
    const because = answer.report.software ? 'software' : await verdict(answer, () => processor('slower'));
    const better = because && (await processor(because));
    if (better) {
      answer.device.destroy();
      return better;
    }
    onGpu = !answer.report.software;
    return answer;
  };
}

/** Null: this browser's WebAssembly has no SIMD. The kernels are fetched only here, for most have a GPU. */
async function openProcessor(because: Because): Promise<ProcessorBackend | null> {
  const { browserProcessor } = await import('../../cpu/browser.ts');
  const found = browserProcessor();
  if (!found) return null;
  const { threads, alone, relaxed, open, memory } = found;
  const facts = { threads, because, ...(alone && { alone }) };
  return new ProcessorBackend('cpu', describeProcessor(relaxed, threads), open, facts, memory);
}
