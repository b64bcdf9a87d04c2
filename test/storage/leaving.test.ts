/** The save of a page's last moment: made at once, beside the two that are written in turn, and never in place of the only good one. */
import { describe, expect, test } from 'vitest';
import type { Files, OpenFile } from '../../src/storage/files.ts';
import { MemoryFiles } from '../../src/storage/files.ts';
import { FaultyFiles } from '../../src/storage/faulty.ts';
import { SlotStore } from '../../src/storage/slots.ts';
import { RandomStream } from '../../src/util/random.ts';
import { bodyOf, copyOf, listIn, partsOf, storeIn, testOptions } from './bodies.ts';
import { CutFiles } from './cutFiles.ts';

const facts = (step: number) => ({ step });
/** How much of what was not flushed is there after a cut, differently each time. */
const seeds = Number(process.env.POWER_CUTS ?? 200) / 10;

/** Files that have one opener at a time, as a browser's. */
class ExclusiveFiles implements Files {
  readonly kind = 'opfs';
  readonly answersAtOnce = true;
  readonly open_ = new Set<string>();
  readonly contents: MemoryFiles;

  constructor(contents = new MemoryFiles()) {
    this.contents = contents;
  }

  list = () => this.contents.list();

  async remove(name: string): Promise<void> {
    if (this.open_.has(name)) throw new DOMException('held', 'NoModificationAllowedError');
    await this.contents.remove(name);
  }

  async open(name: string): Promise<OpenFile> {
    if (this.open_.has(name)) throw new DOMException('held', 'NoModificationAllowedError');
    this.open_.add(name);
    const file = await this.contents.open(name);
    return { ...file, close: () => void this.open_.delete(name) };
  }

  /** What a worker leaves that has ended: its files, all closed. */
  afterEnd(): ExclusiveFiles {
    return new ExclusiveFiles(copyOf(this.contents));
  }
}

async function heldStore(files = new ExclusiveFiles()) {
  const store = storeIn(files);
  await store.hold(await store.save(partsOf(1), facts(1)));
  return { files, store };
}

const found = async (files: Files) => {
  const store = storeIn(files);
  const loaded = await store.load();
  return loaded && { step: loaded.head.facts.step, body: loaded.body, passed: store.passed };
};

describe('a save at once', () => {
  test('is there by the time that the call returns, and newer than the others', async () => {
    const { files, store } = await heldStore();
    expect(store.saveNow(partsOf(2), facts(2))).toMatchObject({ generation: 2, length: 840 });
    expect(await found(files.afterEnd())).toEqual({ step: 2, body: bodyOf(2, 840), passed: [] });
    expect((await storeIn(files.afterEnd()).newest())!.facts).toEqual({ step: 2 });
  });

  test('does not wait for a save under way, wherever that is', async () => {
    for (let turns = 0; turns < 40; turns++) {
      const { files, store } = await heldStore();
      const saving = store.save(partsOf(2), facts(2));
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      expect(store.saveNow(partsOf(3), facts(3))).not.toBeNull();
      expect(await found(files.afterEnd()), `after ${turns} turns`).toMatchObject({ step: 3 });
      await saving;
      expect(await found(files.afterEnd())).toMatchObject({ step: 3 });
    }
  });

  test('is longer than the one before by up to a segment', async () => {
    const { files, store } = await heldStore();
    expect(store.saveNow(partsOf(2, 840 + testOptions.segment), facts(2))).not.toBeNull();
    expect(await found(files.afterEnd())).toMatchObject({ step: 2, body: bodyOf(2, 840 + testOptions.segment) });
    // 840 bytes are in four segments, and a fifth is held.
    const full = await heldStore();
    expect(full.store.saveNow(partsOf(2, 5 * testOptions.segment), facts(2))).not.toBeNull();
    const again = await heldStore();
    expect(again.store.saveNow(partsOf(2, 5 * testOptions.segment + 4), facts(2))).toBeNull();
    expect(await found(again.files.afterEnd())).toMatchObject({ step: 1, passed: [] });
  });

  test('never writes over the newest good one', async () => {
    const { files, store } = await heldStore();
    store.saveNow(partsOf(2), facts(2));
    expect(store.saveNow(partsOf(3), facts(3))).toBeNull();
    expect(await found(files.afterEnd())).toMatchObject({ step: 2 });
    // The page stayed: an ordinary save, and then it may again.
    await store.save(partsOf(4), facts(4));
    expect(await found(files.afterEnd())).toMatchObject({ step: 4 });
    expect(store.saveNow(partsOf(5), facts(5))).not.toBeNull();
    expect(await found(files.afterEnd())).toMatchObject({ step: 5 });
  });

  test('is gone on from: the next save is another', async () => {
    const { files, store } = await heldStore();
    store.saveNow(partsOf(2), facts(2));
    const next = files.afterEnd();
    const resumed = storeIn(next);
    await resumed.load();
    await resumed.hold(await resumed.save(partsOf(3), facts(3)));
    expect(await found(next.afterEnd())).toMatchObject({ step: 3 });
    resumed.saveNow(partsOf(4), facts(4));
    expect(await found(next.afterEnd())).toMatchObject({ step: 4 });
  });

  test('is not made where nothing is held, or where files answer later', async () => {
    const store = storeIn(new MemoryFiles());
    const head = await store.save(partsOf(1), facts(1));
    expect(store.saveNow(partsOf(2), facts(2))).toBeNull();
    await store.hold(head);
    expect(store.saveNow(partsOf(2), facts(2))).not.toBeNull();
    store.letGo();
    expect(store.saveNow(partsOf(2), facts(2))).toBeNull();
    const later = new MemoryFiles();
    const slow = storeIn(new FaultyFiles(later, null));
    await slow.hold(await slow.save(partsOf(1), facts(1)));
    expect([...later.contents.keys()].filter((name) => name.includes('left'))).toEqual([]);
  });
});

describe('files that are held', () => {
  test('leave their run out of the list, which says so, until they are free', async () => {
    const files = new ExclusiveFiles();
    const store = storeIn(files);
    await store.hold(await store.save(partsOf(1), { step: 1, endStep: 9, savedAt: 0, state: 'training' }));
    const list = listIn(files);
    expect([await list.list(), list.waiting]).toEqual([[], true]);
    store.letGo();
    expect(await list.list()).toMatchObject([{ step: 1 }]);
    expect(list.waiting).toBe(false);
  });

  test('are passed over by whoever knows it, and by their store itself', async () => {
    const { files, store } = await heldStore();
    expect((await storeIn(files).newest(true))!.facts).toEqual({ step: 1 });
    await expect(storeIn(files).newest()).rejects.toThrow(/busy/);
    expect((await store.load())!.head.facts).toEqual({ step: 1 });
  });

  test('are as many as the next save may need, and none of one that is too long for a last moment', async () => {
    const files = new ExclusiveFiles();
    const store = new SlotStore(files, 'run-1', { ...testOptions, segment: 2 ** 25 });
    const head = await store.save(partsOf(1), facts(1));
    const longest = 96 * 2 ** 20;
    for (const [length, segments] of [
      [2 ** 25, 2],
      [2 ** 25 + 1, 3],
      [longest, 4],
    ] as const) {
      await store.hold({ ...head, length });
      const names = ['head', ...Array.from({ length: segments }, (_, i) => `${i}`)].map((part) => `run-1.left.${part}`);
      expect([...files.open_].sort()).toEqual(names.sort());
    }
    await store.hold({ ...head, length: longest + 1 });
    expect(files.open_.size).toBe(0);
    expect(store.saveNow(partsOf(2), facts(2))).toBeNull();
  });

  test('that take less than they are given are told of, by name', async () => {
    const files = new ExclusiveFiles();
    const open = files.open.bind(files);
    files.open = async (name) => {
      const file = await open(name);
      return name.endsWith('left.1') ? { ...file, write: () => 255 } : file;
    };
    const { store } = await heldStore(files);
    expect(() => store.saveNow(partsOf(2), facts(2))).toThrow(expect.objectContaining({ code: 'short' }));
    expect(() => store.saveNow(partsOf(2), facts(2))).toThrow(/run-1\.left\.1\b.*\b255\b.*\b256\b/);
    expect(await found(files.afterEnd())).toMatchObject({ step: 1 });
  });

  test('are let go of at the end, when only the last save stays', async () => {
    const { files, store } = await heldStore();
    await store.save(partsOf(2), facts(2));
    store.saveNow(partsOf(3), facts(3));
    await store.save(partsOf(4), facts(4));
    await store.dropOlder();
    expect(files.open_.size).toBe(0);
    expect(new Set((await files.list()).map((name) => name.split('.')[1]))).toEqual(new Set(['a']));
    await (await heldStore(files)).store.remove();
    expect(await files.list()).toEqual([]);
  });
});

test('a cut at any call of it leaves the one before or itself', async () => {
  const inTwoSegments = { ...testOptions, segment: 2048 };
  const body = (step: number) => bodyOf(step, 2600);
  let calls = 0;
  for (let ended = false; !ended; calls++) {
    for (let seed = 0; seed < seeds; seed++) {
      const random = new RandomStream(seed, 'cuts as a page is left');
      const files = new CutFiles();
      const store = new SlotStore(files, 'run-1', inTwoSegments);
      await store.hold(await store.save([body(1)], facts(1)));
      store.saveNow([body(2)], facts(2));
      await store.save([body(3)], facts(3));
      files.cutAfter(calls);
      try {
        store.saveNow([body(4)], facts(4));
        ended = true;
      } catch {
        // Cut.
      }
      const left = (await new SlotStore(files.afterCut(random), 'run-1', inTwoSegments).load())!;
      expect(ended ? [4] : [3, 4], `${calls} calls, seed ${seed}`).toContain(left.head.generation);
      expect(left.body).toEqual(body(left.head.generation));
    }
  }
  // Two segments and a head, each made as long, written and flushed: cut before every call of them, and not at all.
  expect(calls).toBe(3 * 3 + 1);
});
