/** Reading small results without stopping the queue: a few staging buffers, each mapped while later work goes on. */

export class Readback {
  readonly #device: GPUDevice;
  readonly #size: number;
  readonly #free: GPUBuffer[] = [];
  readonly #all: GPUBuffer[] = [];

  constructor(device: GPUDevice, size: number) {
    this.#device = device;
    this.#size = size;
  }

  /** The bytes of `source` as they are after all work submitted so far. Staging buffers are reused. */
  async read(source: GPUBuffer, offset = 0): Promise<ArrayBuffer> {
    const staging = this.#free.pop() ?? this.#create();
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(source, offset, staging, 0, this.#size);
    this.#device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const bytes = staging.getMappedRange().slice(0);
    staging.unmap();
    this.#free.push(staging);
    return bytes;
  }

  #create(): GPUBuffer {
    const buffer = this.#device.createBuffer({
      label: 'readback',
      size: this.#size,
      usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    });
    this.#all.push(buffer);
    return buffer;
  }

  destroy(): void {
    for (const buffer of this.#all) buffer.destroy();
  }
}
