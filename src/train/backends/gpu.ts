/** A GPU to train on: which kernels it gets right (variants.ts), their tiles (tile.ts) and how much it can keep are decided here. */
import type { RunConfig } from '../../config/run.ts';
import type { OpenDevice } from '../../gpu/device.ts';
import { GpuExecutor } from '../../gpu/executor.ts';
import { Pipelines } from '../../gpu/pipelines.ts';
import { watchOf } from '../../gpu/watch.ts';
import type { PoolLayout } from '../../graph/pool.ts';
import type { Product } from '../../ops/matmul/matmul.ts';
import { UserError } from '../../util/errors.ts';
import { engineLayout, type EngineLayout } from '../engine/graphs.ts';
import { adapterName, contextOf, tuneTiles } from '../engine/tile.ts';
import { soundVariant, wrongKernel } from '../engine/variants.ts';
import type { Backend, Built, Compile } from './backend.ts';
import { deviceWords } from '../../words/device.ts';

type Context = GpuExecutor['context'];

const productsOf = ({ plans }: EngineLayout): Product[] =>
  [plans.training, plans.scoring]
    .flatMap(({ lists }) => Object.values(lists).flat())
    .flatMap(({ kernel }) => kernel.product ?? []);

/** What was compiled, and with what. */
interface Made<T> {
  value: T;
  memory: GpuExecutor;
  layout: EngineLayout;
  destroy(): void;
}

export class GpuBackend implements Backend {
  readonly kind = 'gpu';
  readonly device: GPUDevice;
  readonly report: OpenDevice['report'];
  readonly name: string;
  readonly loss: Backend['loss'];

  constructor({ device, report }: OpenDevice) {
    this.device = device;
    this.report = report;
    this.name = adapterName(device);
    this.loss = watchOf(device).loss;
  }

  get context(): Context {
    return contextOf(this.device, this.report.software);
  }

  async open(layout: PoolLayout, products: readonly Product[]): Promise<GpuExecutor> {
    const executor = new GpuExecutor(this.device, layout, this.context);
    await tuneTiles(this.device, executor.context, executor.pipelines, products);
    return executor;
  }

  async build<T extends { destroy(): void }>(
    config: RunConfig,
    compile: Compile<T>,
    check: boolean,
  ): Promise<Built<T>> {
    if (config.precision === 'f16' && !this.device.features.has('shader-f16')) {
      throw new UserError(deviceWords.noShaderF16, {
        code: 'config',
      });
    }
    const { made, notice } = await soundVariant(
      this.device,
      this.report.software,
      async (context) => {
        try {
          return await this.#make(config, context, compile);
        } catch (error) {
          const frugal = { ...context, frugal: true };
          const less = engineLayout(config, frugal).checkpoint && !engineLayout(config, context).checkpoint;
          if (!less || !(error instanceof UserError) || error.code !== 'gpu-memory') throw error;
          return this.#make(config, frugal, compile);
        }
      },
      async ({ memory, layout }) => (check ? wrongKernel(memory, config, layout.checkpoint, productsOf(layout)) : ''),
    );
    return { made: made.value, notice };
  }

  async #make<T extends { destroy(): void }>(
    config: RunConfig,
    context: Context,
    compile: Compile<T>,
  ): Promise<Made<T>> {
    const pipelines = Pipelines.of(this.device);
    if (!context.software && !context.plain) {
      await tuneTiles(this.device, context, pipelines, productsOf(engineLayout(config, context)));
    }
    // In the tiles that are known by now.
    const layout = engineLayout(config, context);
    const memory = new GpuExecutor(this.device, layout.pools, context, pipelines);
    try {
      const value = await compile(memory, layout);
      return { value, memory, layout, destroy: () => value.destroy() };
    } catch (error) {
      memory.destroy();
      throw error;
    }
  }
}
