/** The one device that every test of the gpu tier shares: compiled pipelines and start-up are paid once. */
import { describeAdapter } from '../../src/cli/describeAdapter.ts';
import { openNodeDevice } from '../../src/cli/node/dawn.ts';
import { GpuBackend } from '../../src/train/backends/gpu.ts';

let opened: Promise<GpuBackend> | undefined;
/** Errors that no error scope caught, since the last call of takeUncaptured. */
let uncaptured: string[] = [];

/** Pipelines of the shared device: one that is held is not compiled again, whoever asks for it; Dawn forgets the others. */
const held: GPUComputePipeline[] = [];

function hold(device: GPUDevice): void {
  const create = device.createComputePipelineAsync.bind(device);
  device.createComputePipelineAsync = async (descriptor) => {
    const pipeline = await create(descriptor);
    held.push(pipeline);
    return pipeline;
  };
}

async function openOnce(): Promise<GpuBackend> {
  const node = await openNodeDevice();
  hold(node.device);
  // Straight to the stream: the adapter is the first line of the log, not a note beside some test.
  process.stdout.write(`adapter: ${describeAdapter(node.report)}\n`);
  node.device.onuncapturederror = ({ error }) => uncaptured.push(error.message);
  void node.device.lost.then(({ reason, message }) => uncaptured.push(`device lost (${reason}): ${message}`));
  return new GpuBackend(node);
}

/** The shared device. Rejects, and so fails the test, where there is no adapter. */
export const gpu = (): Promise<GpuBackend> => (opened ??= openOnce());

export function takeUncaptured(): string[] {
  const taken = uncaptured;
  uncaptured = [];
  return taken;
}
