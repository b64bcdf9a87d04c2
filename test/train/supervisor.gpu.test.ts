/** A run that loses its device again and again ends with the bits of one that kept its own, or is ended; never a loop. */
import { describe, expect, it } from 'vitest';
import { openNodeDevice } from '../../src/cli/node/dawn.ts';
import { gpuExecutor } from '../../src/gpu/executor.ts';
import type { Notice, Rewind, RunState } from '../../src/protocol.ts';
import { MemoryFiles } from '../../src/storage/files.ts';
import { SlotStore } from '../../src/storage/slots.ts';
import type { OpenBackend } from '../../src/train/backends/backend.ts';
import { GpuBackend } from '../../src/train/backends/gpu.ts';
import { type Disturb, disturbance, parseFaults } from '../../src/train/run/faults.ts';
import { Keeper } from '../../src/train/saved/keeper.ts';
import { Losses } from '../../src/train/saved/reopen.ts';
import type { MetricRow } from '../../src/train/run/run.ts';
import { SupervisedRun } from '../../src/train/run/supervisor.ts';
import { patience } from '../patience.ts';
import { gpu } from '../gpu/device.ts';
import { fakeData, switchingConfig } from './saved/fakeData.ts';

const total = 40;
/** Every loss costs a compilation: one by default, LOSSES=40 loses the device before each step. */
const count = Number(process.env.LOSSES ?? 1);

/**
 * Trains under a supervisor; saves are due whenever the keeper's clock, which moves a minute a step, says so. `lost`: devices that will
 * be lost, each opened for it; what comes after them is the tests' own, or with `refused` none.
 */
async function train(disturb: Disturb, { lost = 0, losses = new Losses(), refused = false } = {}) {
  let opened = 0;
  const open: OpenBackend = async () => {
    if (opened++ < lost) return new GpuBackend(await openNodeDevice());
    return refused ? { cause: 'no-adapter', message: 'Refused.' } : gpu();
  };
  const states: RunState[] = [];
  const notices: Notice[] = [];
  const rewinds: Rewind[] = [];
  let rows: MetricRow[] = [];
  let now = 0;
  const keeper = new Keeper(
    new SlotStore(new MemoryFiles(), 'run'),
    { saved() {}, failed() {} },
    {},
    { now: () => now },
  );
  const listener = {
    state(state: RunState) {
      states.push(state);
      if (state.kind === 'preparing') run.stop();
    },
    metric(row: MetricRow) {
      now += 60_000;
      rows.push(row);
    },
    heldOut() {},
    switched() {},
    sources() {},
    notice: (notice: Notice) => void notices.push(notice),
    rewound(rewind: Rewind) {
      rewinds.push(rewind);
      rows = rows.filter(({ step }) => step < rewind.to);
    },
  };
  const making = { config: switchingConfig, data: fakeData(switchingConfig), base: null, keeper, from: null, disturb };
  const run = new SupervisedRun(open, making, listener, losses);
  const failure = await run.train().catch((error: Error) => error.message);
  const pools = failure === undefined && !refused ? await (await run.live()).engine.snapshot() : null;
  const history = keeper.history.metrics.map(({ step, loss }) => [step, loss]);
  run.destroy();
  return {
    failure,
    states,
    notices,
    rewinds,
    opened,
    history,
    pools,
    losses: rows.map(({ step, loss }) => [step, loss]),
  };
}

const never: Disturb = () => 1;
/** What nobody disturbed; trained once. */
let undisturbed: ReturnType<typeof train> | undefined;
const trainWhole = () => (undisturbed ??= train(never));
const loseBefore = (steps: number[]): Disturb => {
  const left = new Set(steps);
  return (step, engine) => {
    if (left.delete(step)) gpuExecutor(engine.executor).device.destroy();
    return 1;
  };
};

describe('a supervised run', () => {
  it(
    `goes on after losing its device (times: ${count}), to the same bits`,
    { timeout: 5 * patience + 20_000 * count },
    async () => {
      const whole = await trainWhole();
      expect(whole.losses).toHaveLength(total);
      const steps = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * total) / count));
      const lost = await train(loseBefore(steps), { lost: count, losses: new Losses(0) });
      expect(lost.failure).toBeUndefined();
      expect(lost.opened).toBe(count + 1);
      expect(lost.rewinds).toHaveLength(count);
      expect(lost.notices.map(({ code }) => code)).toEqual(Array(count).fill('gpu-lost'));
      for (const { message, step } of lost.notices) {
        expect(message).toBe(`The graphics driver restarted: the run goes on from step ${step}, and nothing was lost.`);
      }
      // It went on from a save, not from the beginning; from which depends on how long the machine takes to write one.
      expect(lost.rewinds.at(-1)!.to).toBeGreaterThan(0);
      expect(lost.losses).toEqual(whole.losses);
      expect(lost.history).toEqual(whole.history);
      expect(lost.pools).toEqual(whole.pools);
      expect(lost.states.at(-1)).toEqual({ kind: 'done' });
    },
  );

  it('gives up a GPU that hangs or drops a command, says which, and goes on to the same bits', async () => {
    const whole = await trainWhole();
    const hangs = disturbance(parseFaults('hang=12'));
    let [silences, refusals] = [0, 0];
    const both = await train(
      (step, engine) => {
        // From now on every silence of this device is one that nothing will end, however slow this machine is.
        if (step === 12 && silences++ === 0) gpuExecutor(engine.executor).watch.least.running = 0;
        if (step === 30 && refusals++ === 0) gpuExecutor(engine.executor).device.createBuffer({ size: 4, usage: 0 }); // an error that no scope asks for
        return hangs(step, engine);
      },
      { lost: 2, losses: new Losses(0) },
    );
    expect(both.notices.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^The GPU stopped answering and was given up: the run goes on from step \d+, and nothing was lost\.$/,
      ),
      expect.stringMatching(
        /^The GPU dropped a command and was given up: the run goes on from step \d+, and nothing was lost\.$/,
      ),
    ]);
    expect(both.failure).toBeUndefined();
    expect(both.losses).toEqual(whole.losses);
    expect(both.pools).toEqual(whole.pools);
  });

  it('that loses its device at the same step every time is ended, and says where it is safe', async () => {
    const same: Disturb = (step, engine) => {
      if (step === 12) gpuExecutor(engine.executor).device.destroy();
      return 1;
    };
    const { failure, opened, losses, rewinds } = await train(same, { lost: 3 });
    expect(opened).toBe(3);
    const { to } = rewinds.at(-1)!;
    expect(failure).toMatch(
      new RegExp(`^This run lost the GPU 3 times near step 1\\d and is kept as it was at step ${to}: start one`),
    );
    expect(losses.every(([step]) => step! < to)).toBe(true);
  });

  it('that is refused another device says how long, and can be stopped while it waits', async () => {
    const { notices, states, failure } = await train(loseBefore([5]), { lost: 1, refused: true });
    expect(failure).toBeUndefined();
    expect(notices.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^The browser has paused graphics after crashes: leave this tab open, and the run goes on from step \d in 125 s\.$/,
      ),
    ]);
    expect(states.at(-1)).toEqual({ kind: 'stopped' });
  });

  it('goes on once after an error of its own, and fails of a second one', async () => {
    let thrown = 0;
    const throwing =
      (times: number): Disturb =>
      (step) => {
        if (step === 7 && thrown < times) throw new Error(`number ${++thrown}`);
        return 1;
      };
    const { failure, notices } = await train(throwing(2));
    expect(notices.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Internal error \(number 1\): the run goes on from step \d, and nothing was lost\.$/),
    ]);
    expect(failure).toBe('number 2');
  });
});

it('losses with progress between them go on, without it not', () => {
  const losses = new Losses();
  expect([10, 61, 112, 163].map((step) => losses.mayGoOn(step))).toEqual([true, true, true, true]);
  expect([170, 180].map((step) => losses.mayGoOn(step))).toEqual([true, false]);
});
