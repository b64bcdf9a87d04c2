import { describe, expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import { runLook } from '../../src/ui/chart/palette.ts';
import { bySeedlessKey, freePlace, meanOf, nameFor, NO_FIGURES, type RunRecord } from '../../src/ui/runs/record.ts';
import { heldOutOf, measuredSources, sorted, switchOf } from '../../src/ui/runs/rows.ts';

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

const ids = (records: readonly RunRecord[]) => records.map(({ id }) => id).join('');
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
