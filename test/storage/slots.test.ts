import { describe, expect, test } from 'vitest';
import { StorageError } from '../../src/storage/errors.ts';
import { type Fault, faults, FaultyFiles } from '../../src/storage/faulty.ts';
import { MemoryFiles } from '../../src/storage/files.ts';
import { encodeHead, headBytes, sha256 } from '../../src/storage/head.ts';
import { SlotStore, storedRuns } from '../../src/storage/slots.ts';
import { RandomStream } from '../../src/util/random.ts';
import { patience } from '../patience.ts';
import { bodyOf, partsOf, storeIn, testOptions, written } from './bodies.ts';
import { CutFiles } from './cutFiles.ts';

/** More with `npm run soak`. */
const powerCuts = Number(process.env.POWER_CUTS ?? 200);

const facts = (step: number) => ({ step });

/** Two generations saved: the store every fault is tried on. */
async function savedTwice(): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  const store = storeIn(files);
  await store.save(partsOf(1), facts(1));
  await store.save(partsOf(2), facts(2));
  return files;
}

function copyOf(files: MemoryFiles): MemoryFiles {
  const copy = new MemoryFiles();
  for (const [name, bytes] of files.contents) copy.contents.set(name, bytes.slice());
  return copy;
}

const flip = (files: MemoryFiles, name: string, at: number): void => void (files.contents.get(name)![at]! ^= 1);

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

  test('holds only files of runs, and lists know their names', async () => {
    const files = new MemoryFiles();
    for (const name of ['b.a.0', 'a.b.head', 'a.b.12', 'c.c.head', 'd.a.x', 'notes.txt', 'e.a.headless'])
      files.contents.set(name, new Uint8Array(1));
    expect(await storedRuns(files)).toEqual(['a', 'b']);
  });

  test('of an unfinished save is told of', async () => {
    const files = await savedTwice();
    files.contents.set('run-1.a.head', new Uint8Array(0));
    const store = storeIn(files);
    expect((await store.newest())!.generation).toBe(2);
    expect((await store.load())!.head.generation).toBe(2);
    expect(store.passed).toEqual([
      { kind: 'unfinished', message: 'The last save was not finished and was passed over.' },
    ]);
    files.contents.delete('run-1.a.head');
    await store.load();
    expect(store.passed.map(({ kind }) => kind)).toEqual(['unfinished']);
    expect(await storeIn(new MemoryFiles()).newest()).toBe(null);
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
  });

  test('a newer app’s save is neither read past nor overwritten', async () => {
    const files = await savedTwice();
    const newer = await encodeHead({ generation: 3, length: 0, segment: 256, sha256: '', facts: {} });
    new DataView(newer.buffer).setUint32(8, 2, true);
    newer.set(await sha256(newer.subarray(0, headBytes - 32)), headBytes - 32);
    files.contents.set('run-1.a.head', newer);
    const before = copyOf(files);
    await expect(storeIn(files).load()).rejects.toMatchObject({ code: 'newer' });
    await expect(storeIn(files).save(partsOf(3), facts(3))).rejects.toMatchObject({ code: 'newer' });
    expect(files.contents).toEqual(before.contents);
  });
});

describe('every storage call made to fail in every way', () => {
  /** Each: a typed error with a sentence, or success; then a healthy store finds what was saved. */
  async function tryFaults(
    what: (files: FaultyFiles) => Promise<unknown>,
    check: (files: MemoryFiles, outcome: unknown, label: string) => Promise<void>,
  ): Promise<number> {
    const saved = await savedTwice();
    const counting = new FaultyFiles(copyOf(saved), null);
    await what(counting);
    const calls = Array.from({ length: counting.calls }, (_, i) => i + 1);
    const plans = calls.flatMap((at) =>
      faults.flatMap((fault) => [false, true].map((lasting) => ({ fault, at, lasting }))),
    );
    // Side by side: most of the time is waiting for calls that hang.
    await Promise.all(
      plans.map(async (plan) => {
        const files = copyOf(saved);
        const outcome = await what(new FaultyFiles(files, plan)).catch((error: unknown) => error);
        await check(files, outcome, `${plan.fault} at ${plan.at}${plan.lasting ? ' and after' : ''}`);
      }),
    );
    return plans.length;
  }

  const codes: Record<Fault, string[]> = {
    throw: ['io'],
    full: ['full'],
    busy: ['busy'],
    hang: ['no-answer'],
    short: ['short', 'io'],
    sentinel: ['short', 'io'],
  };
  const expectTyped = (outcome: unknown, label: string): void => {
    expect(outcome, label).toBeInstanceOf(StorageError);
    const { code, message } = outcome as StorageError;
    expect(codes[label.split(' ')[0] as Fault], label).toContain(code);
    expect(message, label).toMatch(/^[A-Z].*[^.] \(code [a-z-]+\)\. [A-Z].*\.$/);
  };

  test('of a save: what was saved before is intact', async () => {
    const body = bodyOf(3, 840);
    const tried = await tryFaults(
      async (files) => {
        const store = storeIn(files);
        await store.load();
        return store.save(partsOf(3), facts(3));
      },
      async (files, outcome, label) => {
        const { head, body: found } = (await storeIn(files).load())!;
        if (outcome instanceof Error) {
          expectTyped(outcome, label);
          // The head may be on the disk although the save was not acknowledged: one ahead, never behind.
          expect([2, 3], label).toContain(head.generation);
        } else expect(head, label).toEqual(outcome);
        expect(found, label).toEqual(head.generation === 3 ? body : bodyOf(2, 840));
        // And the run can go on saving.
        const next = await storeIn(files).save(partsOf(4), facts(4));
        expect((await storeIn(files).load())!.head, label).toEqual(next);
      },
    );
    console.log(`a load and a save: ${tried} faults`);
    expect(tried).toBeGreaterThan(400);
  });

  test('of a load: an error or the right bytes, and nothing changes on the disk', async () => {
    const untouched = written((await savedTwice()).contents);
    const tried = await tryFaults(
      (files) => storeIn(files).load(),
      async (files, outcome, label) => {
        if (outcome instanceof Error) expectTyped(outcome, label);
        else expect(outcome, label).toMatchObject({ head: { generation: 2 }, body: bodyOf(2, 840) });
        expect(written(files.contents), label).toEqual(untouched);
      },
    );
    console.log(`a load: ${tried} faults`);
    expect(tried).toBeGreaterThan(200);
  });

  test('of a removal: an error, and never half a save taken for a whole one', async () => {
    const tried = await tryFaults(
      (files) => storeIn(files).remove(),
      async (files, outcome, label) => {
        if (outcome instanceof Error) expectTyped(outcome, label);
        const left = await storeIn(files).load();
        if (left) expect(left.body, label).toEqual(bodyOf(left.head.generation, 840));
      },
    );
    expect(tried).toBeGreaterThan(100);
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
});

test(
  'the power cut at any call of a save, sectors kept or lost at random: nothing acknowledged is lost',
  { timeout: patience + 300 * powerCuts },
  async () => {
    let unacknowledged = 0;
    for (let seed = 0; seed < powerCuts; seed++) {
      const random = new RandomStream(seed, 'power cuts');
      const files = new CutFiles();
      const store = new SlotStore(files, 'run-1', { ...testOptions, segment: 1024 });
      let acknowledged = 0;
      files.cutAfter(random.integer(90));
      try {
        for (let step = 1; ; step++) {
          await store.save([bodyOf(step, 2600)], facts(step));
          acknowledged = step;
        }
      } catch (error) {
        expect(error).toBeInstanceOf(StorageError);
      }
      const found = await new SlotStore(files.afterCut(random), 'run-1', { ...testOptions, segment: 1024 })
        .load()
        .catch((error: unknown) => {
          // Only where nothing was ever acknowledged may nothing be found.
          expect(error).toMatchObject({ code: 'damaged' });
          return null;
        });
      const generation = found?.head.generation ?? 0;
      expect([acknowledged, acknowledged + 1], `seed ${seed}`).toContain(generation);
      if (generation > acknowledged) unacknowledged++;
      if (found) expect(found.body, `seed ${seed}`).toEqual(bodyOf(generation, 2600));
    }
    console.log(`${powerCuts} power cuts: ${unacknowledged} left a save that was whole but not acknowledged`);
  },
);
