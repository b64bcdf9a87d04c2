/**
 * What outlives a plan: the device, the pools, the named states and the compiled pipelines. Plans for training, scoring and
 * generating share one memory, so a trained weight is scored without a copy.
 */
import type { Tensor } from '../graph/graph.ts';
import { tensorBytes } from '../graph/graph.ts';
import type { KernelContext } from '../graph/kernel.ts';
import type { PoolLayout, PoolName } from '../graph/pool.ts';
import { Pipelines } from './pipelines.ts';

/** A part of a GPU buffer, as a bind group takes it. */
export interface Slice {
  buffer: GPUBuffer;
  offset: number;
  size: number;
}

export class Memory {
  readonly device: GPUDevice;
  readonly layout: PoolLayout;
  readonly context: Omit<KernelContext, 'accumulating'>;
  readonly pipelines: Pipelines;
  readonly #buffers = new Map<string, GPUBuffer>();
  #bytes = 0;

  constructor(device: GPUDevice, layout: PoolLayout, context: Omit<KernelContext, 'accumulating'>) {
    this.device = device;
    this.layout = layout;
    this.context = context;
    this.pipelines = new Pipelines(device);
  }

  /** Bytes of every buffer made through this memory and not destroyed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A buffer of `bytes`, zeroed by WebGPU, counted in `bytes` until freed. */
  allocate(label: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const limit = usage & GPUBufferUsage.STORAGE ? Math.min(maxBufferSize, maxStorageBufferBindingSize) : maxBufferSize;
    if (bytes > limit) {
      throw new Error(
        `${label} needs ${bytes} bytes in one buffer, this adapter binds at most ${limit}: choose a smaller model, vocabulary or batch`,
      );
    }
    this.#bytes += bytes;
    return this.device.createBuffer({ label, size: bytes, usage });
  }

  free(buffer: GPUBuffer): void {
    this.#bytes -= buffer.size;
    buffer.destroy();
  }

  /** The buffer of a pool, made when first used: scoring never pays for moments. */
  pool(name: PoolName): GPUBuffer {
    return this.#named(name, this.layout.elements * 4);
  }

  /** The buffer of a state tensor, one a name. */
  state(tensor: Tensor): GPUBuffer {
    const buffer = this.#named(tensor.name, tensorBytes(tensor));
    if (buffer.size < tensorBytes(tensor)) {
      throw new Error(`state ${tensor.name}: ${buffer.size} bytes exist, another plan wants ${tensorBytes(tensor)}`);
    }
    return buffer;
  }

  #named(name: string, bytes: number): GPUBuffer {
    let buffer = this.#buffers.get(name);
    if (!buffer) {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      buffer = this.allocate(name, bytes, usage);
      this.#buffers.set(name, buffer);
    }
    return buffer;
  }

  /** Where a parameter (or, in another pool, its gradient or moment) lies. */
  slice(name: string, pool: PoolName): Slice {
    const entry = this.layout.slices.get(name);
    if (!entry) throw new Error(`no parameter is named ${name}: the graph and the pool layout come from different models`);
    return { buffer: this.pool(pool), offset: entry.offset * 4, size: entry.size * 4 };
  }

  writePool(name: PoolName, data: Float32Array<ArrayBuffer>): void {
    if (data.length !== this.layout.elements) {
      throw new Error(`pool ${name} holds ${this.layout.elements} elements, ${data.length} were given`);
    }
    this.device.queue.writeBuffer(this.pool(name), 0, data);
  }

  /** Destroys everything; plans of this memory are dead afterwards. */
  destroy(): void {
    for (const buffer of this.#buffers.values()) this.free(buffer);
    this.#buffers.clear();
  }
}
