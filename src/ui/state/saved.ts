/** Runs of this browser that have not been trained to their end, and the two ways with each: go on, or away with it. */
import { effect, signal } from '@preact/signals';
import type { SavedRun } from '../../protocol.ts';
import { deleteSaved, listSaved, machine, resumeSaved } from '../trainer.ts';
import { isActive } from './controls.ts';
import { isExperimenting } from './experimentState.ts';
import { runState } from './run.ts';

/** Newest first; empty while a run is under way, for that may be one of them. */
export const unfinished = signal<readonly SavedRun[]>([]);

async function look(): Promise<void> {
  // Where the list cannot be had, no run can be gone on with either; a start says what is wrong with the storage.
  const saved = await listSaved().catch(() => []);
  if (!isActive(runState.peek())) unfinished.value = saved.filter(({ state }) => state !== 'done');
}

/** Looks once the machine is known, so that nothing is read before the first paint, and whenever a run has ended. */
export function lookForSaved(): void {
  effect(() => {
    if (machine.value.kind === 'asking') return;
    if (isActive(runState.value) || isExperimenting.value) unfinished.value = [];
    else void look();
  });
}

export const goOn = (run: SavedRun): Promise<void> => resumeSaved(run);

export async function discard({ id }: SavedRun): Promise<void> {
  await deleteSaved(id).catch(() => undefined); // one that another tab has taken over stays
  await look();
}
