/** Whole buffers read back at one point of the queue: work submitted later goes on while they are mapped. */
import type { Memory } from './memory.ts';

/** The buffers as they are after all work submitted before this call, which copies them on the GPU at once. Rejects when the device is lost. */
export async function readCopies(memory: Memory, buffers: readonly GPUBuffer[]): Promise<Float32Array<ArrayBuffer>[]> {
  const { device } = memory;
  const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
  const staging = buffers.map(({ label, size }) => memory.allocate(`copy of ${label}`, size, usage));
  const encoder = device.createCommandEncoder({ label: 'snapshot' });
  buffers.forEach((buffer, i) => encoder.copyBufferToBuffer(buffer, 0, staging[i]!, 0, buffer.size));
  device.queue.submit([encoder.finish()]);
  try {
    await Promise.all(staging.map((buffer) => buffer.mapAsync(GPUMapMode.READ)));
    return staging.map((buffer) => new Float32Array(buffer.getMappedRange().slice(0)));
  } finally {
    for (const buffer of staging) memory.free(buffer);
  }
}
