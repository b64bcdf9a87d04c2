/** Whole buffers read back at one point of the queue: work submitted later goes on while they are mapped. */
import type { Memory } from './memory.ts';

/** The buffers as they are after all work submitted before this call. Rejects when the device is lost. */
export async function readCopies(memory: Memory, buffers: readonly GPUBuffer[]): Promise<Float32Array<ArrayBuffer>[]> {
  const copies = await memory.read(buffers.map((buffer) => ({ buffer, offset: 0, size: buffer.size })));
  return copies.map((bytes) => new Float32Array(bytes));
}
