/** A worker that ends holds its files for some seconds: a run that the list left out for that is there when it is asked for again. */
import { expect, test, vi } from 'vitest';
import type { SavedList } from '../../../src/protocol.ts';
import { look, saves } from '../../../src/ui/runs/saved.ts';

const lists: SavedList[] = [];
vi.mock('../../../src/ui/trainer.ts', async (original) => ({
  ...(await original<object>()),
  listSaved: async () => lists.shift(),
}));

test('a list that leaves a run out is asked for again, and no other', async () => {
  vi.useFakeTimers();
  const run = { id: 'a', preset: 'tiny', seed: 1, part: 'all', step: 5, endStep: 10, phase: 'base', loss: 2 } as const;
  const saved = {
    ...run,
    state: 'training',
    startedAt: 0,
    savedAt: 5,
    bytes: 1,
    generation: 1,
    elsewhere: false,
  } as const;
  const none = { deleted: [], notes: [] };
  lists.push({ ...none, runs: [], waiting: true }, { ...none, runs: [saved], waiting: false });
  await look();
  expect(saves.value).toEqual([]);
  await vi.runAllTimersAsync();
  expect(saves.value).toEqual([saved]);
  expect(vi.getTimerCount()).toBe(0);
});
