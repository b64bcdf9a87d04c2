/** Threads that die: whoever waits for them hears of it, and a run goes on from its last save. */
import type { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { startThread } from '../../src/cli/node/threads.ts';
import { Arena } from '../../src/cpu/arena.ts';
import { createCpuExecutor } from '../../src/cpu/executor.ts';
import { callWords } from '../../src/cpu/serve.mjs';
import { type StartThread, Threads } from '../../src/cpu/threads.ts';
import type { Notice } from '../../src/protocol.ts';
import { MemoryFiles } from '../../src/storage/files.ts';
import { SlotStore } from '../../src/storage/slots.ts';
import { ProcessorBackend } from '../../src/train/backends/processor.ts';
import type { Disturb } from '../../src/train/run/faults.ts';
import type { MetricRow } from '../../src/recipe/measurements.ts';
import { SupervisedRun } from '../../src/train/run/supervisor.ts';
import { Keeper } from '../../src/train/saved/keeper.ts';
import { fakeData, switchingConfig } from '../train/saved/fakeData.ts';
import type { RunNews } from '../../src/train/run/listener.ts';
import { listening } from '../../src/util/events.ts';

/** Trains on threads, of which `disturb` may end some; every step is a save's time. */
async function train(disturb: (step: number, threads: readonly Worker[]) => unknown) {
  const threads: Worker[] = [];
  const start: StartThread = (...asked) => {
    const made = startThread(...asked);
    threads.push(made as Worker);
    return made;
  };
  let opened = 0;
  const open = async () => {
    opened++;
    return new ProcessorBackend('cpu', 'threads', (layout) =>
      createCpuExecutor(layout, { threads: 3, startThread: start }),
    );
  };
  let now = 0;
  let rows: MetricRow[] = [];
  const notices: Notice[] = [];
  const store = new SlotStore(new MemoryFiles(), 'run');
  const keeper = new Keeper(store, { saved() {}, failed() {} }, {}, { now: () => now });
  const listener = listening<RunNews>({
    metric(row: MetricRow) {
      now += 60_000;
      rows.push(row);
    },
    notice: (notice: Notice) => void notices.push(notice),
    rewound: ({ to }: { to: number }) => void (rows = rows.filter(({ step }) => step < to)),
  });
  const struck: Disturb = async (step) => {
    await disturb(step, threads);
    return 1;
  };
  const making = {
    config: switchingConfig,
    data: fakeData(switchingConfig),
    base: null,
    keeper,
    from: null,
    disturb: struck,
  };
  const run = new SupervisedRun(open, making, listener);
  await run.train();
  run.destroy();
  return { opened, notices, losses: rows.map(({ step, loss }) => [step, loss]) };
}

it('a run that loses a thread says so and goes on from its last save, to the same bits', async () => {
  const whole = await train(() => {});
  let left = 1;
  const lost = await train(async (step, threads) => {
    if (step === 20 && left-- > 0) await threads[0].terminate();
  });
  expect(whole).toMatchObject({ opened: 1, notices: [] });
  expect(lost.opened).toBe(2);
  expect(lost.notices.map(({ code }) => code)).toEqual(['thread-lost']);
  const { step, message } = lost.notices[0];
  expect(message).toBe(`A thread of the processor died: the run continues from step ${step}, and nothing was lost.`);
  expect(lost.losses).toEqual(whole.losses);
});

it('a block that nobody finishes is not waited for without end', async () => {
  const { memory } = new Arena(true);
  const call = 1024;
  /** Takes a block that it is not given, as a thread that then dies without a word. */
  const steal = (): void => void Atomics.add(new Int32Array(memory.buffer), call / 4 + callWords.next, 1);
  const started: StartThread = (_, ready) => {
    queueMicrotask(ready);
    return { postMessage() {}, terminate() {} };
  };
  const module = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const threads = await Threads.start(started, 2, { module, memory, names: [] }, [steal]);
  threads.silence = 1;
  new Int32Array(memory.buffer)[call / 4 + callWords.blocks] = 4;
  expect(() => threads.run(call, 4)).toThrow('A thread of the processor died: no answer for 1 s');
  await threads.loss;
  expect(() => threads.run(call, 4)).toThrow('died');
});
