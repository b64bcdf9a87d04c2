/** What outlives a plan on a GPU: the device, the pools, the named states and the compiled pipelines. */
import type { Tensor } from '../graph/graph.ts';
import { tensorBytes } from '../graph/graph.ts';
import type { KernelContext } from '../graph/kernel.ts';
import { type PoolLayout, type PoolName, poolSize } from '../graph/pool.ts';
import { UserError } from '../util/errors.ts';
import { Pipelines } from './pipelines.ts';
import { type GpuWatch, watchOf } from './watch.ts';
import { deviceWords } from '../words/device.ts';

/** A part of a GPU buffer, as a bind group takes it. */
export interface Slice {
  buffer: GPUBuffer;
  offset: number;
  size: number;
}

/** Bytes up to which a copy's buffer is kept for the next one of its size: measurements are read every few steps, all alike. */
const smallCopy = 4096;

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 2 : 0)} MB`;

export class Memory {
  readonly device: GPUDevice;
  readonly watch: GpuWatch;
  readonly layout: PoolLayout;
  readonly context: Omit<KernelContext, 'accumulating'>;
  readonly pipelines: Pipelines;
  readonly #buffers = new Map<string, GPUBuffer>();
  /** Allocations that are not known to be there yet. */
  readonly #checks = new Set<Promise<void>>();
  /** Buffers of small copies that nobody reads at the moment. */
  readonly #copies: GPUBuffer[] = [];
  #bytes = 0;
  #destroyed = false;

  /** `pipelines`: of another memory on the same device, so that nothing is compiled twice. */
  constructor(
    device: GPUDevice,
    layout: PoolLayout,
    context: Omit<KernelContext, 'accumulating'>,
    pipelines = new Pipelines(device),
  ) {
    this.device = device;
    this.watch = watchOf(device);
    this.layout = layout;
    this.context = context;
    this.pipelines = pipelines;
  }

  /** Bytes of every buffer made through this memory and not destroyed. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * A buffer of `bytes`, zeroed by WebGPU, counted in `bytes` until freed. Whether there was room for it, WebGPU tells later: nothing
   * may be done with it before `allocated` has resolved.
   */
  allocate(label: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    return this.#allocate(label, bytes, usage).made;
  }

  #allocate(label: string, bytes: number, usage: GPUBufferUsageFlags): { made: GPUBuffer; check: Promise<void> } {
    const { made, check } = this.#guarded(`${label} (${megabytes(bytes)})`, () => this.#create(label, bytes, usage));
    this.#checks.add(check);
    check.catch(() => {}).finally(() => this.#checks.delete(check));
    return { made, check };
  }

  /** Call at once after `allocate`: resolves when all of it is there; UserError 'gpu-memory' where something is not. */
  async allocated(): Promise<void> {
    await Promise.all(this.#checks);
  }

  #create(label: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const limit = usage & GPUBufferUsage.STORAGE ? Math.min(maxBufferSize, maxStorageBufferBindingSize) : maxBufferSize;
    if (bytes > limit) {
      throw new UserError(deviceWords.largeBuffer(label, bytes, limit), { code: 'gpu-limit' });
    }
    const buffer = this.device.createBuffer({ label, size: bytes, usage });
    this.#bytes += bytes;
    return buffer;
  }

  /** `work`, and whether the GPU had the memory for it. `check` never goes unhandled: whoever awaits it hears. */
  #guarded<T>(what: string, work: () => T): { made: T; check: Promise<void> } {
    const before = this.#bytes;
    this.device.pushErrorScope('validation');
    this.device.pushErrorScope('out-of-memory');
    let made: T;
    let popped: Promise<(GPUError | null)[]>;
    try {
      made = work();
    } finally {
      // Scopes are a stack of the whole device: they are closed in the call that opened them.
      popped = Promise.all([this.device.popErrorScope(), this.device.popErrorScope()]);
      popped.catch(() => {});
    }
    const check = this.watch.reply(popped).then(([room, sound]) => {
      if (sound && !room) throw new Error(deviceWords.refused(what, sound.message));
      if (!room) return;
      throw new UserError(deviceWords.noGraphicsMemory(what, megabytes(before)), { code: 'gpu-memory', cause: room });
    });
    check.catch(() => {});
    return { made, check };
  }

  /** Parts of buffers as they are after all work submitted before this call, copied on the GPU at once. */
  async read(parts: readonly Slice[]): Promise<ArrayBuffer[]> {
    const { device, watch } = this;
    const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
    const staging: GPUBuffer[] = [];
    let whole = false;
    try {
      const size = parts.reduce((sum, part) => sum + part.size, 0);
      const { made, check } = this.#guarded(`a copy of ${megabytes(size)}`, () => {
        const encoder = device.createCommandEncoder({ label: 'read' });
        for (const part of parts) {
          const idle = this.#copies.findIndex((copy) => copy.size === part.size);
          const copy = this.#copies.splice(idle, idle < 0 ? 0 : 1)[0] ?? this.#create('copy', part.size, usage);
          staging.push(copy);
          encoder.copyBufferToBuffer(part.buffer, part.offset, copy, 0, part.size);
        }
        device.queue.submit([encoder.finish()]);
        return Promise.all(staging.map((copy) => copy.mapAsync(GPUMapMode.READ)));
      });
      const mapped = watch.answer(made);
      mapped.catch(() => {});
      await check; // first, for it knows why
      await mapped;
      const answers = staging.map((copy) => copy.getMappedRange().slice(0));
      whole = true;
      return answers;
    } finally {
      for (const copy of staging) {
        if (whole && copy.size <= smallCopy && !this.#destroyed) {
          copy.unmap();
          this.#copies.push(copy);
        } else this.free(copy);
      }
    }
  }

  async snapshot(what: readonly (PoolName | Tensor)[]): Promise<Float32Array<ArrayBuffer>[]> {
    const buffers = what.map((one) => this.#lasting(one));
    const copies = await this.read(buffers.map((buffer) => ({ buffer, offset: 0, size: buffer.size })));
    return copies.map((bytes) => new Float32Array(bytes));
  }

  finished(): Promise<void> {
    return this.watch.answer(this.device.queue.onSubmittedWorkDone());
  }

  free(buffer: GPUBuffer): void {
    this.#bytes -= buffer.size;
    buffer.destroy();
  }

  /** The buffer of a pool, made when first used: scoring never pays for moments. */
  pool(name: PoolName): GPUBuffer {
    return this.#named(name, poolSize(this.layout, name) * 4);
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
      const { made, check } = this.#allocate(name, bytes, usage);
      this.#buffers.set(name, (buffer = made));
      check.catch(() => {
        // One that is not there must not be found by the next who asks.
        if (this.#buffers.get(name) === made && this.#buffers.delete(name)) this.free(made);
      });
    }
    return buffer;
  }

  /** Where a parameter (or, in another pool, its gradient or moment) lies. */
  slice(name: string, pool: PoolName): Slice {
    const entry = this.layout.slices.get(name);
    if (!entry)
      throw new Error(`no parameter is named ${name}: the graph and the pool layout come from different models`);
    return { buffer: this.pool(pool), offset: entry.offset * 4, size: entry.size * 4 };
  }

  #lasting(where: PoolName | Tensor): GPUBuffer {
    return typeof where === 'string' ? this.pool(where) : this.state(where);
  }

  write(where: PoolName | Tensor, elements: Float32Array<ArrayBuffer>): void {
    const [name, size] = typeof where === 'string' ? [where, poolSize(this.layout, where)] : [where.name, where.size];
    if (elements.length !== size) throw new Error(`${name} holds ${size} elements, ${elements.length} were given`);
    this.device.queue.writeBuffer(this.#lasting(where), 0, elements);
  }

  clear(pool: PoolName): void {
    const encoder = this.device.createCommandEncoder();
    encoder.clearBuffer(this.pool(pool));
    this.device.queue.submit([encoder.finish()]);
  }

  destroy(): void {
    this.#destroyed = true;
    for (const copy of this.#copies.splice(0)) this.free(copy);
    for (const buffer of this.#buffers.values()) this.free(buffer);
    this.#buffers.clear();
  }
}
