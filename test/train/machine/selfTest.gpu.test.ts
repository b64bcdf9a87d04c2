/** Kernels that a driver gets wrong are caught by name, and a safer variant takes their place. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { openNodeDevice, openNullDevice } from '../../../src/cli/node/dawn.ts';
import { presetConfig } from '../../../src/config/presets.ts';
import type { RunConfig } from '../../../src/config/run.ts';
import { tokenIndex } from '../../../src/data/tokenIndex.ts';
import { GpuExecutor } from '../../../src/gpu/executor.ts';
import { Pipelines } from '../../../src/gpu/pipelines.ts';
import type { Kernel } from '../../../src/graph/kernel.ts';
import { layoutPool } from '../../../src/graph/pool.ts';
import type { Product } from '../../../src/ops/matmul/matmul.ts';
import { GpuBackend } from '../../../src/train/backends/gpu.ts';
import { Engine } from '../../../src/train/engine/engine.ts';
import { selfTest, trialKey } from '../../../src/train/engine/selfTest.ts';
import { gpu } from '../../gpu/device.ts';
import { tinyBatch, tinyConfig } from '../../model/tiny.ts';

/** Kernels in their own words, but for one entry point of some kind, which does nothing. */
class Broken extends Pipelines {
  broken: ((kernel: Kernel) => boolean) | null = null;

  override get(kernel: Kernel): Promise<GPUComputePipeline> {
    if (!this.broken?.(kernel)) return super.get(kernel);
    // Entry points stand last: nothing behind the beginning of one's body is of use to it.
    const [untilBody] = new RegExp(`^[^]*fn ${kernel.entryPoint}\\([^{]*\\{`).exec(kernel.source) ?? [];
    if (untilBody === undefined) throw new Error(`no body of ${kernel.entryPoint}`);
    return super.get({ ...kernel, source: `${untilBody}}` });
  }
}

const contexts = [
  { quads: true, software: true },
  { quads: true, software: false },
  { quads: false, software: false },
];

/** Of all tests here: the software adapter compiles each kernel once. */
let compiled: Broken | undefined;

async function memoryOf(context: (typeof contexts)[number]) {
  const { device } = await gpu();
  const pipelines = (compiled ??= new Broken(device));
  pipelines.broken = null;
  return {
    pipelines,
    memory: new GpuExecutor(
      device,
      layoutPool([]),
      { ...context, quads: context.quads && device.features.has('subgroups') },
      pipelines,
    ),
  };
}

/** With the odd heads of test/ops/attention.test.ts, whose kernels are compiled already when that was run before. */
const small: RunConfig = { ...tinyConfig, model: { ...tinyConfig.model, head_dim: 12 } };

const configs: Record<string, RunConfig> = {
  tiny: small,
  'with micro-batches': { ...small, batch: { ...small.batch, accumulation: 2 } },
  smoke: presetConfig('smoke'),
  ci: presetConfig('ci'),
};

/** A config in every precision that the adapter has: SwiftShader has no f16, Mesa's llvmpipe does (LOG.md). */
async function precisionsOf(config: RunConfig): Promise<RunConfig[]> {
  const { device } = await gpu();
  const half: RunConfig[] = device.features.has('shader-f16') ? [{ ...config, precision: 'f16' }] : [];
  return [{ ...config, precision: 'f32' }, ...half];
}

async function expectEveryKernelFound(config: RunConfig): Promise<void> {
  const { memory, pipelines } = await memoryOf(contexts[0]!);
  const kernels = new Map<string, Kernel>();
  pipelines.broken = (kernel) => {
    kernels.set(pipelines.key(kernel), kernel);
    return false;
  };
  expect(await selfTest(memory, config, false)).toBeNull();
  expect(kernels.size).toBeGreaterThanOrEqual(12);
  const found: string[] = [];
  for (const [key, { entryPoint }] of kernels) {
    pipelines.broken = (kernel) => pipelines.key(kernel) === key;
    const wrong = await selfTest(memory, config, false);
    expect(wrong, `${config.precision} ${entryPoint}: ${key.slice(0, 60)}`).not.toBeNull();
    found.push(`${entryPoint} → ${wrong}`);
  }
  console.log(`${kernels.size} kernels in ${config.precision}: ${found.join(', ')}`);
}

describe('the self-test', () => {
  it.each(Object.keys(configs))('passes right kernels: %s', async (name) => {
    for (const config of await precisionsOf(configs[name]!)) {
      // A preset's kernels are the small model's with other constants: the device's own variant is enough.
      for (const context of config.preset === small.preset ? contexts : [contexts[0]!]) {
        const { memory } = await memoryOf(context);
        expect(await selfTest(memory, config, false), `${config.precision} ${JSON.stringify(context)}`).toBeNull();
      }
      const { memory } = await memoryOf(contexts[0]!);
      expect(await selfTest(memory, config, true), `${config.precision}, layers computed again`).toBeNull();
    }
  });

  it('finds every kernel of a step that does nothing, by the name of its op', async () => {
    for (const config of await precisionsOf(small)) await expectEveryKernelFound(config);
  });

  it('looks at the tiles and sums in parts that a large model has and a small one has not', async () => {
    const { memory, pipelines } = await memoryOf(contexts[2]!);
    const large: Product[] = [
      { layout: 'nt', M: 4096, N: 1024, K: 256 },
      { layout: 'tn', M: 256, N: 256, K: 4096 },
    ];
    expect(await selfTest(memory, small, false, large)).toBeNull();
    pipelines.broken = ({ product }) => product?.layout === 'nt' && product.M > 64;
    expect(await selfTest(memory, small, false, large)).toBe('matmul (nt, 128×128)');
    pipelines.broken = ({ entryPoint }) => entryPoint === 'addParts';
    expect(await selfTest(memory, small, false, large)).toBe('matmul (tn, 128×128, in parts)');
    expect(await trialKey(memory, small, false, large)).not.toBe(await trialKey(memory, small, false, []));
  });

  it('compiles nothing that is compiled already, and is not asked twice', async () => {
    const { memory, pipelines } = await memoryOf(contexts[0]!);
    await selfTest(memory, small, false);
    const { count } = pipelines;
    expect(count).toBeGreaterThanOrEqual(12);
    expect(await selfTest(memory, small, false)).toBeNull();
    expect(pipelines.count).toBe(count);
    expect(await trialKey(memory, small, false, [])).toBe(await trialKey(memory, small, false, []));
    expect(await trialKey(memory, small, false, [])).not.toBe(
      await trialKey((await memoryOf(contexts[2]!)).memory, small, false, []),
    );
  });
});

const quadsOnly = (change: (code: string) => string) => (code: string) =>
  code.includes('enable subgroups') ? change(code) : code;

describe('an engine', () => {
  /** A driver of our own making: shaders reach it changed. A new device each time, for what one has compiled is kept. */
  async function driver(open: () => ReturnType<typeof openNodeDevice>, change: (code: string) => string) {
    const { device, report } = await open();
    onTestFinished(() => device.destroy());
    const create = device.createShaderModule.bind(device);
    device.createShaderModule = (descriptor) => create({ ...descriptor, code: change(descriptor.code) });
    return new GpuBackend({ device, report: { ...report, software: true } });
  }
  const saferThan = (what: string): RegExp =>
    new RegExp(`^This graphics driver ${what}: a safer and slower variant without operations across lanes is used\\.$`);

  it('on a driver that miscalculates kernels with lane operations does without them, and says so', async () => {
    const doubled = quadsOnly((code) => code.replaceAll(/(?<!fn )lanesSum\(/g, '2.0 * lanesSum('));
    const engine = await Engine.create(await driver(openNodeDevice, doubled), tinyConfig, tokenIndex);
    expect(engine.notice).toMatch(saferThan('miscalculates the kernel \\w+'));
    engine.initialize(1);
    engine.submitStep(0, () => tinyBatch(tinyConfig), 1e-3, 1);
    const [row] = await engine.metrics(0, 0);
    expect(Math.abs(row!.loss - Math.log(44))).toBeLessThan(0.5);
    engine.destroy();
  });

  // What compiles is all that is asked here: Dawn's null backend checks it and computes nothing.
  const unchecked = { check: false };

  it('on a driver that does not compile them likewise', async () => {
    const refused = quadsOnly((code) => (code.includes('fn matmul(') ? `${code} wrong` : code));
    const backend = await driver(openNullDevice, refused);
    const engine = await Engine.create(backend, tinyConfig, tokenIndex, undefined, unchecked);
    expect(engine.notice).toMatch(saferThan('does not compile the kernel matmul'));
    engine.destroy();
  });

  it('on a driver that gets every variant wrong is refused, with what to do', async () => {
    const backend = await driver(openNullDevice, (code) => (code.includes('fn gather(') ? `${code} wrong` : code));
    await expect(Engine.create(backend, tinyConfig, tokenIndex, undefined, unchecked)).rejects.toThrow(
      /^This graphics driver does not compile the kernel gather, in all its variants: update the graphics driver or the browser/,
    );
  });
});
