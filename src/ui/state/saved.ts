/** Runs of this browser that have not been trained to their end, and the two ways with each: go on, or away with it. */
import { effect, signal } from '@preact/signals';
import type { SavedRun } from '../../protocol.ts';
import { askMachine, deleteSaved, listSaved, machine, resumeSaved } from '../trainer.ts';
import { isActive } from './controls.ts';
import { isExperimenting } from './experimentState.ts';
import { notices, runState } from './run.ts';

/** Newest first; empty while a run is under way, for that may be one of them. */
export const unfinished = signal<readonly SavedRun[]>([]);

/** Milliseconds after which a browser that refused a GPU after two crashes offers one again; 105 to 120 s were seen. */
const REFUSAL = 130_000;
const KEY = 'rekindle.refusedAt';

/** When this tab was refused, ms since 1970, also before a reload; 0: never, or nobody may know. */
function refusedAt(): number {
  try {
    return Number(sessionStorage.getItem(KEY));
  } catch {
    return 0;
  }
}

function rememberRefusal(at: number): void {
  try {
    sessionStorage.setItem(KEY, String(at));
  } catch {
    // Storage is denied: after a reload the page then knows no more than that there is no GPU.
  }
}

/** Why there is no GPU after a reload: refused until then (ms since 1970), or for good; null: not because of crashes. */
export const refused = signal<number | 'off' | null>(null);

/** Asks again when the refusal should be over; what it is after that, it is until the browser is started anew. */
function whyNoGpu(): void {
  const at = refusedAt();
  const until = at + REFUSAL;
  const rest = until - Date.now();
  if (at === 0) return;
  refused.value = rest > 0 ? until : 'off';
  if (rest > 0) setTimeout(() => void askMachine(), rest);
}

async function look(): Promise<void> {
  // Where the list cannot be had, no run can be gone on with either; a start says what is wrong with the storage.
  const saved = await listSaved().catch(() => []);
  if (!isActive(runState.peek())) unfinished.value = saved.filter(({ state }) => state !== 'done');
}

/** Looks once the machine is known, so that nothing is read before the first paint, and whenever a run has ended. */
export function lookForSaved(): void {
  effect(() => {
    if (notices.value.at(-1)?.code === 'gpu-refused') rememberRefusal(Date.now());
  });
  effect(() => {
    const now = machine.value;
    if (now.kind === 'none' && now.cause === 'no-adapter') whyNoGpu();
    else refused.value = null;
    if (now.kind === 'ready') rememberRefusal(0);
  });
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
