/** Runs of this browser that have not been trained to their end, and the two ways with each: go on, or away with it. */
import { computed, effect, signal } from '@preact/signals';
import type { DeletedRun, ListedRun, SavedRun } from '../../protocol.ts';
import { whenRecalled } from './ledger.ts';
import { changesChannel } from '../../util/tabs.ts';
import {
  askMachine,
  claimSaved,
  listSaved,
  machine,
  openSaved,
  resumeSaved,
  saveSoon,
  unwatch,
  watchSaved,
} from '../trainer.ts';
import { isActive } from '../run/controls.ts';
import { isExperimenting } from '../experiments/experimentState.ts';
import { isRecorded, isWatched, leaveRun, notices, runConfig, runState, savedAs } from '../run/run.ts';

/** Newest first; empty while a run is under way, for that may be one of them. */
export const unfinished = signal<readonly ListedRun[]>([]);

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

/** Bytes of finished runs from which on the page speaks of them unasked: what a phone would miss. */
const WORTH_A_WORD = 100e6;
/** Bytes on the disk: a run keeps two saves until it is at its end. */
export const savesOf = (runs: readonly SavedRun[]): number =>
  runs.reduce((sum, { bytes, inputBytes = 0, state }) => sum + (state === 'done' ? 1 : 2) * bytes + inputBytes, 0);

/** All that are saved in this browser, but the one that trains here. */
export const saves = signal<readonly ListedRun[]>([]);
/** Those that were deleted and can be had back. */
export const deletedSaves = signal<readonly DeletedRun[]>([]);

/** Runs at their end whose saves take room that somebody may want; nothing on the page needs them any more. */
export const finished = signal<readonly ListedRun[]>([]);
/** The run on the page could not be saved: what takes the room is shown beside it. */
const storageFull = computed(() => notices.value.at(-1)?.code === 'not-saved');

/** What the list of saved runs cannot show, a sentence each. */
export const savedNotes = signal<readonly string[]>([]);

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

/** Milliseconds until the list is asked for again that left a run out, having waited ten seconds for it. */
const AGAIN = 2000;
let again: ReturnType<typeof setTimeout> | undefined;

export async function look(): Promise<void> {
  // Where the list cannot be had, no run can be gone on with either; a start says what is wrong with the storage.
  const none = { runs: [], deleted: [], notes: [], waiting: false };
  const { runs, deleted, notes, waiting } = await listSaved().catch(() => none);
  clearTimeout(again);
  if (waiting) again = setTimeout(() => void look(), AGAIN);
  saves.value = runs;
  deletedSaves.value = deleted;
  for (const { id, elsewhere } of runs) if (elsewhere) lookWhenFree(id);
  const busy = isActive(runState.peek());
  if (busy && !storageFull.peek()) return;
  // What can be done with the run on the page, watched here, stands beside its curves.
  unfinished.value = runs.filter(({ id, state }) => state !== 'done' && !(busy && id === savedAs.peek()));
  const over = runs.filter(({ state, elsewhere }) => state === 'done' && !elsewhere);
  finished.value = storageFull.peek() || savesOf(over) >= WORTH_A_WORD ? over : [];
  savedNotes.value = notes;
}

const awaited = new Set<string>();

/** A tab that ends says nothing, and one that is reloaded holds its run for some seconds: the lock tells (storage/lock.ts). */
function lookWhenFree(id: string): void {
  if (!navigator.locks || awaited.has(id)) return;
  awaited.add(id);
  const free = navigator.locks.request(`run:${id}`, { mode: 'shared' }, () => {});
  void free.finally(() => awaited.delete(id)).then(look, () => {});
}

/**
 * Looks once the machine is known, so that nothing is read before the first paint, whenever a run has ended, another tab has
 * begun, saved, ended or deleted one, and when the page is back in sight.
 */
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
    const busy = isActive(runState.value) || isExperimenting.value;
    if (busy) unfinished.value = finished.value = savedNotes.value = [];
    if (!busy || storageFull.value) void look().then(reopenShown);
  });
  const lookAgain = () => {
    if (document.visibilityState === 'visible' && machine.value.kind !== 'asking' && !isActive(runState.value))
      void look();
  };
  const listen = (): BroadcastChannel => {
    const channel = new BroadcastChannel(changesChannel);
    channel.addEventListener('message', lookAgain);
    return channel;
  };
  let channel = listen();
  document.addEventListener('visibilitychange', lookAgain);
  // A page kept for the back button is thrown away, its run with it, as soon as a message comes for it: its own run's next save.
  window.addEventListener('pagehide', () => channel.close());
  window.addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    channel = listen();
    lookAgain();
  });
}

/** The run that another tab trains and this one shows; null: none. */
export const watched = signal<ListedRun | null>(null);
/** The run that the other tab is being asked for, and why it could not be had. */
export const askedFor = signal<string | null>(null);
export const takeOverProblem = signal<string | null>(null);

export async function watch(run: ListedRun): Promise<void> {
  takeOverProblem.value = null;
  watched.value = run;
  await watchSaved(run);
}

export async function leave(): Promise<void> {
  watched.value = null;
  leaveRun();
  await unwatch();
}

/** Goes on here with a run that another tab trains: that tab saves it first, if it still can. */
export async function takeOver(run: ListedRun): Promise<void> {
  if (askedFor.value !== null) return;
  takeOverProblem.value = null;
  askedFor.value = run.id;
  try {
    await claimSaved(run.id);
  } catch (error) {
    takeOverProblem.value = error instanceof Error ? error.message : String(error);
    return;
  } finally {
    askedFor.value = null;
  }
  await resumeSaved(run);
}

export const goOn = (run: SavedRun): Promise<void> => resumeSaved(run);

/** A saved run on the page again, and why it could not be read. */
export const openProblem = signal<string | null>(null);
export async function openRun(run: SavedRun): Promise<void> {
  openProblem.value = null;
  await whenRecalled(); // it has a row there
  await openSaved(run).catch(
    (error: unknown) => (openProblem.value = error instanceof Error ? error.message : String(error)),
  );
}

/** Asks the browser to keep what is saved when its disk runs low; it may refuse without a word. */
export const askToKeep = async (): Promise<void> => void (await navigator.storage?.persist?.().catch(() => false));

const SHOWN = 'rekindle.shown';
let isFirstLook = true;

/** What this tab showed before it was reloaded is there again: a run at its end, whole. */
function reopenShown(): void {
  if (!isFirstLook) return;
  isFirstLook = false;
  const run = saves.value.find(({ id, state, elsewhere }) => id === recallShown() && state === 'done' && !elsewhere);
  if (run && runState.peek().kind === 'idle') void openRun(run);
  effect(() => {
    const id = savedAs.value;
    // While it is on its way here the last one stands.
    if (!runConfig.value || isRecorded.value) return;
    try {
      sessionStorage.setItem(SHOWN, id ?? '');
    } catch {
      // Storage is denied: after a reload the run is opened from the list.
    }
  });
}

function recallShown(): string | null {
  try {
    return sessionStorage.getItem(SHOWN);
  } catch {
    return null;
  }
}

/** A page that is hidden, frozen or left may never be back: what is under way is saved as it is. */
export function saveOnLeaving(): void {
  const save = (isLeaving: boolean) => {
    if (isActive(runState.peek()) && !isWatched.peek()) void saveSoon(isLeaving);
  };
  const leaving = () => save(true);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && save(false));
  window.addEventListener('pagehide', leaving);
  effect(() => {
    if (!isActive(runState.value)) return;
    // Sooner than the two above: a reload waits for the server in between. Only while a run is under way, for such a listener
    // can keep a page from being kept for the back button.
    window.addEventListener('beforeunload', leaving);
    return () => window.removeEventListener('beforeunload', leaving);
  });
}
