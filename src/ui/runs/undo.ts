/** Deleting a run: its row, its curve and what is saved of it go together, and can be had back together for a while. */
import { computed, effect, signal } from '@preact/signals';
import type { SavedRun } from '../../protocol.ts';
import { undoTime } from '../../util/kept.ts';
import { deletedSaves, look, saves } from './saved.ts';
import { deleteSaved, emptyDeleted, restoreSaved } from '../trainer.ts';
import { eraseRows, records, removedRows, removeRows, restoreRows } from './ledger.ts';
import { savesOfRows } from './saves.ts';
import { forgetModels } from './shared/models.ts';

export interface Deletion {
  /** Milliseconds since 1970; what was deleted at once has the same. */
  at: number;
  rows: readonly string[];
  /** Names of the rows; of a run without one, what its save tells. */
  names: readonly string[];
  saves: readonly SavedRun[];
}

/** The last one that can be undone, also after a reload; null: there is none. */
export const lastDeletion = computed((): Deletion | null => {
  const rows = removedRows.value.map(({ record }) => record);
  const at = Math.max(
    -Infinity,
    ...rows.map(({ deletedAt }) => deletedAt!),
    ...deletedSaves.value.map(({ deletedAt }) => deletedAt),
  );
  if (at <= now.value - undoTime) return null;
  const gone = rows.filter(({ deletedAt }) => deletedAt === at);
  const files = deletedSaves.value.filter(({ deletedAt }) => deletedAt === at);
  const named = new Set(savesOfRows(gone, files).values());
  const others = files.filter((save) => !named.has(save)).map(({ preset, seed }) => `${preset}, seed ${seed}`);
  return { at, rows: gone.map(({ id }) => id), names: [...gone.map(({ name }) => name), ...others], saves: files };
});

/** Why the last undo brought back less than all. */
export const undoProblem = signal<string | null>(null);
const now = signal(Date.now());

/** Rows with what is saved of them. */
export function deleteRows(ids: readonly string[]): Promise<void> {
  const before = records.value;
  return deleteTogether(ids, () => {
    const found = savesOfRows(before, saves.value);
    return ids.flatMap((id) => found.get(id) ?? []);
  });
}

/** What is saved of runs, whose rows stay with their curves. */
export const deleteSaves = (...runs: readonly SavedRun[]): Promise<void> => deleteTogether([], () => runs);

async function deleteTogether(rows: readonly string[], runsOf: () => readonly SavedRun[]): Promise<void> {
  const at = Date.now();
  undoProblem.value = null;
  removeRows(rows, at);
  // Rows are here before anybody knows what is saved of them: the worker has that list.
  if (rows.length > 0) await look();
  const runs = runsOf().map(({ id }) => id);
  if (runs.length === 0) return;
  // One that another tab has taken over stays.
  await deleteSaved(runs, at).catch(() => undefined);
  await look();
}

export async function undo({ at, rows }: Pick<Deletion, 'at' | 'rows'>): Promise<void> {
  undoProblem.value = null;
  restoreRows(rows);
  await look();
  const runs = deletedSaves.value.filter(({ deletedAt }) => deletedAt === at).map(({ id }) => id);
  if (runs.length === 0) return;
  await restoreSaved(runs).catch((error: Error) => (undoProblem.value = error.message));
  await look();
}

function eraseForGood(rows: readonly string[]): void {
  eraseRows(rows);
  void forgetModels(rows);
}

/** For good, with all that was deleted before. */
export async function forgo(): Promise<void> {
  undoProblem.value = null;
  eraseForGood(removedRows.value.map(({ record }) => record.id));
  if (deletedSaves.value.length === 0) return;
  await emptyDeleted().catch(() => undefined);
  await look();
}

/** Takes the offer back when its time has passed; the worker frees the room when it next lists what is saved. */
export function expireDeletions(): void {
  effect(() => {
    const last = lastDeletion.value;
    if (!last) return;
    const timer = setTimeout(
      () => {
        now.value = Date.now();
        eraseForGood(last.rows);
        void look();
      },
      last.at + undoTime - Date.now(),
    );
    return () => clearTimeout(timer);
  });
}
