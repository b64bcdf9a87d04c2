/**
 * The kernels for a device: the fastest that are right. Each variant is checked once a device and build (selfTest.ts); one that
 * a driver miscalculates or does not compile gives way to a safer one, which the user is told of.
 */
import type { RunConfig } from '../../config/run.ts';
import type { GpuExecutor } from '../../gpu/executor.ts';
import { KernelError } from '../../gpu/pipelines.ts';
import type { KernelContext } from '../../graph/kernel.ts';
import type { Product } from '../../ops/matmul/matmul.ts';
import { remember, remembered } from '../../storage/adapters.ts';
import { UserError } from '../../util/errors.ts';
import { selfTest, trialKey } from './selfTest.ts';
import { adapterName, contextOf } from './tile.ts';
import { deviceWords } from '../../words/device.ts';
import { noticeWords } from '../../words/notices.ts';

type Context = Omit<KernelContext, 'accumulating'>;

interface Variant {
  context: Context;
  /** What is left out of it, as in "a safer variant without …"; empty for the fastest. */
  without: string;
}

/** From fast to safe. Lanes that exchange values and large tiles are what drivers get wrong (reliability.md §1). */
function variantsOf(device: GPUDevice, software: boolean): Variant[] {
  const context = contextOf(device, software);
  const variants: Variant[] = [{ context, without: '' }];
  if (context.quads) variants.push({ context: { ...context, quads: false }, without: noticeWords.acrossLanes });
  variants.push({
    context: { quads: false, software: false, plain: true },
    without: context.quads ? noticeWords.both(noticeWords.acrossLanes, noticeWords.largeTiles) : noticeWords.largeTiles,
  });
  return variants;
}

/** What has been found out about a device in this process: where nothing else remembers, it is asked once. */
const known = new WeakMap<GPUDevice, Map<string, string>>();

/** The first kernel of a variant that is wrong on this device; empty: none is. */
export async function wrongKernel(
  memory: GpuExecutor,
  config: RunConfig,
  checkpoint: boolean,
  products: readonly Product[],
): Promise<string> {
  const { device } = memory;
  let answers = known.get(device);
  if (!answers) known.set(device, (answers = new Map()));
  const { userAgent } = globalThis.navigator ?? { userAgent: '' };
  // The compiler is the browser's, so its version is part of the question.
  const key = [adapterName(device), userAgent, await trialKey(memory, config, checkpoint, products)].join('|');
  const answer = answers.get(key) ?? (await remembered('wrongKernels', key));
  const wrong = answer ?? (await selfTest(memory, config, checkpoint, products)) ?? '';
  answers.set(key, wrong);
  if (answer === undefined) await remember('wrongKernels', key, wrong);
  return wrong;
}

/**
 * What `make` makes of the first variant that compiles and has no `wrong` kernel, and a sentence for the user where that is not the
 * fastest. UserError 'gpu-wrong' where there is none.
 */
export async function soundVariant<T extends { destroy(): void }>(
  device: GPUDevice,
  software: boolean,
  make: (context: Context) => Promise<T>,
  wrong: (made: T) => Promise<string>,
): Promise<{ made: T; notice: string | null }> {
  let first = '';
  for (const { context, without } of variantsOf(device, software)) {
    let made: T | null = null;
    try {
      made = await make(context);
      const kernel = await wrong(made);
      if (kernel === '')
        return {
          made,
          notice: first === '' ? null : noticeWords.slowVariant(first, without),
        };
      first ||= noticeWords.miscalculates(kernel);
    } catch (error) {
      made?.destroy();
      if (!(error instanceof KernelError)) throw error;
      first ||= noticeWords.doesNotCompile(error.kernel);
      continue;
    }
    made.destroy();
  }
  throw new UserError(deviceWords.everyVariant(first), {
    code: 'gpu-wrong',
  });
}
