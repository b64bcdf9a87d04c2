/** Compiled pipelines, one for each distinct (source, entry point, overrides, storage types): shapes are uniforms, so few are needed. */
import type { DType } from '../graph/graph.ts';
import type { Kernel } from '../graph/kernel.ts';

import { watchOf } from './watch.ts';
import { deviceWords } from '../words/device.ts';

const wgslType: Record<DType, string> = { f32: 'f32', f16: 'f16', u32: 'u32' };

/** The lines put before a kernel's source: features it may use and the storage aliases it reads and writes through. */
export function preamble(
  kernel: Pick<Kernel, 'types' | 'source'>,
  features: { has(feature: string): boolean },
): string {
  const types = { stored: 'f32' as DType, ...kernel.types };
  const lines: string[] = [];
  // Quads are used where every quad runs the same trip counts; that is finer than the analysis, which asks for whole subgroups.
  if (features.has('subgroups') && /\bquad[A-Z]/.test(kernel.source))
    lines.push('enable subgroups;', 'diagnostic(off, subgroup_uniformity);');
  if (Object.values(types).includes('f16')) lines.splice(0, 0, 'enable f16;');
  for (const [alias, dtype] of Object.entries(types)) {
    lines.push(`alias ${alias} = ${wgslType[dtype]};`, `alias ${alias}4 = vec4<${wgslType[dtype]}>;`);
  }
  return lines.join('\n') + '\n';
}

/** A kernel that this device's compiler refuses. */
export class KernelError extends Error {
  override readonly name = 'KernelError';
  readonly kernel: string;

  constructor(kernel: string, reason: string) {
    super(deviceWords.doesNotCompile(kernel, reason));
    this.kernel = kernel;
  }
}

const kept = new WeakMap<GPUDevice, Pipelines>();

export class Pipelines {
  /** The device's own: what one engine has compiled, the next finds there. */
  static of(device: GPUDevice): Pipelines {
    let found = kept.get(device);
    if (!found) kept.set(device, (found = new Pipelines(device)));
    return found;
  }

  readonly #device: GPUDevice;
  readonly #modules = new Map<string, GPUShaderModule>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Distinct pipelines asked for so far. */
  get count(): number {
    return this.#pipelines.size;
  }

  key(kernel: Kernel): string {
    const access = kernel.bindings.map((binding) => (binding.access === 'read' ? 'r' : 'w')).join('');
    return [
      access,
      kernel.entryPoint,
      JSON.stringify(kernel.overrides ?? {}),
      JSON.stringify(kernel.types ?? {}),
      kernel.source,
    ].join('\n');
  }

  /** Binding 0 uniform, then storage buffers as the kernel declares them. Explicit, so that an unused binding is no error. */
  bindGroupLayout(kernel: Kernel): GPUBindGroupLayout {
    const key = kernel.bindings.map((binding) => binding.access).join();
    let layout = this.#layouts.get(key);
    if (!layout) {
      layout = this.#device.createBindGroupLayout({
        entries: [
          { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform' } },
          ...kernel.bindings.map((binding, i) => ({
            binding: i + 1,
            visibility: GPUShaderStage.COMPUTE,
            buffer: { type: binding.access === 'read' ? ('read-only-storage' as const) : ('storage' as const) },
          })),
        ],
      });
      this.#layouts.set(key, layout);
    }
    return layout;
  }

  /** The pipeline of a kernel; compiled once, asynchronously, because a synchronous compile blocks the page's compositor too. */
  get(kernel: Kernel): Promise<GPUComputePipeline> {
    const key = this.key(kernel);
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      // A module that is wrong says so to the scope it is made in; the pipeline says only that the module is wrong.
      this.#device.pushErrorScope('validation');
      let made: Promise<GPUComputePipeline>;
      let wrong: Promise<GPUError | null>;
      try {
        made = this.#device.createComputePipelineAsync({
          label: kernel.entryPoint,
          layout: this.#device.createPipelineLayout({ bindGroupLayouts: [this.bindGroupLayout(kernel)] }),
          compute: { module: this.#module(kernel), entryPoint: kernel.entryPoint, constants: kernel.overrides ?? {} },
        });
      } finally {
        wrong = this.#device.popErrorScope();
        wrong.catch(() => {});
      }
      pipeline = watchOf(this.#device)
        .compiled(made)
        .catch(async (error: unknown) => {
          // Nothing that failed is kept: a device lost or hung says nothing of the kernel, and another try may be in order.
          this.#pipelines.delete(key);
          this.#modules.delete(this.#code(kernel));
          if (!(error instanceof Error) || error.name !== 'GPUPipelineError') throw error;
          const reason = await watchOf(this.#device).reply(wrong);
          throw new KernelError(kernel.entryPoint, reason?.message ?? error.message);
        });
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  #code(kernel: Kernel): string {
    return preamble(kernel, this.#device.features) + kernel.source;
  }

  #module(kernel: Kernel): GPUShaderModule {
    const code = this.#code(kernel);
    let module = this.#modules.get(code);
    if (!module) {
      module = this.#device.createShaderModule({ label: kernel.entryPoint, code });
      this.#modules.set(code, module);
    }
    return module;
  }
}
