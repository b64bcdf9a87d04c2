/** Every storage call made to fail in every way, and the power cut at any: one that hung would time a test out. */
import { describe, expect, test } from 'vitest';
import { StorageError } from '../../src/storage/errors.ts';
import type { StorageFault } from '../../src/storage/faulty.ts';
import { SlotStore } from '../../src/storage/slots.ts';
import { RandomStream } from '../../src/util/random.ts';
import { patience } from '../patience.ts';
import { bodyOf, listIn, partsOf, savedTwice, storeIn, testOptions, tryFaults, twoRuns, written } from './bodies.ts';
import { CutFiles } from './cutFiles.ts';

/** More with `npm run soak`. */
const powerCuts = Number(process.env.POWER_CUTS ?? 200);

const facts = (step: number) => ({ step });

describe('every storage call made to fail in every way', () => {
  // Each: a typed error with a sentence, or success; then a healthy store finds what was saved.
  const codes: Record<StorageFault, string[]> = {
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
    expect(codes[label.split(' ')[0] as StorageFault], label).toContain(code);
    expect(message, label).toMatch(/^[A-Z].*[^.] \(code [a-z-]+\)\. [A-Z].*\.$/);
  };

  test('of a save: what was saved before is intact', async () => {
    const body = bodyOf(3, 840);
    const tried = await tryFaults(
      await savedTwice(),
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
      await savedTwice(),
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
      await savedTwice(),
      (files) => storeIn(files).remove(),
      async (files, outcome, label) => {
        if (outcome instanceof Error) expectTyped(outcome, label);
        const left = await storeIn(files).load();
        if (left) expect(left.body, label).toEqual(bodyOf(left.head.generation, 840));
      },
    );
    expect(tried).toBeGreaterThan(100);
  });

  test('of a listing: an error, or runs as they are; nothing is changed', async () => {
    const untouched = written((await twoRuns()).contents);
    const tried = await tryFaults(
      await twoRuns(),
      (files) => listIn(files).list(),
      async (files, outcome, label) => {
        if (outcome instanceof Error) expect(outcome, label).toBeInstanceOf(StorageError);
        expect(written(files.contents), label).toEqual(untouched);
        if (outcome instanceof Error) return;
        // One whose head cannot be read now is left out, and is there again the next time.
        for (const run of outcome as { id: string }[]) expect(['one', 'two'], label).toContain(run.id);
        expect((await listIn(files).list()).map(({ id }) => id)).toEqual(['two', 'one']);
      },
    );
    console.log(`a listing: ${tried} faults`);
    expect(tried).toBeGreaterThan(100);
  });

  test('of a deletion: an error or a run that is gone; the other one is whole', async () => {
    const tried = await tryFaults(
      await twoRuns(),
      (files) => listIn(files).remove('one'),
      async (files, outcome, label) => {
        if (outcome instanceof Error) expect(outcome, label).toBeInstanceOf(StorageError);
        const other = (await new SlotStore(files, 'two', testOptions).load())!;
        expect(other.body, label).toEqual(bodyOf(12, 840));
        const left = await listIn(files).list();
        if (!(outcome instanceof Error))
          expect(
            left.map(({ id }) => id),
            label,
          ).toEqual(['two']);
        // What an interrupted deletion leaves can be deleted, and is no half run.
        const rest = await new SlotStore(files, 'one', testOptions).load();
        if (rest) expect(rest.body, label).toEqual(bodyOf(rest.head.generation, 840));
        await listIn(files).remove('one');
        expect(
          [...files.contents.keys()].filter((name) => name.startsWith('one')),
          label,
        ).toEqual([]);
      },
    );
    console.log(`a deletion: ${tried} faults`);
    expect(tried).toBeGreaterThan(100);
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
