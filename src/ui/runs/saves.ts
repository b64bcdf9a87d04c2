/** Which save on the disk is which row of the list of runs. */
import type { SavedRun } from '../../protocol.ts';
import { planRun } from '../../recipe/phases.ts';
import type { RunRecord } from './record.ts';

/**
 * The saves of rows, by the row's id. A row of an earlier version of the page does not know its save by name: it has the first one that
 * was begun after it and before the next such row, with the same preset, seed and plan.
 */
export function savesOfRows<S extends SavedRun>(rows: readonly RunRecord[], saves: readonly S[]): Map<string, S> {
  const found = new Map<string, S>();
  const left = new Map(saves.map((save) => [save.id, save]));
  for (const { id, saved } of rows) {
    const save = left.get(saved ?? '');
    if (!save) continue;
    found.set(id, save);
    left.delete(save.id);
  }
  const nameless = rows.filter(({ saved, state }) => saved === undefined && state.kind !== 'queued');
  // Latest first: a save is the latest row's that it can be.
  for (const row of nameless.toSorted((a, b) => b.startedAt - a.startedAt)) {
    const own = [...left.values()].filter((save) => isOf(row, save)).sort((a, b) => a.startedAt - b.startedAt);
    if (own.length === 0) continue;
    found.set(row.id, own[0]);
    for (const { id } of own) left.delete(id);
  }
  return found;
}

function isOf({ config, part, startedAt }: RunRecord, save: SavedRun): boolean {
  return (
    save.preset === config.preset &&
    save.seed === config.seed &&
    save.part === part &&
    save.endStep === planRun(config, part).endStep &&
    save.startedAt >= startedAt
  );
}
