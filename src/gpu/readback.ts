/** Reading small results without stopping the queue: a few staging buffers, each mapped while later work goes on. */
import type { Memory } from './memory.ts';

export class Readback {
  readonly #memory: Memory;
  readonly #size: number;
  readonly #free: GPUBuffer[] = [];
  readonly #all: GPUBuffer[] = [];

  constructor(memory: Memory, size: number) {
    this.#memory = memory;
    this.#size = size;
  }

  /** The bytes of `source` as they are after all work submitted so far. Staging buffers are reused. */
  async read(source: GPUBuffer, offset = 0): Promise<ArrayBuffer> {
    const { device, watch } = this.#memory;
    const staging = this.#free.pop() ?? (await this.#create());
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(source, offset, staging, 0, this.#size);
    device.queue.submit([encoder.finish()]);
    await watch.answer(staging.mapAsync(GPUMapMode.READ));
    const bytes = staging.getMappedRange().slice(0);
    staging.unmap();
    this.#free.push(staging);
    return bytes;
  }

  async #create(): Promise<GPUBuffer> {
    const buffer = this.#memory.allocate('readback', this.#size, GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ);
    this.#all.push(buffer);
    await this.#memory.allocated();
    return buffer;
  }

  destroy(): void {
    for (const buffer of this.#all) this.#memory.free(buffer);
  }
}
