/** The self-test at start: which device is to train, by numbers that two give for the same steps and by a clock of ours. */
import { expect, it } from 'vitest';
import { createCpuExecutor } from '../../../src/cpu/executor.ts';
import type { PoolLayout } from '../../../src/graph/pool.ts';
import { verdictOn } from '../../../src/train/backends/compare.ts';
import { ProcessorBackend } from '../../../src/train/backends/processor.ts';
import { UserError } from '../../../src/util/errors.ts';

const backend = (
  open: (layout: PoolLayout) => ReturnType<typeof createCpuExecutor> = (layout) => createCpuExecutor(layout),
) => new ProcessorBackend('cpu', 'processor', open);

/** A clock by which the processor, which is tried first, takes so long for a round of steps, and then the GPU. */
function clock(processor: number, gpu: number): () => number {
  let [now, calls] = [0, 0];
  return () => {
    if (calls % 2 === 1) now += calls < 6 ? processor : gpu; // three rounds, each begun and ended
    calls++;
    return now;
  };
}

it.each([
  ['slower', 1, 2],
  [null, 2, 1],
] as const)('a GPU that gives the same losses is judged by its time: %s', async (verdict, processor, gpu) =>
  expect(await verdictOn(backend(), async () => backend(), clock(processor, gpu))).toBe(verdict),
);

it('a GPU that gives other losses is wrong, however quick', async () => {
  const off = backend(async (layout) => {
    const executor = await createCpuExecutor(layout);
    const write = executor.write.bind(executor);
    executor.write = (where, elements) =>
      write(
        where,
        elements.map((x) => 1.5 * x),
      );
    return executor;
  });
  expect(await verdictOn(off, async () => backend(), clock(2, 1))).toBe('wrong');
});

it('a GPU none of whose kernels is right is wrong; of one that fails otherwise its run will tell', async () => {
  const failing = (error: Error) =>
    backend(async () => {
      throw error;
    });
  const wrong = failing(new UserError('wrong', { code: 'gpu-wrong' }));
  expect(await verdictOn(wrong, async () => backend(), clock(2, 1))).toBe('wrong');
  expect(await verdictOn(failing(new Error('lost')), async () => backend(), clock(2, 1))).toBeNull();
  expect(await verdictOn(backend(), async () => null)).toBeNull();
});
