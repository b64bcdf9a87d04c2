/** The processor as what tests train on where kernels are not the point: five to ten times cheaper than a software adapter. */
import { enableRelaxedSimd } from '../../src/cli/node/relaxedSimd.ts';
import { createCpuExecutor } from '../../src/cpu/executor.ts';
import { planMemory } from '../../src/cpu/layout.ts';
import type { GpuLoss } from '../../src/gpu/watch.ts';
import { GpuGoneError } from '../../src/gpu/watch.ts';
import type { Executor } from '../../src/graph/executor.ts';
import type { Backend } from '../../src/train/backends/backend.ts';
import { ProcessorBackend } from '../../src/train/backends/processor.ts';

enableRelaxedSimd();

/** One thread, whose bits are those of any number (test/cpu/step.test.ts). */
export const processor = async (): Promise<Backend> =>
  new ProcessorBackend('cpu', 'processor', (layout) => createCpuExecutor(layout), { threads: 1 }, planMemory(1));

/** A device that can be taken away. */
export interface Losable extends Backend {
  /** From now on every answer is that it is gone, also to questions that wait. */
  lose(how?: GpuLoss): void;
}

/** The processor as a device that can be taken away, as a GPU is: what everything above an executor sees of that. */
export function losable(): Losable {
  let lose: Losable['lose'] = () => {};
  const loss = new Promise<GpuLoss>((resolve) => (lose = (how = 'lost') => resolve(how)));
  const gone = loss.then((how) => Promise.reject(new GpuGoneError(how)));
  gone.catch(() => {});
  const answered =
    <Asked extends unknown[], T>(ask: (...asked: Asked) => Promise<T>) =>
    (...asked: Asked): Promise<T> =>
      Promise.race([ask(...asked), gone]);
  const inner = new ProcessorBackend('cpu', 'processor', async (layout): Promise<Executor> => {
    const executor = await createCpuExecutor(layout);
    const compile = executor.compile.bind(executor);
    executor.compile = answered(async (...asked) => {
      const plan = await compile(...asked);
      plan.read = answered(plan.read.bind(plan));
      return plan;
    });
    executor.snapshot = answered(executor.snapshot.bind(executor));
    executor.finished = answered(executor.finished.bind(executor));
    return executor;
  });
  const { kind, report, name, context, open } = inner;
  return { kind, report, name, context, open, loss, build: inner.build.bind(inner), lose };
}
