/** What is prepared while a visitor looks on is what Start then takes: nothing is fetched or read a second time, and the run is the same. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import type { RunConfig } from '../../src/config/run.ts';
import type { RunEvents } from '../../src/protocol.ts';
import { createCpuExecutor } from '../../src/cpu/executor.ts';
import { hasRelaxedSimd } from '../../src/cpu/kernels/library.ts';
import type { PoolLayout } from '../../src/graph/pool.ts';
import { createTrainer } from '../../src/train/trainer.ts';

// A browser's threads are its workers; one thread is the same kernels.
vi.mock('../../src/cpu/browser.ts', () => ({
  browserProcessor: () => ({
    threads: 1,
    alone: false,
    relaxed: hasRelaxedSimd(),
    open: (layout: PoolLayout) => createCpuExecutor(layout),
  }),
}));

const site = path.resolve(import.meta.dirname, '../../public');
const shipped = { kind: 'shipped' } as const;
/** The world's smallest preset, two steps from its shipped base. */
const config = resolveConfig({ preset: 'ci', set: ['continued.steps=2'] });

afterEach(() => vi.unstubAllGlobals());

/** A trainer whose files are those of the published page, and what it has asked for. */
function trainer() {
  const fetched: string[] = [];
  vi.stubGlobal('fetch', async (address: string) => {
    const name = new URL(address).pathname.slice(1);
    fetched.push(name);
    return new Response(readFileSync(path.join(site, name)));
  });
  return { ...createTrainer('http://site/data/', 'http://site/bases/'), fetched };
}

/** Losses of the steps, to the last bit, and how the run ended. */
async function lossesOf(made: ReturnType<typeof trainer>, of: RunConfig): Promise<number[]> {
  const losses: number[] = [];
  let end: RunEvents['state'];
  await made.start(
    of,
    [],
    ({ metrics, state }) => {
      losses.push(...(metrics?.loss ?? []));
      end = state ?? end;
    },
    shipped,
  );
  expect(end).toEqual({ kind: 'done' });
  return losses;
}
const timesWeights = (fetched: readonly string[]): number =>
  fetched.filter((name) => name.endsWith('ci-1/model.safetensors')).length;

test('a start takes what was warmed up, and trains what it would have trained', async () => {
  const expected = await lossesOf(trainer(), config);
  const warm = trainer();
  await warm.warmUp(config, shipped);
  expect(timesWeights(warm.fetched)).toBe(1);
  expect(await lossesOf(warm, config)).toEqual(expected);
  expect(timesWeights(warm.fetched)).toBe(1);
  expect(expected.length).toBeGreaterThan(0);
});

test('a start with other settings takes nothing of it', async () => {
  const made = trainer();
  await made.warmUp(config, shipped);
  await lossesOf(made, { ...config, continued: { ...config.continued!, steps: 3 } });
  expect(timesWeights(made.fetched)).toBe(2);
});

test('a run that is stopped while its text is read ends there, and the rest of the file is not read', async () => {
  const made = trainer();
  const bytes = new TextEncoder().encode('a line of text\n'.repeat(100));
  let pulled = 0;
  const stream = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        if (++pulled === 3) void made.stop();
        controller.enqueue(bytes);
        if (pulled === 100) controller.close();
      },
    });
  const file = Object.assign(new Blob([bytes]), { stream }) as Blob;
  const states: RunEvents['state'][] = [];
  await made.start(
    presetConfig('shakespeare'),
    [{ source: 'shakespeare', name: 'a.txt', bytes: file }],
    ({ state }) => state && states.push(state),
  );
  expect(states.at(-1)).toEqual({ kind: 'stopped' });
  expect(pulled).toBeLessThan(10);
});
