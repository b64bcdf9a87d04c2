/** A GPU with less room than it was taken to have: layers are computed again rather than kept. On Dawn's null backend. */
import { expect, it } from 'vitest';
import { openNullDevice } from '../../../src/cli/node/dawn.ts';
import { tokenIndex } from '../../../src/data/tokenIndex.ts';
import { sabotage } from '../../../src/gpu/faulty.ts';
import { GpuBackend } from '../../../src/train/backends/gpu.ts';
import { Engine } from '../../../src/train/engine/engine.ts';
import { engineLayout } from '../../../src/train/engine/graphs.ts';
import { configOf } from '../../bench/shapes.ts';
import { tinyConfig } from '../../model/tiny.ts';

/** Kept whole, layers of this one are between half a gibibyte and one. */
const middling = configOf({ name: '', L: 6, D: 256, H: 8, T: 256, B: 24, V: 512 });

it('a run that has no room for what it would keep begins all the same, and one that would keep nothing is refused', async () => {
  const backend = new GpuBackend(await openNullDevice());
  const { context, device } = backend;
  expect(engineLayout(middling, context).checkpoint).toBe(false);
  // As if all tiles were known: the first buffer that is made is one of the plan's.
  Object.assign(context.tiles as object, { has: () => true });
  sabotage(device, 'memory', 0, 'createBuffer');
  const engine = await Engine.create(backend, middling, tokenIndex, undefined, { check: false });
  expect(engine.executor.bytes).toBe(engineLayout(middling, { ...context, frugal: true }).bytes);
  engine.destroy();
  expect(engine.executor.bytes).toBe(0);

  sabotage(device, 'memory', 0, 'createBuffer');
  await expect(Engine.create(backend, tinyConfig, tokenIndex, undefined, { check: false })).rejects.toMatchObject({
    code: 'gpu-memory',
  });
  device.destroy();
});
