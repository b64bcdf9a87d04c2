import { describe, expect, test } from 'vitest';
import { FaultyFiles, faults } from '../../../src/storage/faulty.ts';
import { MemoryFiles } from '../../../src/storage/files.ts';
import { SlotStore } from '../../../src/storage/slots.ts';
import { type Checkpoint, decodeCheckpoint } from '../../../src/train/saved/checkpoint.ts';
import { Keeper, saveInterval } from '../../../src/train/saved/keeper.ts';
import { progressAt, switchingConfig } from './fakeData.ts';

const pools = (step: number) => {
  const pool = (value: number) => new Float32Array(64).fill(value);
  return Promise.resolve({ parameters: pool(step), moments1: pool(step + 0.5), moments2: pool(-step) });
};

function keeperIn(store: SlotStore, clock = { now: 0 }) {
  const told: string[] = [];
  const listener = {
    saved: ({ step }: { step: number }) => void told.push(`saved ${step}`),
    failed: (step: number, message: string) => void told.push(`failed ${step}: ${message}`),
  };
  const keeper = new Keeper(store, listener, { preset: 'test' }, { now: () => clock.now });
  return {
    keeper,
    told,
    keep: (step: number, read = pools(step)) => keeper.keep(switchingConfig, 'all', progressAt(step), 'training', read),
  };
}

describe('the interval between saves', () => {
  test('is 20 to 120 seconds, and a save at most 2 % of the time up to 2.4 s', () => {
    expect(saveInterval(0)).toBe(20);
    expect(saveInterval(0.27)).toBeCloseTo(76, 0); // 200 MB measured
    expect(saveInterval(100)).toBe(120);
    for (let cost = 0.001; cost <= 2.4; cost *= 1.1) expect(cost / saveInterval(cost)).toBeLessThanOrEqual(0.02);
  });

  test('counts from the end of the last save', async () => {
    const clock = { now: 0 };
    const { keeper, keep } = keeperIn(new SlotStore(new MemoryFiles(), 'run'), clock);
    expect(keeper.due(0, 1000)).toBe(false);
    clock.now = 20_000;
    expect(keeper.due(0, 1000)).toBe(true);
    // √(2 · cost · 10,800 s), and a first save counts a quarter of what it took.
    for (const [step, seconds] of [
      [1, 38.2],
      [2, 76.4],
    ] as const) {
      const done = keep(step);
      expect(keeper.due(0, 1000)).toBe(false); // one at a time
      clock.now += 270;
      await done;
      clock.now += 1000 * seconds - 50;
      expect(keeper.due(0, 1000)).toBe(false);
      clock.now += 100;
      expect(keeper.due(0, 1000)).toBe(true);
    }
  });
});

describe('saves by share of the run', () => {
  const clock = { now: 0 };
  /** A run of 360 steps of so many ms each whose saves take `cost` ms; the steps that would be lost at every moment. */
  async function lost(step: number, cost: number): Promise<number[]> {
    clock.now = 0;
    const { keeper, keep } = keeperIn(new SlotStore(new MemoryFiles(), 'run'), clock);
    const losses: number[] = [];
    let saved = 0;
    for (let at = 0; at < 360; at++, clock.now += step) {
      if (at === 0 || keeper.due(at, 360)) {
        const done = keep(at);
        clock.now += cost;
        await done;
        saved = at;
      }
      losses.push(at + 1 - saved);
    }
    return losses;
  }

  test('lose at most a twentieth of a short run, if a save takes no more than two hundredths of that', async () => {
    expect(Math.max(...(await lost(100, 20)))).toBeLessThanOrEqual(360 / 20);
    expect(Math.max(...(await lost(100, 36)))).toBeLessThanOrEqual(360 / 20);
  });

  test('take no more than a fiftieth of the time while they are not free', async () => {
    const losses = await lost(2, 20);
    const saves = losses.filter((steps) => steps === 1).length;
    expect(saves).toBeLessThan(3);
  });

  test('come at once when the page may be gone, once', async () => {
    clock.now = 0;
    const { keeper, keep } = keeperIn(new SlotStore(new MemoryFiles(), 'run'), clock);
    await keep(0);
    expect(keeper.due(3, 360)).toBe(false);
    keeper.want();
    expect(keeper.due(3, 360)).toBe(true);
    await keep(3);
    expect(keeper.due(4, 360)).toBe(false);
  });

  test('are not tried again before the interval after one has failed', async () => {
    clock.now = 0;
    const { keeper, keep } = keeperIn(new SlotStore(new MemoryFiles(), 'run'), clock);
    await keep(0, Promise.reject(new Error('the disk is full')));
    clock.now = 19_999;
    expect(keeper.due(300, 360)).toBe(false);
    clock.now = 20_000;
    expect(keeper.due(300, 360)).toBe(true);
    await keep(300);
    expect(keeper.due(309, 360)).toBe(true);
  });
});

describe('a note', () => {
  /** A keeper that saves at once into `left`, and what is noted and saved of a step. */
  function noting(clock = { now: 0 }) {
    const left: Checkpoint[] = [];
    const store = new SlotStore(new MemoryFiles(), 'run');
    const saveNow = (parts: readonly Uint8Array[]) => {
      left.push(decodeCheckpoint(Uint8Array.from(Buffer.concat(parts))));
      return null;
    };
    const { save, load } = store;
    const keeper = new Keeper(
      { save: save.bind(store), load: load.bind(store), saveNow },
      { saved() {}, failed: (_, message) => expect.fail(message) },
      {},
      { now: () => clock.now },
    );
    const note = (step: number) => keeper.note(switchingConfig, 'all', progressAt(step), pools(step));
    return { keeper, note, left };
  }

  test('is what is saved at once where nothing newer can be had, unless a save is as new', async () => {
    const { keeper, note, left } = noting();
    keeper.saveNoted();
    expect(left).toEqual([]);
    await note(7);
    keeper.saveNoted();
    expect(left.map(({ progress }) => progress)).toEqual([progressAt(7)]);
    expect(left[0]!.pools.parameters[0]).toBe(7);
    await keeper.keep(switchingConfig, 'all', progressAt(8), 'training', pools(8));
    keeper.saveNoted();
    expect(left.length).toBe(1);
    expect(keeper.due(8, 1000)).toBe(false);
  });

  test('is made by share of the run, and takes no more than a fiftieth of the time', async () => {
    const clock = { now: 0 };
    const { keeper, note } = noting(clock);
    expect(keeper.noteDue(0, 400)).toBe(false);
    expect(keeper.noteDue(9, 400)).toBe(false);
    expect(keeper.noteDue(10, 400)).toBe(true);
    const noted = note(10);
    clock.now += 4;
    await noted;
    clock.now += 199;
    expect(keeper.noteDue(20, 400)).toBe(false);
    clock.now += 1;
    expect(keeper.noteDue(19, 400)).toBe(false);
    expect(keeper.noteDue(20, 400)).toBe(true);
    // Where storage cannot save at once there is nothing to note it for.
    const { save, load } = new SlotStore(new MemoryFiles(), 'run');
    const other = new Keeper({ save, load }, { saved() {}, failed() {} }, {});
    expect(other.noteDue(0, 400)).toBe(false);
    expect(other.noteDue(399, 400)).toBe(false);
  });

  test('of a run that is being evaluated has none of that evaluation', () => {
    const { keeper, left } = noting();
    const point = (step: number) => ({ step, tokens: 0, loss: { a: 1 } });
    keeper.history.heldOut.push(point(4), point(8));
    const progress = { ...progressAt(8), evaluated: 8 };
    const read = { parameters: new Float32Array(4), moments1: new Float32Array(4), moments2: new Float32Array(4) };
    keeper.keepNow(switchingConfig, 'all', progress, read, true);
    keeper.keepNow(switchingConfig, 'all', progress, read, false);
    expect(left.map(({ history }) => history.heldOut.map(({ step }) => step))).toEqual([[4], [4, 8]]);
    expect(left.map(({ progress: saved }) => saved.evaluated)).toEqual([null, 8]);
    expect(keeper.due(9, 1000)).toBe(true); // the page stayed
  });
});

describe('a keeper', () => {
  test('gives back what it was given, also when saves follow each other at once', async () => {
    const { keeper, keep, told } = keeperIn(new SlotStore(new MemoryFiles(), 'run'));
    await Promise.all([keep(1), keep(2), keep(3)]);
    expect(told).toEqual(['saved 1', 'saved 2', 'saved 3']);
    const last = (await keeper.last())!;
    expect(last.progress).toEqual(progressAt(3));
    expect(last.config).toEqual(switchingConfig);
    expect(last.pools).toEqual(await pools(3));
  });

  test('saves nothing that was not read back', async () => {
    const { keeper, keep, told } = keeperIn(new SlotStore(new MemoryFiles(), 'run'));
    await keep(1);
    await keep(2, Promise.reject(new Error('the device was lost')));
    expect(told).toEqual(['saved 1', 'failed 2: Step 2 could not be saved. the device was lost']);
    expect((await keeper.last())!.progress.step).toBe(1);
  });

  test('tells of a save that fails, at any call and in any way, and goes on saving', async () => {
    const options = { segment: 256, patience: 30 };
    const counting = new FaultyFiles(new MemoryFiles(), null);
    const healthy = keeperIn(new SlotStore(counting, 'run', options));
    await healthy.keep(1);
    const before = counting.calls;
    await healthy.keep(2);
    const plans = Array.from({ length: counting.calls - before }, (_, i) => before + 1 + i).flatMap((at) =>
      faults.map((fault) => ({ fault, at, lasting: false })),
    );
    await Promise.all(
      plans.map(async (plan) => {
        const label = `${plan.fault} at ${plan.at}`;
        const { keeper, keep, told } = keeperIn(
          new SlotStore(new FaultyFiles(new MemoryFiles(), plan), 'run', options),
        );
        await keep(1);
        await keep(2);
        // 'busy' passes by itself.
        if (told[1] !== 'saved 2')
          expect(told[1], label).toMatch(/^failed 2: Step 2 could not be saved\. .* \(code [a-z-]+\)\. [A-Z].*\.$/);
        await keep(3);
        expect(told[2], label).toBe('saved 3');
        expect((await keeper.last())!.progress.step, label).toBe(3);
      }),
    );
    expect(plans.length).toBeGreaterThan(100);
  });
});
