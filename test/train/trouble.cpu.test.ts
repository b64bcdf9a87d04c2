/** What a run does about bad numbers and spikes: it tells, goes on, goes back, or gives up, and never keeps a bad weight. On the processor. */
import { describe, expect, it } from 'vitest';
import type { RunConfig } from '../../src/config/run.ts';
import type { Notice, Rewind, RunState } from '../../src/protocol.ts';
import { type Checkpoint, decodeCheckpoint } from '../../src/train/saved/checkpoint.ts';
import { MemoryFiles } from '../../src/storage/files.ts';
import { SlotStore } from '../../src/storage/slots.ts';
import { type Disturb, disturbance, parseFaults } from '../../src/train/run/faults.ts';
import type { History } from '../../src/train/run/history.ts';
import { Keeper } from '../../src/train/saved/keeper.ts';
import { Run } from '../../src/train/run/run.ts';
import { losable, processor } from '../cpu/processor.ts';
import { fakeData, switchingConfig } from './saved/fakeData.ts';
import type { MetricRow } from '../../src/recipe/measurements.ts';
import type { RunNews } from '../../src/train/run/listener.ts';
import { placeAfter } from '../../src/recipe/place.ts';
import { listening } from '../../src/util/events.ts';

/** 110 steps of one blend at a rate that learns. */
const config: RunConfig = {
  ...switchingConfig,
  // Enough rows for a loss whose noise is small beside a spike.
  batch: { sequences: 16, length: 13, accumulation: 1 },
  base: {
    ...switchingConfig.base,
    steps: 110,
    schedule: { ...switchingConfig.base.schedule, kind: 'constant', peak: 3e-3 },
  },
  continued: null,
  evaluation: { everySteps: 0, rows: 1 },
};
const saveAt = 60;
const acted = new Set<Notice['code']>(['bad-step', 'spike', 'went-back']);
const saves = { saved() {}, failed: (_: number, message: string) => expect.fail(message) };
/** Saves where a run is paused and at its ends, and never because a clock says so. */
function keeperOf(store: SlotStore, listener: ConstructorParameters<typeof Keeper>[1], history?: History): Keeper {
  const keeper = new Keeper(store, listener, {}, { history });
  keeper.due = () => false;
  return keeper;
}

/** The steps before the trouble, taken and saved once for all runs. */
let begun: Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> | undefined;

async function begin(): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const backend = await processor();
  const files = new MemoryFiles();
  let steps = 0;
  const listener = listening<RunNews>({
    state({ kind }: RunState) {
      if (kind !== 'paused') return;
      if (steps++ < saveAt) run.step();
      else run.stop();
    },
  });
  const keeper = keeperOf(new SlotStore(files, 'run'), saves);
  const run: Run = await Run.create(backend, config, fakeData(config), listener, null, { keeper });
  run.pause();
  await run.train();
  await keeper.settled();
  run.destroy();
  return files.contents;
}

/** Trains from the save on. */
async function trainWith(faults: string, automatic: boolean) {
  const backend = await processor();
  const files = new MemoryFiles();
  for (const [name, bytes] of await (begun ??= begin())) files.contents.set(name, bytes.slice());
  const store = new SlotStore(files, 'run');
  const from = decodeCheckpoint((await store.load())!.body);
  const notices: Notice[] = [];
  const rewinds: Rewind[] = [];
  let rows: MetricRow[] = [];
  const listener = listening<RunNews>({
    metric: (row: MetricRow) => void rows.push(row),
    // Alerts only speak (train/run/alerts.ts); this is about what a run does.
    notice: (notice: Notice) => void (acted.has(notice.code) && notices.push(notice)),
    rewound(rewind: Rewind) {
      rewinds.push(rewind);
      rows = rows.filter(({ step }) => step < rewind.to);
    },
  });
  const keeper = keeperOf(store, saves, from.history);
  const run = await Run.create(backend, config, fakeData(config), listener, null, {
    keeper,
    checkpoint: from,
    automatic,
    disturb: disturbance(parseFaults(faults)),
  });
  const end = await run.train();
  const { parameters } = await run.engine.snapshot();
  run.destroy();
  return { end, notices, rewinds, rows, finite: parameters.every(Number.isFinite) };
}

const loaded = async (store: SlotStore): Promise<Checkpoint | undefined> => {
  const save = await store.load();
  return save ? decodeCheckpoint(save.body) : undefined;
};

/** Trains, from the store's save where it has one; `loseAt`: the step before which the device is taken away. */
async function trainTo(store: SlotStore, { faults = '', loseAt = -1, automatic = false } = {}, from?: Checkpoint) {
  const backend = losable();
  const faulty = disturbance(parseFaults(faults));
  const disturb: Disturb = (step, engine) => {
    if (step === loseAt) backend.lose();
    return faulty(step, engine);
  };
  const losses = new Map<number, number>();
  const rewinds: Rewind[] = [];
  from ??= await loaded(store);
  const listener = listening<RunNews>({
    rewound: (rewind) => void rewinds.push(rewind),
    state(state: RunState) {
      // Saved at step 20, then left to itself.
      if (state.kind === 'paused' && losses.size < 20) run.step();
      else if (state.kind === 'paused') run.resume();
    },
    metric: ({ step, loss }: MetricRow) => void losses.set(step, loss),
  });
  const told: string[] = [];
  const telling = {
    saved: ({ step }: { step: number }) => void told.push(`saved ${step}`),
    failed: (step: number) => void told.push(`failed ${step}`),
  };
  const keeper = keeperOf(store, telling, from?.history);
  const run = await Run.create(backend, switchingConfig, fakeData(switchingConfig), listener, null, {
    keeper,
    checkpoint: from,
    automatic,
    disturb,
  });
  if (!from) run.pause();
  const end = await run.train().catch((error: unknown) => String(error));
  await keeper.settled();
  const metrics = keeper.history.metrics.map(({ step, loss }) => [step, loss]);
  const pools = end instanceof Object ? await run.engine.snapshot() : null;
  run.destroy();
  return { end, told, metrics, pools, rewinds };
}

describe('a run', () => {
  it('whose device is lost saves nothing more, and on another device ends with the bits of one that kept its own', async () => {
    const whole = await trainTo(new SlotStore(new MemoryFiles(), 'run'));
    const store = new SlotStore(new MemoryFiles(), 'run');
    const lost = await trainTo(store, { loseAt: 22 });
    expect(lost.end).toMatch(/lost|abort|destroyed|unmapped/i);
    expect(lost.told.at(-1)).toMatch(/ 20$/);
    expect(lost.metrics.every(([step]) => step! < 22)).toBe(true);
    const resumed = await trainTo(store);
    expect(resumed.end).toEqual(whole.end);
    expect(resumed.metrics).toEqual(whole.metrics);
    expect(resumed.pools).toEqual(whole.pools);
  });

  it('that fails in the middle fails whole, in the words of the failure', async () => {
    const store = new SlotStore(new MemoryFiles(), 'run');
    const { end } = await trainTo(store, { faults: 'throw=21' });
    expect(end).toBe('Error: Thrown at step 21, as asked for.');
    expect((await store.load())!.head.facts.step).toBe(20);
  });

  // Three bad steps around the phase's beginning: no save is made there, the moments are emptied, and the save has what they were.
  it('that goes back takes up weights, moments and their count of steps from the save, to the bits of one that starts there', async () => {
    const store = new SlotStore(new MemoryFiles(), 'run');
    await trainTo(store, { faults: 'throw=21' });
    const save = (await loaded(store))!;
    const { batch } = switchingConfig;
    const place = placeAfter(save.progress.place, 5 * batch.accumulation, batch);
    const wanted = await trainTo(
      new SlotStore(new MemoryFiles(), 'run'),
      {},
      { ...structuredClone(save), progress: { ...save.progress, place } },
    );
    const back = await trainTo(store, { faults: 'poison=22', automatic: true });
    expect(back.rewinds).toEqual([{ from: 24, to: 20 }]);
    expect(back.end).toEqual(wanted.end);
    expect(back.metrics).toEqual(wanted.metrics);
    expect(back.pools).toEqual(wanted.pools);
  });

  it('knows its faults by name', () => {
    expect(parseFaults('lose=3,spike=40,lose=5')).toEqual({ lose: [3, 5], spike: [40] });
    for (const wrong of ['lose', 'flood=3', 'lose=x']) {
      expect(() => parseFaults(wrong)).toThrow(
        /is not one of poison, spike, throw, hang, lose, crash, reject, allocate/,
      );
    }
  });

  it('with a broken weight says so in that step, and ends after three', async () => {
    const { end, notices } = await trainWith('poison=80', false);
    expect(notices.map(({ code, step }) => [code, step])).toEqual([
      ['bad-step', 80],
      ['bad-step', 81],
      ['bad-step', 82],
    ]);
    expect(end).toMatchObject({ kind: 'diverged', step: 82 });
  });

  it('goes back to its save instead where it may, past the batches of the trouble, and ends well', async () => {
    const { end, notices, rewinds, rows, finite } = await trainWith('poison=80', true);
    expect(end.kind).toBe('done');
    expect(rewinds).toEqual([{ from: 82, to: saveAt }]);
    expect(notices.map(({ code }) => code)).toEqual(['bad-step', 'bad-step', 'bad-step', 'went-back']);
    expect(rows.map(({ step }) => step)).toEqual(Array.from({ length: 110 - saveAt }, (_, i) => saveAt + i));
    expect(finite).toBe(true);
  });

  it('notices a spike within two steps; goes back where it may, and ends where a clean run ends', async () => {
    const clean = await trainWith('', true);
    expect(clean.notices).toEqual([]);
    const told = await trainWith('spike=80', false);
    expect(told.end.kind).toBe('done');
    expect(told.notices[0]).toMatchObject({ code: 'spike' });
    expect([81, 82]).toContain(told.notices[0]!.step);
    const mended = await trainWith('spike=80', true);
    expect(mended.end.kind).toBe('done');
    expect(mended.rewinds).toHaveLength(1);
    const tail = (rows: MetricRow[]) => rows.slice(-10).reduce((sum, { loss }) => sum + loss, 0) / 10;
    console.log(
      `last losses: clean ${tail(clean.rows).toFixed(4)}, spike ${tail(told.rows).toFixed(4)}, spike taken back ${tail(mended.rows).toFixed(4)}`,
    );
    // Other batches from step 60 on, so not the same bits.
    expect(Math.abs(tail(mended.rows) - tail(clean.rows))).toBeLessThan(0.15);
    expect(tail(told.rows)).toBeGreaterThan(tail(clean.rows) + 0.3);
  });
});
