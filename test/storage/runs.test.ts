/** The list of runs, with every storage call of a listing and a deletion made to fail in every way; one that hung would time a test out. */
import { expect, test } from 'vitest';
import { StorageError } from '../../src/storage/errors.ts';
import { faults, FaultyFiles } from '../../src/storage/faulty.ts';
import { MemoryFiles } from '../../src/storage/files.ts';
import type { Facts } from '../../src/storage/head.ts';
import { inputsOf, RunList } from '../../src/storage/runs.ts';
import { SlotStore } from '../../src/storage/slots.ts';
import { bodyOf, partsOf, testOptions, written } from './bodies.ts';

const ids = ['one', 'two'];

async function twoRuns(): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  for (const [i, id] of ids.entries()) {
    await new SlotStore(files, inputsOf(id), testOptions).save(partsOf(9), {});
    const store = new SlotStore(files, id, testOptions);
    for (const step of [1, 2])
      await store.save(partsOf(10 * i + step), { step, endStep: 9, savedAt: i, state: 'paused' });
  }
  return files;
}

function copyOf(files: MemoryFiles): MemoryFiles {
  const copy = new MemoryFiles();
  for (const [name, bytes] of files.contents) copy.contents.set(name, bytes.slice());
  return copy;
}

const listIn = (files: ConstructorParameters<typeof RunList>[0]) => new RunList(files, undefined, testOptions);

async function tryFaults(
  what: (list: RunList) => Promise<unknown>,
  check: (files: MemoryFiles, outcome: unknown, label: string) => Promise<void>,
): Promise<number> {
  const saved = await twoRuns();
  const counting = new FaultyFiles(copyOf(saved), null);
  await what(listIn(counting));
  const calls = Array.from({ length: counting.calls }, (_, i) => i + 1);
  const plans = calls.flatMap((at) =>
    faults.flatMap((fault) => [false, true].map((lasting) => ({ fault, at, lasting }))),
  );
  await Promise.all(
    plans.map(async (plan) => {
      const files = copyOf(saved);
      const outcome = await what(listIn(new FaultyFiles(files, plan))).catch((error: unknown) => error);
      const label = `${plan.fault} at ${plan.at}${plan.lasting ? ' and after' : ''}`;
      if (outcome instanceof Error) expect(outcome, label).toBeInstanceOf(StorageError);
      await check(files, outcome, label);
    }),
  );
  return plans.length;
}

test('of a listing: an error, or runs as they are; nothing is changed', async () => {
  const untouched = written((await twoRuns()).contents);
  const tried = await tryFaults(
    (list) => list.list(),
    async (files, outcome, label) => {
      expect(written(files.contents), label).toEqual(untouched);
      if (outcome instanceof Error) return;
      // One whose head cannot be read now is left out, and is there again the next time.
      for (const run of outcome as { id: string }[]) expect(ids, label).toContain(run.id);
      expect((await listIn(files).list()).map(({ id }) => id)).toEqual(['two', 'one']);
    },
  );
  console.log(`a listing: ${tried} faults`);
  expect(tried).toBeGreaterThan(100);
});

test('of a deletion: an error or a run that is gone; the other one is whole', async () => {
  const tried = await tryFaults(
    (list) => list.remove('one'),
    async (files, outcome, label) => {
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

test('a store that is no run of the page is not listed and keeps its files', async () => {
  const files = await twoRuns();
  const strange: Facts[] = [
    {},
    { step: 1, endStep: 2, savedAt: null, state: 'paused' },
    { step: 1, endStep: 2, savedAt: 3, state: 'elsewhere' },
  ];
  for (const facts of strange) {
    await new SlotStore(files, 'other', testOptions).save(partsOf(1), facts);
    expect((await listIn(files).list()).map(({ id }) => id)).toEqual(['two', 'one']);
  }
  expect(await new SlotStore(files, 'other', testOptions).load()).not.toBeNull();
});

test('a table that throws or does not answer is done without', async () => {
  const files = await twoRuns();
  const broken = {
    all: () => Promise.reject(new DOMException('closed', 'InvalidStateError')),
    put: async () => {},
    remove: async () => {},
    metrics: async () => null,
  };
  expect((await new RunList(files, broken).list()).map(({ id }) => id)).toEqual(['two', 'one']);
  const silent = { ...broken, all: () => new Promise<never>(() => {}) };
  expect((await new RunList(files, silent).list()).map(({ id }) => id)).toEqual(['two', 'one']);
});
