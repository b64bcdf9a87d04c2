/** Where a step's time goes: every dispatch between two timestamps, in a pass of its own, or repeated alone where there is no clock. */
import type { Dispatch } from '../../src/gpu/plan.ts';
import type { KernelShare } from './setup/subject.ts';

/** Replays of which the quickest counts for each dispatch: other work on the machine only adds. */
const replays = 5;
/** No further replay once this much time has passed, s: dispatches of such a step are long beside any disturbance. */
const enough = 2;
/** Dispatches between two readings of the host's clock, without timestamps: many beside its grain and the wait itself. */
const repeats = 20;

function encode(pass: GPUComputePassEncoder, { pipeline, bindGroup, kernel }: Dispatch): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(...kernel.workgroups);
}

async function byTimestamps(device: GPUDevice, dispatches: readonly Dispatch[]): Promise<number[]> {
  const count = 2 * dispatches.length;
  const querySet = device.createQuerySet({ type: 'timestamp', count });
  const usage = GPUBufferUsage;
  const resolved = device.createBuffer({ size: 8 * count, usage: usage.QUERY_RESOLVE | usage.COPY_SRC });
  const staging = device.createBuffer({ size: 8 * count, usage: usage.COPY_DST | usage.MAP_READ });
  const best = dispatches.map(() => Infinity);
  const start = performance.now();
  for (let replay = 0; replay < replays && performance.now() - start < enough * 1000; replay++) {
    const encoder = device.createCommandEncoder();
    dispatches.forEach((dispatch, i) => {
      const timestampWrites = { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 };
      const pass = encoder.beginComputePass({ timestampWrites });
      encode(pass, dispatch);
      pass.end();
    });
    encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, 8 * count);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const times = new BigUint64Array(staging.getMappedRange());
    dispatches.forEach((_, i) => (best[i] = Math.min(best[i]!, Number(times[2 * i + 1]! - times[2 * i]!))));
    staging.unmap();
  }
  for (const held of [querySet, resolved, staging]) held.destroy();
  return best;
}

async function byRepetition(device: GPUDevice, dispatches: readonly Dispatch[]): Promise<number[]> {
  const times: number[] = [];
  for (const dispatch of dispatches) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < repeats; i++) encode(pass, dispatch);
    pass.end();
    const from = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    times.push(performance.now() - from);
  }
  return times;
}

export async function kernelShares(device: GPUDevice, dispatches: readonly Dispatch[]): Promise<KernelShare[]> {
  const measure = device.features.has('timestamp-query') ? byTimestamps : byRepetition;
  const times = await measure(device, dispatches);
  const all = times.reduce((sum, time) => sum + time, 0);
  const shares = new Map<string, KernelShare>();
  dispatches.forEach(({ node, kernel }, i) => {
    const name = `${node.op.name}.${kernel.entryPoint}`;
    const { count, share } = shares.get(name) ?? { count: 0, share: 0 };
    shares.set(name, { name, count: count + 1, share: share + times[i]! / all });
  });
  return [...shares.values()].sort((a, b) => b.share - a.share);
}

/** Share of a step in neither matrix products nor attention: what must fall as models grow. */
export function shareBesides(kernels: readonly KernelShare[]): number {
  return kernels.reduce((sum, { name, share }) => sum + (/matmul|attention/i.test(name) ? 0 : share), 0);
}
