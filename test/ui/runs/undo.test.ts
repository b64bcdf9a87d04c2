/** A row is on the page before anybody knows what is saved of it: deleted or had back at once, it takes its save along all the same. */
import { beforeEach, expect, test, vi } from 'vitest';
import { presetConfig } from '../../../src/config/presets.ts';
import type { DeletedRun, SavedRun } from '../../../src/protocol.ts';
import { records, removedRows } from '../../../src/ui/runs/ledger.ts';
import { NO_FIGURES } from '../../../src/ui/runs/record.ts';
import { deletedSaves, saves } from '../../../src/ui/runs/saved.ts';
import { keepModel, sharedModels, sizeOf } from '../../../src/ui/runs/shared/models.ts';
import { deleteRows, forgo, lastDeletion, undo } from '../../../src/ui/runs/undo.ts';

const save: SavedRun = {
  ...{ id: 'a', preset: 'tiny', seed: 1, part: 'all', step: 10, endStep: 10, phase: 'qa', loss: 2, state: 'done' },
  ...{ startedAt: 0, savedAt: 5, bytes: 100, generation: 1 },
};
/** What the worker keeps, as its list tells it. */
const kept = vi.hoisted(() => ({ runs: [] as SavedRun[], deleted: [] as DeletedRun[] }));
vi.mock('../../../src/ui/trainer.ts', async (original) => ({
  ...(await original<object>()),
  listSaved: async () => ({ runs: [...kept.runs], deleted: [...kept.deleted], notes: [], waiting: false }),
  async deleteSaved(ids: string[], at: number) {
    const gone = kept.runs.filter(({ id }) => ids.includes(id));
    kept.runs = kept.runs.filter((run) => !gone.includes(run));
    kept.deleted.push(...gone.map((run) => ({ ...run, deletedAt: at })));
  },
  async restoreSaved(ids: string[]) {
    const back = kept.deleted.filter(({ id }) => ids.includes(id));
    kept.deleted = kept.deleted.filter((run) => !back.includes(run));
    kept.runs.push(...back);
  },
}));

beforeEach(() => {
  Object.assign(kept, { runs: [save], deleted: [] });
  records.value = [
    {
      ...{ id: 'row', name: 'row', note: '', config: presetConfig('tiny'), part: 'all', state: { kind: 'done' } },
      ...{ startedAt: 0, place: 0, hidden: false, pinned: false, figures: NO_FIGURES, saved: 'a' },
    },
  ];
  removedRows.value = [];
  saves.value = deletedSaves.value = [];
});

const told = () => [records.value.length, kept.runs.length, kept.deleted.length];

test('a row that is deleted before the list of saves is known', async () => {
  await deleteRows(['row']);
  expect(told()).toEqual([0, 0, 1]);
});

test('a row that is had back before it is known', async () => {
  await deleteRows(['row']);
  deletedSaves.value = []; // as after a reload
  await undo(lastDeletion.value!);
  expect(told()).toEqual([1, 1, 0]);
});

test('a shared run’s model stays with its row while that can be had back, and goes with it for good', async () => {
  // Without IndexedDB, as here, it lasts as long as the page.
  expect(await keepModel('row', new Blob(['weights']))).toBe(false);
  await deleteRows(['row']);
  expect(sizeOf(sharedModels.value)).toBe(7);
  await undo(lastDeletion.value!);
  expect([records.value.length, sizeOf(sharedModels.value)]).toEqual([1, 7]);
  await deleteRows(['row']);
  await forgo();
  expect([records.value.length, sharedModels.value.size]).toEqual([0, 0]);
});
