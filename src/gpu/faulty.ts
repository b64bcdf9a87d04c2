/**
 * A device whose k-th call fails on demand, in one of the ways devices fail. Every call of the device, its queue and its buffers'
 * mappings counts, so a loop over k reaches each of them (the SQLite way of testing; storage/faulty.ts does it for storage).
 */

export const gpuFaults = ['memory', 'invalid', 'throw', 'reject', 'hang', 'lose'] as const;
/**
 * memory: an allocation for which there is no room; invalid: a command that is refused; throw: an exception; reject, hang: a promise
 * that rejects, or never settles; lose: the device is gone before the call.
 */
export type GpuFault = (typeof gpuFaults)[number];

const making = [
  'createBuffer',
  'createShaderModule',
  'createBindGroupLayout',
  'createPipelineLayout',
  'createBindGroup',
];
const commanding = ['writeBuffer', 'submit'];
const promising = ['createComputePipelineAsync', 'popErrorScope', 'onSubmittedWorkDone', 'mapAsync'];

/** Whether a call can fail in a way at all. */
export function canFail(call: string, fault: GpuFault): boolean {
  if (fault === 'memory') return call === 'createBuffer';
  if (fault === 'invalid') return call === 'createBuffer' || call === 'createShaderModule' || commanding.includes(call);
  if (fault === 'reject' || fault === 'hang') return promising.includes(call);
  return fault === 'lose' || !promising.includes(call); // what gives a promise never throws
}

type Call = (...given: unknown[]) => unknown;

/** Makes call `at`, from 0, of the calls named `only` (of all where none is named) fail once; −1: calls are only counted. */
export const sabotage = (device: GPUDevice, fault: GpuFault, at: number, only?: string): Sabotage =>
  new Sabotage(device, fault, at, only);

export class Sabotage {
  /** Names of the calls made so far, in order. */
  readonly calls: string[] = [];
  readonly #device: GPUDevice;
  readonly #fault: GpuFault;
  readonly #at: number;
  readonly #live = new Set<GPUBuffer>();
  /** Open error scopes, and the one of them that has an error of ours. */
  readonly #scopes: GPUErrorFilter[] = [];
  #full = -1;

  constructor(device: GPUDevice, fault: GpuFault, at: number, only?: string) {
    this.#device = device;
    this.#fault = fault;
    this.#at = at;
    const wrap = (object: object, name: string): void => this.#wrap(object as Record<string, Call>, name, only);
    const push = device.pushErrorScope.bind(device);
    const pop = device.popErrorScope.bind(device);
    device.pushErrorScope = (filter) => {
      this.#scopes.push(filter);
      push(filter);
    };
    device.popErrorScope = () => {
      this.#scopes.pop();
      if (this.#full !== this.#scopes.length) return pop();
      this.#full = -1;
      return pop().then((error) => error ?? ({ message: 'no memory left (injected)' } as GPUError));
    };
    for (const name of [...making, 'createCommandEncoder', 'createComputePipelineAsync', 'popErrorScope'])
      wrap(device, name);
    for (const name of [...commanding, 'onSubmittedWorkDone']) wrap(device.queue, name);
  }

  /** Bytes of buffers that were made and not destroyed. */
  get bytes(): number {
    return [...this.#live].reduce((sum, buffer) => sum + buffer.size, 0);
  }

  #wrap(object: Record<string, Call>, name: string, only?: string): void {
    const call = object[name]!.bind(object);
    object[name] = (...given) => {
      const strikes =
        (only === undefined || only === name) &&
        this.calls.filter((one) => only === undefined || one === only).length === this.#at;
      this.calls.push(name);
      const made = strikes ? this.#fail(name, call, given) : call(...given);
      if (name === 'createBuffer') this.#follow(made as GPUBuffer, only);
      return made;
    };
  }

  /** Counts a buffer while it lives, and its mappings. */
  #follow(buffer: GPUBuffer, only?: string): void {
    this.#live.add(buffer);
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      this.#live.delete(buffer);
      return destroy();
    };
    this.#wrap(buffer as unknown as Record<string, Call>, 'mapAsync', only);
  }

  #fail(name: string, call: Call, given: unknown[]): unknown {
    switch (this.#fault) {
      case 'lose':
        this.#device.destroy();
        return call(...given);
      case 'throw':
        throw new Error(`${name} failed (injected)`);
      case 'reject':
        return Promise.reject(new Error(`${name} failed (injected)`));
      case 'hang':
        return new Promise<never>(() => {});
      case 'memory':
        // To the innermost scope that asks, as the GPU's own error would go.
        this.#full = this.#scopes.lastIndexOf('out-of-memory');
        return invalidBuffer(this.#device, call, given);
      case 'invalid':
        if (name === 'createShaderModule') return call({ code: 'this is no shader' });
        if (name === 'createBuffer') return call({ ...(given[0] as GPUBufferDescriptor), usage: 0 });
        this.#device.createSampler({ lodMinClamp: -1 }); // refused, as the command is that is left out
        return undefined;
    }
  }
}

/**
 * A buffer that is none, as one is for which there was no room; that it is invalid is nobody else's error. Scopes are opened by the
 * prototype's methods, for these calls are not those of whoever is tested.
 */
function invalidBuffer(device: GPUDevice, createBuffer: Call, given: unknown[]): unknown {
  const { pushErrorScope, popErrorScope } = Object.getPrototypeOf(device) as GPUDevice;
  pushErrorScope.call(device, 'validation');
  const buffer = createBuffer({ ...(given[0] as GPUBufferDescriptor), usage: 0 });
  void popErrorScope.call(device);
  return buffer;
}
