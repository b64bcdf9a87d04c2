/**
 * A run that was saved and gone on with on a new engine is, bit for bit, the run that was never interrupted: every later
 * loss, norm and rate, every evaluation, the sources' counts, and the weights and moments at the end.
 */
import { describe, expect, it, vi } from 'vitest';
import type { RunConfig } from '../../../src/config/run.ts';
import { MemoryFiles } from '../../../src/storage/files.ts';
import { SlotStore } from '../../../src/storage/slots.ts';
import { type Checkpoint, decodeCheckpoint } from '../../../src/train/saved/checkpoint.ts';
import type { Pools } from '../../../src/train/engine/engine.ts';
import type { History } from '../../../src/train/run/history.ts';
import { Keeper, type Store } from '../../../src/train/saved/keeper.ts';
import { Run } from '../../../src/train/run/run.ts';
import type { RunState, SourceCount } from '../../../src/protocol.ts';
import { processor } from '../../cpu/processor.ts';
import { fakeData, switchingConfig } from './fakeData.ts';
import type { RunNews } from '../../../src/train/run/listener.ts';
import { listening } from '../../../src/util/events.ts';

interface Finished {
  end: RunState;
  history: History;
  counts: SourceCount[];
  pools: Pools;
}

const nobody = { saved() {}, failed: (_: number, message: string) => expect.fail(message) };

/** Trains to the end, or until `drive` stops it. `drive` hears every state. */
async function train(
  config: RunConfig,
  store: Store,
  { from, drive = () => {} }: { from?: Checkpoint; drive?: (state: RunState, run: Run) => void } = {},
): Promise<Finished> {
  const backend = await processor();
  let counts: SourceCount[] = [];
  let run: Run | null = null;
  const listener = listening<RunNews>({
    state: (state) => run && drive(state, run),
    sources: (told) => (counts = told),
  });
  const keeper = new Keeper(store, nobody, {}, { history: from?.history });
  run = await Run.create(backend, config, fakeData(config), listener, null, {
    keeper,
    checkpoint: from,
  });
  const end = await run.train();
  const pools = await run.engine.snapshot();
  run.destroy();
  return { end, history: keeper.history, counts, pools };
}

/** Everything but the clock's part. */
function expectSame(resumed: Finished, whole: Finished, label: string): void {
  const timeless = ({ metrics, ...said }: History) => ({
    metrics: metrics.map((row) => ({ ...row, tokensPerSecond: 0 })),
    ...said,
  });
  expect(resumed.end, label).toEqual(whole.end);
  expect(timeless(resumed.history), label).toEqual(timeless(whole.history));
  expect(resumed.counts, label).toEqual(whole.counts);
  for (const pool of ['parameters', 'moments1', 'moments2'] as const) {
    const bits = (pools: Pools) => Buffer.from(pools[pool].buffer);
    expect(bits(resumed.pools).equals(bits(whole.pools)), `${label}: ${pool}`).toBe(true);
  }
}

/** Keeps every save apart, by step. */
class EverySave {
  readonly bodies = new Map<number, Buffer>();

  save: Store['save'] = async (parts, facts) => {
    this.bodies.set(Number(facts.step), Buffer.concat(parts));
    return { generation: 1, length: 0, segment: 1, sha256: '', facts };
  };

  load: Store['load'] = async () => null;

  at(step: number): Checkpoint {
    return decodeCheckpoint(Uint8Array.from(this.bodies.get(step)!));
  }
}

/** Keeps what was saved as the page was left, each time. */
class EveryLeaving extends EverySave {
  readonly checkpoints: Checkpoint[] = [];

  saveNow: Store['saveNow'] = (parts) => {
    this.checkpoints.push(decodeCheckpoint(Uint8Array.from(Buffer.concat(parts))));
    return null;
  };
}

const realTimeout = setTimeout;

/** Taken step by step from pauses, each of which saves. */
async function savedAtEveryStep(config: RunConfig) {
  const saves = new EverySave();
  const started = new Set<Run>();
  const whole = await train(config, saves, {
    drive(state, run) {
      if (!started.has(run)) run.pause();
      started.add(run);
      if (state.kind === 'paused') run.step();
    },
  });
  return { saves, whole };
}

describe('a resumed run', () => {
  const accumulating = { ...switchingConfig, batch: { ...switchingConfig.batch, accumulation: 2 } };
  const keeping = { ...switchingConfig, continued: { ...switchingConfig.continued!, keepMoments: true } };
  // Micro-batches of 3 rows: two steps of one, four of two, then three each.
  const ramp = [
    { sequences: 3, share: 0.03 },
    { sequences: 6, share: 0.12 },
  ];
  const growing: RunConfig = {
    ...switchingConfig,
    batch: { ...switchingConfig.batch, accumulation: 3 },
    base: { ...switchingConfig.base, batchRamp: ramp },
  };
  // The base ends before step 24, the blend switches before step 34, the run ends before step 40.
  it.each([
    ['at any phase', switchingConfig, [0, 1, 5, 9, 23, 24, 25, 33, 34, 35, 39]],
    ['with micro-batches', accumulating, [7, 24, 34]],
    ['with moments carried over', keeping, [23, 24, 34]],
    ['in the middle of a batch ramp', growing, [1, 2, 4, 6, 24]],
  ])('is the uninterrupted one: %s', async (_, config, steps) => {
    const free = await train(config, new EverySave());
    expect(free.history.metrics.length).toBe(40);
    expect(free.history.switches.map(({ step }) => step)).toEqual([34]);
    const { saves, whole } = await savedAtEveryStep(config);
    expectSame(whole, free, 'paused at every step');
    expect(saves.bodies.size).toBe(41);
    for (const step of steps) {
      const resumed = await train(config, new EverySave(), { from: saves.at(step) });
      expectSame(resumed, free, `resumed at step ${step}`);
    }
  });

  it('begins a ramp as the run of one micro-batch a step begins, and draws every row once', async () => {
    const { steps, schedule } = growing.base;
    const base = { ...growing.base, schedule: { ...schedule, kind: 'constant' as const, warmupSteps: 0 } };
    const run = (config: RunConfig) => train({ ...config, continued: null }, new EverySave());
    const grown = await run({ ...growing, base });
    const small = await run({ ...switchingConfig, base: { ...base, batchRamp: undefined } });
    const rows = grown.history.metrics.map(({ tokens }, i, all) => (tokens - (all[i - 1]?.tokens ?? 0)) / 13);
    expect(rows).toEqual([3, 3, ...Array(4).fill(6), ...Array(steps - 6).fill(9)]);
    const losses = ({ history }: Finished) => history.metrics.map(({ loss }) => loss);
    const same = losses(grown).map((loss, i) => loss === losses(small)[i]);
    expect(same.indexOf(false)).toBe(2);
    const drawn = grown.counts.reduce((sum, { tokens }) => sum + tokens, 0);
    expect(drawn).toBe(grown.history.metrics.at(-1)!.tokens);
  });

  it('is the same from wherever its page was left, evaluations under way included', async () => {
    const free = await train(switchingConfig, new EverySave());
    const saves = new EveryLeaving();
    // The run waits for its page to go, which it never does.
    const waiting = vi
      .spyOn(globalThis, 'setTimeout')
      .mockImplementation(((done: () => void, millis?: number) =>
        millis === 2000 ? setImmediate(done) : realTimeout(done, millis)) as typeof setTimeout);
    const leaveAlways = async (run: Run): Promise<void> => {
      while (run.progress.evaluated !== 40) {
        run.leave();
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    let leaving: Promise<void> | null = null;
    const whole = await train(switchingConfig, saves, { drive: (_, run) => void (leaving ??= leaveAlways(run)) });
    await leaving;
    waiting.mockRestore();
    expectSame(whole, free, 'left all the time');
    const steps = saves.checkpoints.map(({ progress }) => progress.step);
    expect(new Set(steps).size).toBeGreaterThan(10);
    const evaluating = saves.checkpoints.filter(({ progress }) => progress.evaluated === null && progress.step > 0);
    expect(evaluating.length).toBeGreaterThan(3);
    for (const from of [...saves.checkpoints.filter((_, i) => i % 9 === 0), ...evaluating.slice(0, 4)]) {
      const resumed = await train(switchingConfig, new EverySave(), { from: structuredClone(from) });
      expectSame(resumed, free, `left at step ${from.progress.step}`);
    }
  });

  it('is the same after being stopped and resumed from its slots five times', async () => {
    const free = await train(switchingConfig, new EverySave());
    const files = new MemoryFiles();
    let last: Finished | null = null;
    const stops: number[] = [];
    for (let life = 0; life < 6; life++) {
      const store = new SlotStore(files, 'lives');
      const loaded = await store.load();
      const from = loaded ? decodeCheckpoint(loaded.body) : undefined;
      stops.push(from?.progress.step ?? 0);
      let steps = 0;
      last = await train(switchingConfig, store, {
        from,
        drive(state, run) {
          if (life === 5) return;
          if (steps === 0) run.pause();
          if (state.kind !== 'paused') return;
          if (steps++ < 3 + life) run.step();
          else run.stop();
        },
      });
    }
    expect(stops).toEqual([0, 3, 7, 12, 18, 25]);
    expectSame(last!, free, 'five stops');
  });
});
