/**
 * The list of saved runs, in IndexedDB: what can be shown of a run without reading its weights. The slots are the
 * truth; the list is brought in line with them whenever it is read, and made anew from them where it is gone.
 */
import type { DeletedRun, MetricColumns, SavedRun } from '../protocol.ts';
import { announceChange } from '../util/tabs.ts';
import { heldRuns } from './lock.ts';
import { StorageError } from './errors.ts';
import type { Files } from './files.ts';
import type { Head } from './head.ts';
import { openTable } from './runDatabase.ts';
import { MemoryTable, type RunTable } from './runTable.ts';
import { settled } from './settle.ts';
import { type SlotOptions, SlotStore, storedRuns } from './slots.ts';
import { storageWords } from '../words/storage.ts';

/** Lies beside the files of a run that was deleted, at a time in ms since 1970; empty. An older version of this app still lists the run. */
const markOf = (id: string, at: number): string => `${id}.deleted-${at}`;
const mark = /^([\w-]+)\.deleted-(\d+)$/;

/** What a run is trained on lies in a slot store of its own, saved once. */
export const inputsOf = (id: string): string => `${id}-inputs`;

/** What the head of a run's save says of it. */
export function recordOf(id: string, { facts, length, generation }: Head): SavedRun {
  return { ...(facts as unknown as Omit<SavedRun, 'id' | 'bytes' | 'generation'>), id, bytes: length, generation };
}

const states: ReadonlySet<unknown> = new Set(['training', 'paused', 'stopped', 'done'] satisfies SavedRun['state'][]);

/** Whether a head says what a list must know: others may have written slots here. */
const isRun = ({ step, endStep, savedAt, state }: SavedRun): boolean =>
  [step, endStep, savedAt].every(Number.isFinite) && states.has(state);

/** Milliseconds for an answer of the table: it holds a few hundred kilobytes, and nothing depends on it. */
const longEnough = 5000;

export class RunList {
  readonly #files: Files;
  readonly #options: SlotOptions;
  #table: RunTable;
  #outdated = false;
  /** What the list cannot show, a sentence each; of the last `list`. */
  notes: string[] = [];
  /** Of the last `list`: a run is left out whose files another worker still holds, as one that ends does for some seconds. */
  waiting = false;

  static async open(files: Files): Promise<RunList> {
    const list: RunList = new RunList(files, await openTable(() => list.#leave()));
    return list;
  }

  constructor(files: Files, table: RunTable = new MemoryTable(), options: SlotOptions = {}) {
    this.#files = files;
    this.#table = table;
    this.#options = options;
  }

  #slots(id: string): SlotStore {
    return new SlotStore(this.#files, id, this.#options);
  }

  /** Newest first. */
  list = async (): Promise<SavedRun[]> => (await this.all()).runs;
  /** Latest first. */
  deleted = async (): Promise<DeletedRun[]> => (await this.all()).deleted;

  /** Marks a run as deleted; all of it stays where it is until `remove`. */
  async markDeleted(id: string, at: number): Promise<void> {
    const name = markOf(id, at);
    const file = await settled(this.#files.open(name), storageWords.writing(name), this.#options.patience);
    await settled(file.close(), storageWords.writing(name), this.#options.patience);
  }

  /** Undoes it. */
  async restore(id: string): Promise<void> {
    for (const { name } of (await this.#marks()).filter((found) => found.id === id)) {
      await settled(this.#files.remove(name), storageWords.deleting(name), this.#options.patience);
    }
  }

  async #marks(): Promise<{ id: string; at: number; name: string }[]> {
    const names = await settled(this.#files.list(), storageWords.listing, this.#options.patience);
    return names.flatMap((name) => {
      const [, id, at] = mark.exec(name) ?? [];
      return id === undefined ? [] : [{ id, at: Number(at), name }];
    });
  }

  /**
   * Runs, newest first, and those that were deleted and can be had back, latest first. One whose heads cannot be read is left out here
   * and keeps its files.
   */
  async all(): Promise<{ runs: SavedRun[]; deleted: DeletedRun[] }> {
    const marks = new Map((await this.#marks()).map(({ id, at }) => [id, at]));
    const stored = (await storedRuns(this.#files, this.#options.patience)).filter((id) => !id.endsWith(inputsOf('')));
    const known = new Map((await this.#use((table) => table.all())).map((record) => [record.id, record]));
    const held = await heldRuns();
    const records: SavedRun[] = [];
    let newer = 0;
    this.waiting = false;
    for (const id of stored) {
      const head = await this.#slots(id)
        .newest(held.has(id))
        .catch((error: unknown) => {
          const code = error instanceof StorageError ? error.code : null;
          if (code === 'newer') newer++;
          if (code === 'busy' || code === 'no-answer') this.waiting = true;
          return null;
        });
      if (!head) continue;
      const record = recordOf(id, head);
      if (!isRun(record)) continue;
      if (known.get(id)?.generation !== record.generation) await this.#use((table) => table.put(record));
      records.push(record);
    }
    for (const id of known.keys()) if (!stored.includes(id)) await this.#use((table) => table.remove(id));
    this.notes = [];
    if (this.#outdated) this.notes.push(storageWords.reload);
    if (newer > 0) this.notes.push(storageWords.newerRuns(newer));
    records.sort((a, b) => b.savedAt - a.savedAt);
    return {
      runs: records.filter(({ id }) => !marks.has(id)),
      deleted: records
        .flatMap((run) => (marks.has(run.id) ? [{ ...run, deletedAt: marks.get(run.id)! }] : []))
        .sort((a, b) => b.deletedAt - a.deletedAt),
    };
  }

  /** Keeps the last save of a run at its end alone. */
  dropOlder(id: string): Promise<void> {
    return this.#slots(id).dropOlder();
  }

  /** After a save. */
  put(record: SavedRun, metrics: MetricColumns): Promise<void> {
    return this.#use((table) => table.put(record, metrics));
  }

  /** The curve of a saved run; null where the list was made anew since. */
  metrics(id: string): Promise<MetricColumns | null> {
    return this.#use((table) => table.metrics(id));
  }

  /** The run with all its files. */
  async remove(id: string): Promise<void> {
    await this.#slots(id).remove();
    await this.#slots(inputsOf(id)).remove();
    await this.#use((table) => table.remove(id));
  }

  /**
   * Deletes what runs left that never got as far as a first save, which nothing lists: no head, nor a damaged one. `held`: runs
   * being begun.
   */
  async removeUnbegun(held: ReadonlySet<string>): Promise<void> {
    const ids = new Set(
      (await storedRuns(this.#files, this.#options.patience)).map((id) => id.replace(/-inputs$/, '')),
    );
    for (const id of ids) {
      if (held.has(id)) continue;
      const store = this.#slots(id);
      const nothing = await store
        .newest()
        .then(
          async (head) => !head && !(await store.load()),
          () => false,
        )
        .catch(() => false);
      if (nothing) await this.remove(id);
    }
  }

  /** A table that fails, or is closed because a newer app came, is done without: the slots have everything. */
  async #use<T>(work: (table: RunTable) => Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const { patience = longEnough } = this.#options;
    const late = new Promise<never>((_, reject) => (timer = setTimeout(reject, patience, new Error('no answer'))));
    try {
      return await Promise.race([work(this.#table), late]);
    } catch {
      this.#table = new MemoryTable();
      return await work(this.#table);
    } finally {
      clearTimeout(timer);
    }
  }

  #leave(): void {
    this.#outdated = true;
    this.#table = new MemoryTable();
    announceChange();
  }
}
