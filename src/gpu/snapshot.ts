/** Whole pools read back at one point of the queue: work submitted later goes on while they are mapped. */
import type { PoolName } from '../graph/pool.ts';
import type { Memory } from './memory.ts';

/** The pools as they are after all work submitted before this call, which copies them on the GPU at once. Rejects when the device is lost. */
export async function readPools(memory: Memory, names: readonly PoolName[]): Promise<Float32Array<ArrayBuffer>[]> {
  const { device } = memory;
  const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
  const staging = names.map((name) => memory.allocate(`copy of ${name}`, memory.pool(name).size, usage));
  const encoder = device.createCommandEncoder({ label: 'snapshot' });
  names.forEach((name, i) => encoder.copyBufferToBuffer(memory.pool(name), 0, staging[i]!, 0, staging[i]!.size));
  device.queue.submit([encoder.finish()]);
  try {
    await Promise.all(staging.map((buffer) => buffer.mapAsync(GPUMapMode.READ)));
    return staging.map((buffer) => new Float32Array(buffer.getMappedRange().slice(0)));
  } finally {
    for (const buffer of staging) memory.free(buffer);
  }
}
