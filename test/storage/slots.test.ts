import { afterEach, describe, expect, test, vi } from 'vitest';
import { StorageError } from '../../src/storage/errors.ts';
import { MemoryFiles } from '../../src/storage/files.ts';
import { encodeHead, headBytes, digestOf } from '../../src/storage/head.ts';
import { SlotStore, storedRuns } from '../../src/storage/slots.ts';
import { bodyOf, copyOf, partsOf, savedTwice, storeIn, testOptions } from './bodies.ts';

const facts = (step: number) => ({ step });

const flip = (files: MemoryFiles, name: string, at: number): void => void (files.contents.get(name)![at]! ^= 1);

describe('a file that another holds', () => {
  afterEach(() => void vi.useRealTimers());

  test.each([
    [9700, true],
    [10_300, false],
  ])('for %i ms: saved %s', async (held, isSaved) => {
    vi.useFakeTimers();
    const files = new MemoryFiles();
    const open = files.open.bind(files);
    let isFree = false;
    setTimeout(() => (isFree = true), held);
    files.open = (name) =>
      isFree ? open(name) : Promise.reject(new DOMException('held', 'NoModificationAllowedError'));
    const save = new SlotStore(files, 'run').save([bodyOf(1, 100)], facts(1)).catch((error: StorageError) => error);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(await save).toMatchObject(isSaved ? { generation: 1 } : { code: 'busy' });
  });
});

describe('saving and loading', () => {
  test('nothing saved is no error', async () => {
    expect(await storeIn(new MemoryFiles()).load()).toBeNull();
  });

  test('the newest save comes back byte for byte, shorter and longer ones after each other', async () => {
    const files = new MemoryFiles();
    const store = storeIn(files);
    for (const [generation, length] of [840, 4, 2048, 256, 0, 1000].entries()) {
      const body = bodyOf(generation, length);
      const head = await store.save([body], facts(generation));
      const loaded = (await storeIn(files).load())!;
      expect(loaded.head).toEqual(head);
      expect(loaded.head).toMatchObject({ generation: generation + 1, length, facts: { step: generation } });
      expect(loaded.body).toEqual(body);
    }
    // Two slots, each with the segments of its own body and no others: 1000 bytes in b, 0 in a.
    expect(files.contents.size).toBe(2 + 4);
  });

  test('a second store goes on where the first stopped, and runs are told apart', async () => {
    const files = await savedTwice();
    const again = await storeIn(files).save(partsOf(3), facts(3));
    expect(again.generation).toBe(3);
    await new SlotStore(files, 'run-2', testOptions).save(partsOf(4), facts(4));
    expect(await storedRuns(files)).toEqual(['run-1', 'run-2']);
    await storeIn(files).remove();
    expect(await storedRuns(files)).toEqual(['run-2']);
  });
});

describe('room', () => {
  const names = (files: MemoryFiles) => [...files.contents.keys()].sort();

  test('of the older save is freed, and of the newer one never', async () => {
    for (const saves of [2, 3]) {
      const files = new MemoryFiles();
      for (let step = 1; step <= saves; step++) await storeIn(files).save(partsOf(step), facts(step));
      const slot = saves === 2 ? 'b' : 'a';
      await storeIn(files).dropOlder();
      expect(names(files)).toEqual(['0', '1', '2', '3', 'head'].map((part) => `run-1.${slot}.${part}`));
      expect((await storeIn(files).load())!.head.generation).toBe(saves);
      await storeIn(files).dropOlder(); // one is left, which stays
      expect(names(files)).toHaveLength(5);
    }
  });

  test('of saves that never came to an end is left to what clears those away', async () => {
    const files = new MemoryFiles();
    for (const slot of 'ab') files.contents.set(`run-1.${slot}.0`, new Uint8Array(3));
    await storeIn(files).dropOlder();
    expect(names(files)).toEqual(['run-1.a.0', 'run-1.b.0']);
  });

  test('of what is damaged is not freed in place of what is whole', async () => {
    const files = await savedTwice();
    flip(files, 'run-1.b.0', 0);
    await storeIn(files).dropOlder();
    expect(names(files).every((name) => name.startsWith('run-1.a.'))).toBe(true);
  });

  test('is freed of one run alone, heads first', async () => {
    const files = await savedTwice();
    files.contents.set('run-10.a.0', new Uint8Array(1));
    const removed: string[] = [];
    const remove = files.remove.bind(files);
    files.remove = (name) => (removed.push(name), remove(name));
    const store = storeIn(files);
    await store.remove();
    expect(removed.slice(0, 2).sort()).toEqual(['run-1.a.head', 'run-1.b.head']);
    expect(names(files)).toEqual(['run-10.a.0']);
    // A store that has removed its run begins again in the first slot.
    await store.save(partsOf(5), facts(5));
    expect(names(files)).toContain('run-1.a.head');
  });

  test('of a longer save before it is freed in its own slot and run alone', async () => {
    const files = await savedTwice();
    await new SlotStore(files, 'run-2', testOptions).save(partsOf(3), facts(3));
    const others = names(files).filter((name) => !name.startsWith('run-1.a.'));
    await storeIn(files).save([bodyOf(4, 4)], facts(4));
    expect(names(files)).toEqual([...others, 'run-1.a.0', 'run-1.a.head'].sort());
  });

  test('holds only files of runs, and lists know their names', async () => {
    const files = new MemoryFiles();
    for (const name of [
      'b.a.0',
      'a.b.head',
      'a.b.12',
      'c.c.head',
      'd.a.x',
      'notes.txt',
      'e.a.headless',
      '/f.a.0',
      'g.a.12',
    ])
      files.contents.set(name, new Uint8Array(1));
    expect(await storedRuns(files)).toEqual(['a', 'b', 'g']);
  });

  test('of an unfinished save is told of', async () => {
    const files = await savedTwice();
    files.contents.set('run-1.a.head', new Uint8Array(0));
    const store = storeIn(files);
    expect((await store.newest())!.generation).toBe(2);
    expect((await store.load())!.head.generation).toBe(2);
    expect(store.passed).toEqual([{ kind: 'unfinished', message: 'The last save was not finished and was skipped.' }]);
    files.contents.delete('run-1.a.head');
    await store.load();
    expect(store.passed.map(({ kind }) => kind)).toEqual(['unfinished']);
    expect(await storeIn(new MemoryFiles()).newest()).toBe(null);
    // The third slot has files from when it is held.
    files.contents.set('run-1.left.0', new Uint8Array(3));
    await store.load();
    expect(store.passed.length).toBe(1);
  });
});

describe('damage', () => {
  test('one bit anywhere in the newest save: named, and the one before it is used', async () => {
    const saved = await savedTwice();
    const sites = ['run-1.b.0', 'run-1.b.2', 'run-1.b.3', 'run-1.b.head'].flatMap((name) =>
      [0, 9, saved.contents.get(name)!.length - 1].map((at) => [name, at] as const),
    );
    for (const [name, at] of sites) {
      const files = copyOf(saved);
      flip(files, name, at);
      const store = storeIn(files);
      expect((await store.load())!.head.facts.step, `${name} ${at}`).toBe(1);
      expect(store.passed.map(({ kind }) => kind)).toEqual(['damaged']);
      expect(store.passed[0]!.message).toMatch(name.endsWith('head') ? /head of slot b/ : /Save 2 \(step 2\)/);
      // The next save replaces the damaged one, not the good one.
      await store.save(partsOf(3), facts(3));
      flip(files, 'run-1.b.0', 0);
      expect((await storeIn(files).load())!.head.facts.step).toBe(1);
    }
  });

  test('a segment missing, cut or lengthened is damage too', async () => {
    const saved = await savedTwice();
    const bytes = saved.contents.get('run-1.b.3')!;
    for (const damaged of [undefined, bytes.subarray(0, 10).slice(), new Uint8Array(300)]) {
      const files = copyOf(saved);
      if (damaged) files.contents.set('run-1.b.3', damaged);
      else files.contents.delete('run-1.b.3');
      expect((await storeIn(files).load())!.head.facts.step).toBe(1);
    }
  });

  test('both saves damaged: one error that names both', async () => {
    const files = await savedTwice();
    flip(files, 'run-1.a.1', 5);
    flip(files, 'run-1.b.1', 5);
    const error = await storeIn(files)
      .load()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({ code: 'damaged' });
    expect(String(error)).toMatch(/Save 2 .*Save 1 /);
    // Nothing is left to protect: the next save takes their place.
    await storeIn(files).save(partsOf(3), facts(3));
    expect((await storeIn(files).load())!.head).toMatchObject({ generation: 3, facts: facts(3) });
  });

  test('a newer app’s save is neither read past nor overwritten', async () => {
    const files = await savedTwice();
    const newer = await encodeHead({ generation: 3, length: 0, segment: 256, sha256: '', facts: {} });
    new DataView(newer.buffer).setUint32(8, 2, true);
    newer.set(await digestOf(newer.subarray(0, headBytes - 32)), headBytes - 32);
    files.contents.set('run-1.a.head', newer);
    const before = copyOf(files);
    await expect(storeIn(files).load()).rejects.toMatchObject({ code: 'newer' });
    await expect(storeIn(files).save(partsOf(3), facts(3))).rejects.toMatchObject({ code: 'newer' });
    expect(files.contents).toEqual(before.contents);
  });
});

test('a file that cannot be opened for another reason is told of at once', async () => {
  const files = await savedTwice();
  let asked = 0;
  files.open = async () => {
    asked++;
    throw new DOMException('broken', 'UnknownError');
  };
  const store = new SlotStore(files, 'run-1', { ...testOptions, patience: 1000 });
  await expect(store.load()).rejects.toMatchObject({ code: 'io' });
  expect(asked).toBe(1);
  // A save that cannot read what is there writes over nothing: it might be whole.
  await expect(store.save(partsOf(3), facts(3))).rejects.toMatchObject({ code: 'io' });
  expect(asked).toBe(2);
});

test('a file that a dying worker holds for a while is waited for', async () => {
  const files = await savedTwice();
  const open = files.open.bind(files);
  let refusals = 3;
  files.open = async (name) => {
    if (refusals-- > 0) throw new DOMException('held', 'NoModificationAllowedError');
    return open(name);
  };
  expect((await new SlotStore(files, 'run-1', { ...testOptions, patience: 1000 }).load())!.head.generation).toBe(2);
});
