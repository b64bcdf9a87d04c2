/** A run that loses its device again and again ends with the bits of one that kept its own, or is ended; never a loop. On the processor. */
import { describe, expect, it } from 'vitest';
import type { GpuLoss } from '../../../src/gpu/watch.ts';
import type { Disturb } from '../../../src/train/run/faults.ts';
import { Losses } from '../../../src/train/saved/reopen.ts';
import { type Losable, losable } from '../../cpu/processor.ts';
import { goesOn, total, trainSupervised } from './supervised.ts';

/** LOSSES=40 loses the device before each step. */
const count = Number(process.env.LOSSES ?? 4);

/**
 * Trains on devices that `lose`, asked before each step, has taken away; `refused`: there is none after the first.
 */
async function train(lose: (step: number) => GpuLoss | null, { losses = new Losses(), refused = false } = {}) {
  let device: Losable | undefined;
  const open = async (life: number) => {
    if (refused && life > 0) return { cause: 'no-adapter' as const, message: 'Refused.' };
    return (device = losable());
  };
  const disturb: Disturb = (step) => {
    const how = lose(step);
    if (how) device!.lose(how);
    return 1;
  };
  return trainSupervised(open, disturb, losses);
}

/** What nobody disturbed; trained once. */
let undisturbed: ReturnType<typeof train> | undefined;
const trainWhole = () => (undisturbed ??= train(() => null));
/** Each step's loss comes once: a run that goes back does not meet it again. */
const once = (left: Map<number, GpuLoss>) => (step: number) => {
  const how = left.get(step) ?? null;
  left.delete(step);
  return how;
};

describe('a supervised run', () => {
  it(`goes on after losing its device (times: ${count}), to the same bits`, async () => {
    const whole = await trainWhole();
    expect(whole.losses).toHaveLength(total);
    const steps = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * total) / count));
    const lost = await train(once(new Map(steps.map((step) => [step, 'lost']))), { losses: new Losses(0) });
    expect(lost.failure).toBeUndefined();
    expect(lost.opened).toBe(count + 1);
    expect(lost.rewinds).toHaveLength(count);
    expect(lost.notices.map(({ code }) => code)).toEqual(Array(count).fill('gpu-lost'));
    for (const { message, step } of lost.notices) {
      expect(message).toBe(`The graphics driver restarted: the run continues from step ${step}, and nothing was lost.`);
    }
    // It went on from a save, not from the beginning; from which depends on how long the machine takes to write one.
    expect(lost.rewinds.at(-1)!.to).toBeGreaterThan(0);
    expect(lost.losses).toEqual(whole.losses);
    expect(lost.history).toEqual(whole.history);
    expect(lost.pools).toEqual(whole.pools);
    expect(lost.states.at(-1)).toEqual({ kind: 'done' });
  });

  it('says of every loss what it was', async () => {
    const ways = new Map<number, GpuLoss>([
      [12, 'hung'],
      [30, 'refused'],
    ]);
    const { notices, failure } = await train(once(ways), { losses: new Losses(0) });
    expect(failure).toBeUndefined();
    expect(notices.map(({ code, message }) => [code, message])).toEqual([
      ['gpu-hung', expect.stringMatching(goesOn('The GPU stopped answering and was given up'))],
      ['gpu-error', expect.stringMatching(goesOn('The GPU dropped a command and was given up'))],
    ]);
  });

  it('that loses its device at the same step every time is ended, and says where it is safe', async () => {
    const { failure, opened, losses, rewinds } = await train((step) => (step === 12 ? 'lost' : null));
    expect(opened).toBe(3);
    const { to } = rewinds.at(-1)!;
    expect(failure).toMatch(
      new RegExp(`^This run lost the GPU 3 times near step 1\\d and is kept as it was at step ${to}: start another`),
    );
    expect(losses.every(([step]) => step! < to)).toBe(true);
  });

  it('that is refused another device says how long, and can be stopped while it waits', async () => {
    const { notices, states, failure } = await train(once(new Map([[5, 'lost']])), { refused: true });
    expect(failure).toBeUndefined();
    expect(notices.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^The browser has paused graphics after crashes: leave this tab open, and the run continues from step \d in 125 s\.$/,
      ),
    ]);
    expect(states.at(-1)).toEqual({ kind: 'stopped' });
  });

  it('goes on once after an error of its own, and fails of a second one', async () => {
    let thrown = 0;
    const { failure, notices } = await train((step) => {
      if (step === 7 && thrown < 2) throw new Error(`number ${++thrown}`);
      return null;
    });
    expect(notices.map(({ message }) => message)).toEqual([
      expect.stringMatching(goesOn('Internal error \\(number 1\\)')),
    ]);
    expect(failure).toBe('number 2');
  });
});

it('losses with progress between them go on, without it not', () => {
  const losses = new Losses();
  expect([10, 61, 112, 163].map((step) => losses.mayGoOn(step))).toEqual([true, true, true, true]);
  expect([170, 180].map((step) => losses.mayGoOn(step))).toEqual([true, false]);
});
