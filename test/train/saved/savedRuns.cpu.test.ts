/** The runs of a browser: begun, listed, gone on with from what is stored alone, refused where the data has changed. */
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../src/config/resolve.ts';
import type { RunConfig } from '../../../src/config/run.ts';
import { MemoryFiles } from '../../../src/storage/files.ts';
import { RunList } from '../../../src/storage/runs.ts';
import { type GivenFile } from '../../../src/data/prepare.ts';
import { prepareData } from '../../../src/train/run/data.ts';
import type { Keeper } from '../../../src/train/saved/keeper.ts';
import { Run } from '../../../src/train/run/run.ts';
import { SavedRuns } from '../../../src/train/saved/savedRuns.ts';
import { processor } from '../../cpu/processor.ts';
import type { MetricRow } from '../../../src/recipe/measurements.ts';
import type { RunNews } from '../../../src/train/run/listener.ts';
import { listening } from '../../../src/util/events.ts';

const text = (times: number): string =>
  'the quick brown fox jumps over the lazy dog and runs away from here\n\n'.repeat(times);
const files: GivenFile[] = [{ source: 'mine', name: 'mine.txt', bytes: new Blob([text(80)]) }];
const config: RunConfig = {
  ...resolveConfig({
    preset: 'smoke',
    data: ['mine'],
    set: ['base.steps=8', 'continued.steps=4', 'base.schedule.warmupSteps=2', 'batch.length=16', 'batch.sequences=2'],
  }),
};
const listener = { saved() {}, failed: (_: number, message: string) => expect.fail(message) };
const noShards = (name: string) => Promise.reject(new Error(`asked for ${name}`));
const prepare = (given: readonly GivenFile[], tokenizer = null) =>
  prepareData(config, given, noShards, () => {}, tokenizer && { tokenizer });

/** Losses of the run, stopped by force after so many of them. */
async function train(
  keeper: Keeper,
  from: Awaited<ReturnType<SavedRuns['load']>> | null,
  most: number,
): Promise<number[]> {
  const backend = await processor();
  const losses: number[] = [];
  const said = listening<RunNews>({
    state: (state: { kind: string }) => {
      if (state.kind !== 'paused') return;
      if (losses.length < most) run.step();
      else run.stop();
    },
    metric: (row: MetricRow) => void losses.push(row.loss),
  });
  const run = await Run.create(backend, config, await prepare(from?.files ?? files), said, null, {
    keeper,
    checkpoint: from?.checkpoint,
  });
  run.pause();
  await run.train();
  run.destroy();
  return losses;
}

describe('saved runs', () => {
  it('go on from what is stored, the user’s text included', async () => {
    const disk = new MemoryFiles();
    const runs = await SavedRuns.open(disk);
    const whole = await train(
      await runs.begin({ config, files, tokenizer: null }, 'all', await prepare(files), listener),
      null,
      12,
    );
    const first = await train(
      await runs.begin({ config, files, tokenizer: null }, 'all', await prepare(files), listener),
      null,
      5,
    );
    const [stopped, done] = await runs.list();
    expect(stopped).toMatchObject({
      preset: 'smoke',
      step: 5,
      endStep: 12,
      phase: 'base',
      state: 'stopped',
      loss: first[4],
    });
    expect(done).toMatchObject({ step: 12, state: 'done' });

    // Another visit: nothing but the disk is left.
    const later = await SavedRuns.open(disk);
    expect((await later.list()).map(({ step }) => step)).toEqual([5, 12]);
    expect(await later.config(stopped!.id)).toEqual(config);
    const resumed = await later.load(stopped!.id);
    const keeper = await later.goOn(stopped!.id, resumed, await prepare(resumed.files), listener);
    expect([...first, ...(await train(keeper, resumed, 99))]).toEqual(whole);
    expect((await later.list())[0]).toMatchObject({ id: stopped!.id, step: 12 });
    expect((await later.metrics(stopped!.id))!.loss).toEqual(Float64Array.from(whole));

    const changed = await later.load(stopped!.id);
    const other = await prepare([{ source: 'mine', name: 'mine.txt', bytes: new Blob([text(70)]) }]);
    await expect(later.goOn(stopped!.id, changed, other, listener)).rejects.toThrow(/not what it was/);
    await later.remove(stopped!.id);
    await later.remove(done!.id);
    expect(disk.contents.size).toBe(0);
  });

  it('are all there in a list made anew', async () => {
    const disk = new MemoryFiles();
    const runs = new SavedRuns(disk, new RunList(disk));
    const data = await prepare(files);
    for (let i = 0; i < 3; i++)
      await train(await runs.begin({ config, files, tokenizer: null }, 'all', data, listener), null, 1);
    const listed = await runs.list();
    expect(listed).toHaveLength(3);
    expect(await new RunList(disk).list()).toEqual(listed);
  });
});
