/** Trials: a run that lends its weights goes on as if it had not, bit for bit; a grid trains what it says. */
import { describe, expect, it } from 'vitest';
import type { RunConfig } from '../../../src/config/run.ts';
import type { RunState } from '../../../src/protocol.ts';
import { type GridRow, missingCells } from '../../../src/recipe/grid.ts';
import { placeOfStep } from '../../../src/recipe/place.ts';
import { hasDiverged, readRange, sweepRates } from '../../../src/recipe/rangeTest.ts';
import { Run } from '../../../src/train/run/run.ts';
import type { Loan } from '../../../src/train/run/loan.ts';
import { type CellsNews, runCells } from '../../../src/train/trials/cells.ts';
import { overfit, sweep } from '../../../src/train/trials/trials.ts';
import { processor } from '../../cpu/processor.ts';
import { fakeData, switchingConfig } from '../saved/fakeData.ts';
import type { MetricRow } from '../../../src/recipe/measurements.ts';
import type { RunNews } from '../../../src/train/run/listener.ts';
import { listening } from '../../../src/util/events.ts';

const never = (): boolean => false;

/** Trains to the end, paused after 12 steps; there, or at the end, `work` borrows the engine. */
async function train(when: 'paused' | 'ended', work: ((loan: Loan) => Promise<unknown>) | null) {
  const backend = await processor();
  const rows: MetricRow[] = [];
  let lent: Promise<unknown> = Promise.resolve();
  const run = await Run.create(
    backend,
    switchingConfig,
    fakeData(switchingConfig),
    listening<RunNews>({
      state({ kind }: RunState) {
        if (kind !== 'paused') return;
        if (rows.length < 12) return run.step();
        if (work && when === 'paused') lent = run.lend(work);
        // Before the loan has ended: the run waits for it.
        run.resume();
      },
      metric(row) {
        rows.push(row);
        if (rows.length === 1) expect(() => run.lend(() => Promise.resolve())).toThrow('pause it first');
      },
    }),
  );
  run.pause();
  const end = await run.train();
  const before = await run.engine.snapshot();
  if (work && when === 'ended') lent = run.lend(work);
  const made = await lent;
  expect(await run.engine.snapshot()).toEqual(before);
  run.destroy();
  return { end, losses: rows.map(({ loss, gradNorm }) => [loss, gradNorm]), pools: before, made };
}

/** What lends nothing; trained once. */
let unlent: ReturnType<typeof train> | undefined;
const trainPlain = () => (unlent ??= train('ended', null));

describe('a run that lends its weights', () => {
  it('to a range test goes on bit for bit as one that does not', async () => {
    const plain = await trainPlain();
    const tested = await train('paused', (bench) => sweep(bench, () => {}, never));
    expect(tested.end).toEqual({ kind: 'done' });
    expect(tested.losses).toEqual(plain.losses);
    expect(tested.pools).toEqual(plain.pools);
    const points = tested.made as Awaited<ReturnType<typeof sweep>>;
    expect(points.map(({ rate }) => rate)).toEqual(sweepRates().slice(0, points.length));
    // It ended because the loss had risen, or at the highest rate.
    expect(hasDiverged(points) || points.length === sweepRates().length).toBe(true);
    expect(readRange(points).smoothed).toHaveLength(points.filter(({ loss }) => Number.isFinite(loss)).length);
  });

  it('to something that fails has them back all the same', async () => {
    const plain = await trainPlain();
    const backend = await processor();
    const run = await Run.create(
      backend,
      switchingConfig,
      fakeData(switchingConfig),
      listening<RunNews>({
        state: ({ kind }: RunState) => void (kind === 'paused' && run.resume()),
      }),
    );
    await run.train();
    const failed = run.lend(async ({ engine, batches, blend }) => {
      for (let step = 0; step < 3; step++)
        engine.submitStep(step, () => batches.draw(placeOfStep(step, switchingConfig.batch), blend), 0.5, step + 1);
      throw new Error('as asked');
    });
    await expect(failed).rejects.toThrow('as asked');
    expect(await run.engine.snapshot()).toEqual(plain.pools);
    run.destroy();
  });

  it('to an overfit learns one row by heart, and ends early where it is told to', async () => {
    const { made } = await train('ended', (bench) => overfit(bench, () => {}, never));
    const { losses, learnt } = made as Awaited<ReturnType<typeof overfit>>;
    expect(learnt).toBe(true);
    expect(losses.at(-1)!).toBeLessThan(0.1 * losses[0]!);
    const { made: ended } = await train('ended', (bench) =>
      overfit(
        bench,
        () => {},
        () => true,
      ),
    );
    expect((ended as Awaited<ReturnType<typeof overfit>>).losses).toHaveLength(4);
  });
});

describe('a grid', () => {
  /** A world small enough to be trained on for a few steps a cell. */
  const plan = { rates: [1e-3, 1e-2], batches: [2, 4], tokens: 1024, seeds: [1, 2] };

  it('runs every cell with every seed on equal tokens, and not again what is done', async () => {
    const backend = await processor();
    const { presetConfig } = await import('../../../src/config/presets.ts');
    const config: RunConfig = presetConfig('ci');
    const rows: GridRow[] = [];
    const tokens: number[] = [];
    const noShards = () => Promise.reject(new Error('a world reads no shard'));
    const missing = missingCells(config, plan, []);
    const listener = listening<CellsNews>({
      begin: ({ run }) => void tokens.push(run.plan.endStep * run.plan.tokensPerStep),
      end: ({ cell, loss }) => void rows.push({ ...missing[cell]!.cell, loss }),
    });
    const work = { cells: missing.map((one) => one.config), files: [] };
    expect(await runCells(backend, work, noShards, listener, never)).toBe(true);
    expect(rows.map(({ sequences, seed, rate }) => [sequences, seed, rate])).toEqual(
      plan.batches.flatMap((sequences) =>
        plan.seeds.flatMap((seed) => plan.rates.map((rate) => [sequences, seed, rate])),
      ),
    );
    expect(new Set(tokens)).toEqual(new Set([1024]));
    for (const { loss } of rows) expect(loss).toBeLessThan(6);

    // The last row again, from nothing but its cell: the same bits.
    const rest = missingCells(config, plan, rows.slice(0, -1));
    expect(rest.map(({ cell }) => cell)).toEqual([missing.at(-1)!.cell]);
    const again: (number | null)[] = [];
    const hearing = listening<CellsNews>({ end: ({ loss }) => void again.push(loss) });
    await runCells(backend, { cells: rest.map((one) => one.config), files: [] }, noShards, hearing, never);
    expect(again).toEqual([rows.at(-1)!.loss]);
    expect(await runCells(backend, work, noShards, listener, () => true)).toBe(false);
  });
});
