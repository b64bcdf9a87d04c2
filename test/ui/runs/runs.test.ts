import { describe, expect, test, vi } from 'vitest';
import { presetConfig } from '../../../src/config/presets.ts';
import { runLook } from '../../../src/ui/chart/palette.ts';
import { bySeedlessKey, freePlace, meanOf, nameFor, NO_FIGURES, type RunRecord } from '../../../src/ui/runs/record.ts';
import { History } from '../../../src/ui/chart/columns.ts';
import {
  curves,
  currentId,
  keepRuns,
  records,
  removedRows,
  removeRows,
  restoreRows,
} from '../../../src/ui/runs/ledger.ts';
import { beginRun, leaveRun, receive } from '../../../src/ui/run/run.ts';
import { heldOutOf, measuredSources, sorted, switchOf } from '../../../src/ui/runs/rows.ts';
import { savesOfRows } from '../../../src/ui/runs/saves.ts';
import type { SavedRun } from '../../../src/protocol.ts';
import { planRun } from '../../../src/recipe/phases.ts';

function record(id: string, changes: Partial<RunRecord> = {}): RunRecord {
  return {
    id,
    name: id,
    note: '',
    config: presetConfig('tiny'),
    part: 'all',
    state: { kind: 'done' },
    startedAt: 0,
    place: 0,
    hidden: false,
    pinned: false,
    figures: NO_FIGURES,
    ...changes,
  };
}

const ids = (rows: readonly RunRecord[]) => rows.map(({ id }) => id).join('');
const loss = (value: number | null) => ({ figures: { ...NO_FIGURES, loss: value } });

test('names are never taken twice, however many runs there are', () => {
  const taken = new Set<string>();
  for (let i = 0; i < 2000; i++) taken.add(nameFor(7, taken));
  expect(taken.size).toBe(2000);
  expect(nameFor(7, new Set())).toMatch(/^[a-z]+ [a-z]+$/);
});

test('twenty places have twenty looks, and the smallest free one is taken', () => {
  const looks = Array.from({ length: 20 }, (_, place) => JSON.stringify(runLook(place)));
  expect(new Set(looks).size).toBe(20);
  expect(freePlace([record('a', { place: 0 }), record('b', { place: 2 })])).toBe(1);
});

describe('sorted', () => {
  const runs = [record('a', loss(2)), record('b', loss(null)), record('c', loss(1)), record('d', loss(Number.NaN))];

  test('by a column either way, with nothing to sort by at the end', () => {
    expect(ids(sorted(runs, { column: 'loss', descending: false }, null))).toBe('cabd');
    expect(ids(sorted(runs, { column: 'loss', descending: true }, null))).toBe('acbd');
    expect(ids(sorted(runs, null, null))).toBe('abcd');
  });

  test('pinned runs stand first', () => {
    const pinned = runs.map((run) => (run.id === 'd' ? { ...run, pinned: true } : run));
    expect(ids(sorted(pinned, { column: 'loss', descending: false }, null))).toBe('dcab');
  });
});

test('held-out loss of a source, and plainly averaged', () => {
  const run = record('a', { figures: { ...NO_FIGURES, heldOut: { news: 2, code: 4 } } });
  expect(heldOutOf(run, 'code')).toBe(4);
  expect(heldOutOf(run, 'legal')).toBeNull();
  expect(heldOutOf(run, null)).toBe(3);
  expect(heldOutOf(record('b'), null)).toBeNull();
  expect(measuredSources([run, record('b')])).toEqual(['news', 'code']);
});

test('runs that differ in their seed alone come together', () => {
  const seeded = (id: string, seed: number) => record(id, { config: { ...presetConfig('tiny'), seed } });
  const other = record('x', { config: presetConfig('smoke') });
  const groups = bySeedlessKey([seeded('a', 1), other, seeded('b', 2)], (run) => run);
  expect(groups.map(ids)).toEqual(['ab', 'x']);
  expect(switchOf(seeded('a', 1))).toBe(switchOf(seeded('b', 2)));
});

test('mean and standard deviation', () => {
  expect(meanOf([])).toBeNull();
  expect(meanOf([3, null])).toEqual({ mean: 3, spread: null });
  expect(meanOf([1, 3, Number.NaN])).toEqual({ mean: 2, spread: Math.SQRT2 });
});

describe('the save of a row', () => {
  const save = (id: string, startedAt: number, changes: Partial<SavedRun> = {}): SavedRun => ({
    id,
    preset: 'tiny',
    seed: 1,
    part: 'all',
    step: 10,
    endStep: planRun(presetConfig('tiny'), 'all').endStep,
    phase: 'qa',
    loss: 2,
    state: 'done',
    startedAt,
    savedAt: startedAt + 5,
    bytes: 100,
    generation: 1,
    ...changes,
  });
  const idsOf = (rows: RunRecord[], saves: SavedRun[]) =>
    [...savesOfRows(rows, saves)].map(([row, { id }]) => `${row} ${id}`).sort();

  test('is the one that the row names, whatever else would fit', () => {
    expect(idsOf([record('a', { saved: 'x' }), record('b', { saved: 'gone' })], [save('y', 1), save('x', 9)])).toEqual([
      'a x',
    ]);
  });

  test('of an earlier version of the page is the first one begun after the row and before the next like it', () => {
    const rows = [
      record('late', { startedAt: 200 }),
      record('early', { startedAt: 100 }),
      record('later', { startedAt: 300 }),
    ];
    const found = idsOf(rows, [save('a', 110), save('b', 205), save('c', 207), save('before', 99)]);
    expect(found).toEqual(['early a', 'late b']);
  });

  test('is not one of another recipe', () => {
    const other = [
      save('a', 110, { seed: 2 }),
      save('b', 110, { endStep: 7 }),
      save('c', 110, { part: 'continued' }),
      save('d', 110, { preset: 'smoke' }),
    ];
    expect(idsOf([record('row', { startedAt: 100 })], other)).toEqual([]);
  });
});

test('a deleted row comes back as it was, with its curve and in its place', () => {
  const curve = new History();
  const rows = [
    record('c', { startedAt: 3 }),
    record('b', { startedAt: 2, saved: 'x' }),
    record('a', { startedAt: 1 }),
  ];
  records.value = rows;
  curves.value = new Map([['b', curve]]);
  removeRows(['b', 'a'], 77);
  expect(ids(records.value)).toBe('c');
  expect(curves.value.size).toBe(0);
  expect(removedRows.value.map(({ record: { id, deletedAt } }) => [id, deletedAt])).toEqual([
    ['b', 77],
    ['a', 77],
  ]);
  restoreRows(['b', 'a']);
  expect(records.value).toStrictEqual(rows);
  expect(curves.value.get('b')).toBe(curve);
  expect(removedRows.value).toEqual([]);
});

test('a run that another tab trains has its row on the page, and nothing is written into it here', () => {
  vi.useFakeTimers(); // or what writes every few seconds would keep the process
  const rows = [record('b', { saved: 'x', state: { kind: 'stopped' } }), record('a')];
  records.value = rows;
  keepRuns();
  beginRun(presetConfig('tiny'), 'all', { saved: 'x', watched: true });
  receive({ state: { kind: 'paused', phase: 'base' } });
  expect(currentId.value).toBe('b');
  expect(records.value).toEqual(rows);
  beginRun(presetConfig('tiny'), 'all', { saved: 'not known here', watched: true });
  expect(currentId.value).toBeNull();
  leaveRun();
  records.value = [];
});
