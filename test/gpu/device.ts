/** The one device that every test of the gpu tier shares: compiled pipelines and start-up are paid once. */
import { describeAdapter, openNodeDevice } from '../../src/cli/node/dawn.ts';
import type { NodeDevice } from '../../src/cli/node/dawn.ts';
import { Pipelines } from '../../src/gpu/pipelines.ts';

let opened: Promise<NodeDevice> | undefined;
/** Errors that no error scope caught, since the last call of takeUncaptured. */
let uncaptured: string[] = [];

async function openOnce(): Promise<NodeDevice> {
  const node = await openNodeDevice();
  // Straight to the stream: the adapter is the first line of the log, not a note beside some test.
  process.stdout.write(`adapter: ${describeAdapter(node.report)}\n`);
  node.device.onuncapturederror = ({ error }) => uncaptured.push(error.message);
  void node.device.lost.then(({ reason, message }) => uncaptured.push(`device lost (${reason}): ${message}`));
  return node;
}

/** The shared device. Rejects, and so fails the test, where there is no adapter. */
export const gpu = (): Promise<NodeDevice> => (opened ??= openOnce());

let pipelines: Pipelines | undefined;
/** Compiled kernels of the shared device, for every test that need not compile its own: on a software adapter that is most of the time. */
export const gpuPipelines = async (): Promise<Pipelines> => (pipelines ??= new Pipelines((await gpu()).device));

export function takeUncaptured(): string[] {
  const taken = uncaptured;
  uncaptured = [];
  return taken;
}
