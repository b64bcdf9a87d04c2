/** A browser whose storage is full: what is deleted to make room, what never is, and what the user is told. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { FaultyFiles } from '../../../src/storage/faulty.ts';
import { type Files, MemoryFiles, type OpenFile } from '../../../src/storage/files.ts';
import type { Keeper, SavedState } from '../../../src/train/saved/keeper.ts';
import { SlotStore } from '../../../src/storage/slots.ts';
import { SavedRuns } from '../../../src/train/saved/savedRuns.ts';
import { mostFinishedBytes, undoTime } from '../../../src/util/kept.ts';
import { fakeData, progressAt, switchingConfig } from './fakeData.ts';

/** A disk of so many bytes: a write that does not fit fails, or takes what fits and says nothing, as a full disk does under OPFS. */
class SmallDisk implements Files {
  readonly kind = 'memory';
  readonly answersAtOnce = false;
  readonly files = new MemoryFiles();
  room = Infinity;
  short = false;

  get used(): number {
    return [...this.files.contents.values()].reduce((sum, { length }) => sum + length, 0);
  }
  list = () => this.files.list();
  remove = (name: string) => this.files.remove(name);
  async open(name: string): Promise<OpenFile> {
    const file = await this.files.open(name);
    const used = (): number => this.used;
    return {
      ...file,
      // As OPFS has it: the room is taken when bytes are written, not when a file is lengthened.
      truncate: (size) => file.truncate(Math.min(size, file.size() as number)),
      write: (bytes, at) => {
        const more = at + bytes.length - (file.size() as number);
        if (used() + more <= this.room) return file.write(bytes, at);
        if (!this.short) throw new DOMException('over the quota (injected)', 'QuotaExceededError');
        return file.write(bytes.subarray(0, bytes.length >> 1), at);
      },
    };
  }
}

const size = 4096;
const keep = (keeper: Keeper, step: number, state: SavedState, floats = size) =>
  keeper.keep(
    switchingConfig,
    'all',
    progressAt(step),
    state,
    Promise.resolve({
      parameters: new Float32Array(floats).fill(step),
      moments1: new Float32Array(floats),
      moments2: new Float32Array(floats),
    }),
  );

async function newRuns(disk: Files) {
  const told: string[] = [];
  const listener = {
    saved: ({ step }: { step: number }) => void told.push(`saved ${step}`),
    failed: (step: number, message: string) => void told.push(`failed ${step}: ${message}`),
    madeRoom: (message: string) => void told.push(message),
  };
  const runs = await SavedRuns.open(disk);
  const begin = (seed: number) =>
    runs.begin(
      { config: { ...switchingConfig, seed }, files: [], tokenizer: null },
      'all',
      fakeData(switchingConfig),
      listener,
    );
  /** A run of one save. */
  const leave = async (seed: number, state: SavedState): Promise<void> => {
    const keeper = await begin(seed);
    await keep(keeper, seed, state);
    // Saves are told apart by the millisecond.
    await new Promise((resolve) => setTimeout(resolve, 3));
    runs.release();
  };
  const left = async () => (await runs.list()).map(({ seed, state }) => `${seed} ${state}`);
  return { runs, told, begin, leave, left };
}

/** Files of a disk, byte for byte. */
const bytesOf = (disk: MemoryFiles) =>
  Object.fromEntries(
    [...disk.contents].map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]),
  );

describe('of runs that are over', () => {
  test('finished ones are kept while they fit into their room, each with one save; those that can be gone on with stay, however many', async () => {
    const disk = new MemoryFiles();
    const { leave, left, runs } = await newRuns(disk);
    for (let seed = 11; seed <= 17; seed++) await leave(seed, seed % 2 ? 'stopped' : 'training');
    for (let seed = 1; seed <= 6; seed++) await leave(seed, 'done');
    expect((await left()).slice(0, 6)).toEqual([6, 5, 4, 3, 2, 1].map((seed) => `${seed} done`));
    // As if the text kept with one of them were as large as their room: it and all that are older go, the latest stays.
    const [, second] = await runs.list();
    await new SlotStore(disk, second!.id).save([new Uint8Array(8)], {
      ...second!,
      inputBytes: mostFinishedBytes,
      bytes: null,
      id: null,
    });
    await leave(7, 'stopped');
    expect((await left()).filter((run) => run.endsWith('done'))).toEqual(['6 done']);
    expect(await left()).toHaveLength(1 + 1 + 7);
  });

  test('a run at its end keeps one save, which is whole', async () => {
    const disk = new MemoryFiles();
    const { begin, runs } = await newRuns(disk);
    const keeper = await begin(1);
    for (const step of [1, 2]) await keep(keeper, step, 'training');
    const heads = () =>
      [...disk.contents.keys()].filter((name) => /^[^.]+\.[ab]\.head$/.test(name) && !name.includes('-inputs')).length;
    expect(heads()).toBe(2);
    await keep(keeper, 3, 'done');
    expect(heads()).toBe(1);
    const [run] = await runs.list();
    expect((await runs.read(run!.id)).checkpoint.progress.step).toBe(3);
  });

  test('what a run left that never came to a save is cleared away by the next', async () => {
    const disk = new MemoryFiles();
    const { begin, leave, left, runs } = await newRuns(disk);
    await begin(1); // its text is stored, and then nothing
    runs.release();
    const before = disk.contents.size;
    await leave(2, 'stopped');
    expect(before).toBeGreaterThan(0);
    expect(await left()).toEqual(['2 stopped']);
    expect(new Set([...disk.contents.keys()].map((name) => name.replace(/(-inputs)?\..*/, ''))).size).toBe(1);
  });
});

describe('a deleted run', () => {
  test('can be had back to the byte, is in no list meanwhile, and is gone when its time has passed', async () => {
    const disk = new MemoryFiles();
    const { leave, left, runs } = await newRuns(disk);
    await leave(1, 'done');
    await leave(2, 'stopped');
    const before = bytesOf(disk);
    const ids = (await runs.list()).map(({ id }) => id);
    const now = Date.now();
    await runs.delete(ids, now);
    expect(await left()).toEqual([]);
    expect((await runs.listed()).deleted.map(({ seed, deletedAt }) => [seed, deletedAt])).toEqual([
      [2, now],
      [1, now],
    ]);
    // Another visit finds it as this one left it.
    const later = await SavedRuns.open(disk);
    expect(await later.list()).toEqual([]);
    await later.restore(ids);
    expect(bytesOf(disk)).toEqual(before);
    expect(await left()).toEqual(['2 stopped', '1 done']);

    await runs.delete([ids[1]!], now - undoTime);
    expect((await runs.listed()).deleted).toEqual([]);
    await expect(runs.restore([ids[1]!])).rejects.toMatchObject({ code: 'gone' });
    expect([...disk.contents.keys()].some((name) => name.startsWith(ids[1]!))).toBe(false);
    expect(await left()).toEqual(['2 stopped']);
  });

  test('is not cleared away by the run that is begun next, and gives up its room when that is asked for', async () => {
    const disk = new MemoryFiles();
    const { leave, left, runs } = await newRuns(disk);
    await leave(1, 'done');
    const { id } = (await runs.list())[0]!;
    await runs.delete([id], Date.now());
    await leave(2, 'stopped');
    await runs.restore([id]);
    expect(await left()).toEqual(['2 stopped', '1 done']);
    await runs.delete([id], Date.now());
    await runs.emptyDeleted();
    expect([...disk.contents.keys()].some((name) => name.startsWith(id))).toBe(false);
  });
});

/** A save, and one more for which the disk has 1,000 bytes left; `told` has what is said of the second. */
async function keepTwice(keeper: Keeper, disk: SmallDisk, told: string[]): Promise<void> {
  await keep(keeper, 1, 'training');
  disk.room = disk.used + 1000;
  told.length = 0;
  await keep(keeper, 2, 'training');
}

describe.each([false, true])('a full disk (takes part of the bytes without a word: %s)', (short) => {
  test('finished runs make room, oldest first and told of; the save succeeds', async () => {
    const disk = new SmallDisk();
    disk.short = short;
    const { begin, leave, left, told } = await newRuns(disk);
    await leave(1, 'done');
    await leave(2, 'stopped');
    await leave(3, 'done');
    const keeper = await begin(4);
    await keepTwice(keeper, disk, told);
    expect(told).toEqual([
      expect.stringMatching(
        /storage is full: the saves of a finished run were deleted.*seed 1, 40 steps, 0\.1 MB each/,
      ),
      'saved 2',
    ]);
    expect(await left()).toEqual(['4 training', '3 done', '2 stopped']);
  });

  test('deleted runs make room before any other, whatever they were', async () => {
    const disk = new SmallDisk();
    disk.short = short;
    const { begin, leave, left, told, runs } = await newRuns(disk);
    await leave(1, 'done');
    await leave(2, 'stopped');
    const { id } = (await runs.list())[0]!;
    await runs.delete([id], Date.now());
    const keeper = await begin(3);
    await keepTwice(keeper, disk, told);
    expect(told).toEqual(['saved 2']);
    expect(await left()).toEqual(['3 training', '1 done']);
    await expect(runs.restore([id])).rejects.toMatchObject({ code: 'gone' });
  });

  test('where only runs that can be gone on with are left, none is deleted: the save fails, the last one stays whole', async () => {
    const disk = new SmallDisk();
    disk.short = short;
    const { begin, leave, left, told } = await newRuns(disk);
    await leave(1, 'stopped');
    await leave(2, 'training');
    const keeper = await begin(3);
    await keepTwice(keeper, disk, told);
    expect(told).toEqual([
      expect.stringMatching(/^failed 2: Step 2 could not be saved\..*this save needs 0\.1 MB.*\(code (full|short)\)/),
    ]);
    expect(await left()).toEqual(['3 training', '2 training', '1 stopped']);
    expect((await keeper.last())!.progress.step).toBe(1);
    // The disk is freed by somebody: the next save succeeds.
    disk.room = Infinity;
    await keep(keeper, 3, 'training');
    expect(told.at(-1)).toBe('saved 3');
  });

  test('a run that cannot even begin leaves nothing behind', async () => {
    const disk = new SmallDisk();
    disk.short = short;
    const { begin, leave } = await newRuns(disk);
    await leave(1, 'stopped');
    const before = new Map(disk.files.contents);
    disk.room = disk.used + 100;
    await expect(begin(2)).rejects.toMatchObject({ code: short ? 'short' : 'full' });
    expect(disk.files.contents).toEqual(before);
  });
});

test('a save that fails for another reason deletes nothing, whatever call fails', async () => {
  const whole = new MemoryFiles();
  const before = await newRuns(whole);
  await before.leave(1, 'done');
  for (const fault of ['throw', 'busy', 'sentinel'] as const) {
    for (let at = 1; at <= 40; at++) {
      const disk = new MemoryFiles();
      for (const [name, bytes] of whole.contents) disk.contents.set(name, bytes.slice());
      const runs = await SavedRuns.open(new FaultyFiles(disk, { fault, at, lasting: false }));
      const quiet = { saved() {}, failed() {} };
      await runs
        .begin({ config: switchingConfig, files: [], tokenizer: null }, 'all', fakeData(switchingConfig), quiet)
        .catch(() => {});
      const left = await (await SavedRuns.open(disk)).list();
      // A count that cannot be is taken for a full disk, which finished runs make room on.
      const kept = fault === 'sentinel' ? expect.anything() : ['done'];
      expect(
        left.map(({ state }) => state),
        `${fault} at ${at}`,
      ).toEqual(kept);
    }
  }
});
