/** The bench's page: every engine behind one laboratory, which Node drives. Peers load when they are first opened. */
import { createCpuExecutor } from '../../../src/cpu/executor.ts';
import { openDevice } from '../../../src/gpu/device.ts';
import { GpuBackend } from '../../../src/train/backends/gpu.ts';
import { ProcessorBackend } from '../../../src/train/backends/processor.ts';
import { Laboratory } from './laboratory.ts';
import { onProcessor, type Opened, rekindle } from '../rekindle.ts';

let opened: Promise<Opened> | undefined;
async function device(): Promise<Opened> {
  const answer = await openDevice();
  if ('cause' in answer) throw new Error(answer.message);
  return new GpuBackend(answer);
}

/** A device with all limits and no optional feature. */
async function plainDevice(): Promise<Opened> {
  const adapter = (await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' }))!;
  const limits = adapter.limits as unknown as Record<string, number>;
  const requiredLimits: Record<string, number> = {};
  for (const name in limits) if (typeof limits[name] === 'number') requiredLimits[name] = limits[name];
  return new GpuBackend({ device: await adapter.requestDevice({ requiredLimits }), report: (await device()).report });
}

const bench = {
  laboratory: new Laboratory({
    rekindle: async () => rekindle(() => (opened ??= device())),
    half: async () => rekindle(() => (opened ??= device()), 'f16'),
    plain: async () => rekindle(plainDevice),
    // One thread: a page must not wait for others, as the trainer's worker does.
    cpu: async () =>
      onProcessor(async () => new ProcessorBackend('cpu', 'processor', (layout) => createCpuExecutor(layout))),
    'jax-js': async () => (await import('../peers/jax.ts')).jax('webgpu'),
    'jax-js wasm': async () => (await import('../peers/jax.ts')).jax('wasm'),
    'TensorFlow.js': async () => (await import('../peers/tensorflow.ts')).tensorflow,
    'genai-nanogpt': async () => (await import('../peers/nanogpt.ts')).nanogpt,
  }),
  adapter: async () => (await device()).report,
};

export type BenchPage = typeof bench;
Object.assign(globalThis, { bench });
