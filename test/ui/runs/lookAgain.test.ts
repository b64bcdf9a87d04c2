/** A worker that ends holds its files for some seconds: a run that the list left out for that is there when it is asked for again. */
import { expect, test, vi } from 'vitest';
import type { SavedList } from '../../../src/protocol.ts';
import { presetConfig } from '../../../src/config/presets.ts';
import { beginRun, leaveRun, receive } from '../../../src/ui/run/run.ts';
import { look, saves, unfinished } from '../../../src/ui/runs/saved.ts';

const lists: SavedList[] = [];
vi.mock('../../../src/ui/trainer.ts', async (original) => ({
  ...(await original<object>()),
  listSaved: async () => lists.shift(),
}));

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

test('a list that leaves a run out is asked for again, and no other', async () => {
  vi.useFakeTimers();
  lists.push({ ...none, runs: [], waiting: true }, { ...none, runs: [saved], waiting: false });
  await look();
  expect(saves.value).toEqual([]);
  await vi.runAllTimersAsync();
  expect(saves.value).toEqual([saved]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a run that is watched is not listed beside itself, where a save that failed brings the list', async () => {
  vi.stubGlobal('navigator', {}); // which knows of no locks
  const elsewhere = [saved, { ...saved, id: 'b' }].map((one) => ({ ...one, elsewhere: true }));
  const list = { ...none, runs: elsewhere, waiting: false };
  const notSaved = { code: 'not-saved', step: 5, message: 'The disk is full.' } as const;
  beginRun(presetConfig('tiny'), 'all', { saved: 'a', watched: true });
  receive({ notices: [notSaved] });
  lists.push(list, list);
  await look();
  expect(unfinished.value.map(({ id }) => id)).toEqual(['b']);
  // Its tab was closed: it can be gone on with here.
  receive({ state: { kind: 'stopped' } });
  await look();
  expect(unfinished.value.map(({ id }) => id)).toEqual(['a', 'b']);
  leaveRun();
});
