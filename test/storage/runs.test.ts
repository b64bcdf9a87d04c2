/** The list of runs: what it shows, what it keeps beside the saves, and what of them it clears away. */
import { expect, test } from 'vitest';
import { encodeHead, type Facts, headBytes, digestOf } from '../../src/storage/head.ts';
import { inputsOf, RunList } from '../../src/storage/runs.ts';
import { MemoryTable } from '../../src/storage/runTable.ts';
import { SlotStore } from '../../src/storage/slots.ts';
import { bodyOf, listIn, partsOf, testOptions, twoRuns } from './bodies.ts';

const ids = ['one', 'two'];

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
  expect((await new RunList(files, broken, testOptions).list()).map(({ id }) => id)).toEqual(['two', 'one']);
  const silent = { ...broken, all: () => new Promise<never>(() => {}) };
  expect((await new RunList(files, silent, testOptions).list()).map(({ id }) => id)).toEqual(['two', 'one']);
});

const columns = { steps: [1] } as never;

test('the list says of a run what its newest head says, newest run first', async () => {
  const files = await twoRuns();
  const [two, one] = await listIn(files).list();
  expect(one).toEqual({ id: 'one', step: 2, endStep: 9, savedAt: 0, state: 'paused', bytes: 840, generation: 2 });
  expect(two).toMatchObject({ id: 'two', savedAt: 1 });
});

test('the table is brought in line with what lies there', async () => {
  const files = await twoRuns();
  const put: string[] = [];
  const removed: string[] = [];
  const [two, one] = await listIn(files).list();
  const table = {
    // One is known as it is, the other as an older save of it, and a third is gone.
    all: async () => [one!, { ...two!, generation: 1 }, { ...one!, id: 'gone' }],
    put: async ({ id, generation }: { id: string; generation: number }) => void put.push(`${id} ${generation}`),
    remove: async (id: string) => void removed.push(id),
    metrics: async () => null,
  };
  expect((await new RunList(files, table, testOptions).list()).map(({ id }) => id)).toEqual(['two', 'one']);
  expect([put, removed]).toEqual([['two 2'], ['gone']]);
});

test('curves are kept beside the list until their run is removed', async () => {
  const files = await twoRuns();
  const list = listIn(files);
  const [two] = await list.list();
  expect(await list.metrics('two')).toBe(null);
  await list.put(two!, columns);
  expect(await list.metrics('two')).toBe(columns);
  const memory = new MemoryTable();
  await memory.put(two!);
  expect(await memory.all()).toEqual([two]);
  await list.remove('two');
  expect(await list.metrics('two')).toBe(null);
  expect((await list.list()).map(({ id }) => id)).toEqual(['one']);
  expect([...files.contents.keys()].filter((name) => name.startsWith('two'))).toEqual([]);
});

test('a deleted run is listed by itself, latest first, with its files, until it is restored', async () => {
  const files = await twoRuns();
  const list = listIn(files);
  await list.markDeleted('one', 500);
  await list.markDeleted('two', 400);
  expect(await list.list()).toEqual([]);
  expect((await list.deleted()).map(({ id, deletedAt }) => [id, deletedAt])).toEqual([
    ['one', 500],
    ['two', 400],
  ]);
  await list.restore('one');
  expect((await list.list()).map(({ id }) => id)).toEqual(['one']);
  expect((await list.deleted()).map(({ id }) => id)).toEqual(['two']);
  expect((await new SlotStore(files, 'two', testOptions).load())!.body).toEqual(bodyOf(12, 840));
});

test('runs of a newer version are counted, left out and left alone', async () => {
  const files = await twoRuns();
  const list = listIn(files);
  await list.list();
  expect(list.notes).toEqual([]);
  for (const [n, id] of ids.entries()) {
    const newer = await encodeHead({ generation: 3, length: 0, segment: 256, sha256: '', facts: {} });
    newer[8] = 2;
    newer.set(await digestOf(newer.slice(0, headBytes - 32)), headBytes - 32);
    // What it is trained on is no run of its own.
    for (const name of [id, inputsOf(id)]) files.contents.set(`${name}.a.head`, newer);
    expect(await list.list()).toHaveLength(1 - n);
    expect(list.notes).toEqual([
      expect.stringMatching(n === 0 ? /^One run here was saved/ : /^2 runs here were saved/),
    ]);
  }
});

test('a run whose files cannot be opened is left out, and not taken for a newer version’s', async () => {
  const files = await twoRuns();
  const open = files.open.bind(files);
  files.open = (name) =>
    name.startsWith('one') ? Promise.reject(new DOMException('broken', 'UnknownError')) : open(name);
  const list = listIn(files);
  expect((await list.list()).map(({ id }) => id)).toEqual(['two']);
  expect(list.notes).toEqual([]);
});

test('what never came to a save is cleared away: not what is being begun, nor what is damaged', async () => {
  const files = await twoRuns();
  const unfinished = (id: string) => files.contents.set(`${id}.a.0`, new Uint8Array(3));
  ['left', 'begun'].forEach(unfinished);
  await new SlotStore(files, inputsOf('left'), testOptions).save(partsOf(9), {});
  await new SlotStore(files, 'damaged', testOptions).save(partsOf(9), {});
  files.contents.get('damaged.a.0')![0]! ^= 1;
  files.contents.set('torn.a.head', new Uint8Array(headBytes).fill(1));
  await listIn(files).removeUnbegun(new Set(['begun']));
  const left = new Set([...files.contents.keys()].map((name) => name.split('.')[0]));
  expect([...left].sort()).toEqual(['begun', 'damaged', 'one', 'one-inputs', 'torn', 'two', 'two-inputs']);
});

test('the older save of a run at its end can go', async () => {
  const files = await twoRuns();
  await listIn(files).markDeleted('two', 500);
  await listIn(files).dropOlder('two');
  expect(await listIn(files).deleted()).toMatchObject([{ id: 'two', deletedAt: 500 }]);
  const heads = [...files.contents.keys()].filter((name) => /^two\..\.head$/.test(name));
  expect(heads).toEqual(['two.b.head']);
  expect((await new SlotStore(files, 'two', testOptions).load())!.head.facts['step']).toBe(2);
});
