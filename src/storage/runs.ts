/**
 * The list of saved runs, in IndexedDB: what can be shown of a run without reading its weights. The slots are the
 * truth; the list is brought in line with them whenever it is read, and made anew from them where it is gone.
 */
import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import type { MetricColumns, SavedRun } from '../protocol.ts';
import type { Files } from './files.ts';
import type { Head } from './head.ts';
import { SlotStore, storedRuns } from './slots.ts';

const database = 'rekindle-runs';

/** What a run is trained on lies in a slot store of its own, saved once. */
export const inputsOf = (id: string): string => `${id}-inputs`;

/** What the head of a run's save says of it. */
export function recordOf(id: string, { facts, length, generation }: Head): SavedRun {
  return { ...(facts as unknown as Omit<SavedRun, 'id' | 'bytes' | 'generation'>), id, bytes: length, generation };
}

interface Table {
  all(): Promise<SavedRun[]>;
  put(record: SavedRun, metrics?: MetricColumns): Promise<void>;
  remove(id: string): Promise<void>;
  metrics(id: string): Promise<MetricColumns | null>;
}

/** Where IndexedDB is denied the list lasts as long as the worker. */
class MemoryTable implements Table {
  readonly #records = new Map<string, SavedRun>();
  readonly #metrics = new Map<string, MetricColumns>();

  all = async (): Promise<SavedRun[]> => [...this.#records.values()];
  metrics = async (id: string): Promise<MetricColumns | null> => this.#metrics.get(id) ?? null;
  put = async (record: SavedRun, metrics?: MetricColumns): Promise<void> => {
    this.#records.set(record.id, record);
    if (metrics) this.#metrics.set(record.id, metrics);
  };
  remove = async (id: string): Promise<void> => {
    this.#records.delete(id);
    this.#metrics.delete(id);
  };
}

class DatabaseTable implements Table {
  readonly #database: IDBPDatabase;

  constructor(db: IDBPDatabase) {
    this.#database = db;
  }

  all = (): Promise<SavedRun[]> => this.#database.getAll('runs');
  metrics = async (id: string): Promise<MetricColumns | null> => (await this.#database.get('metrics', id)) ?? null;
  put = async (record: SavedRun, metrics?: MetricColumns): Promise<void> => {
    const transaction = this.#database.transaction(['runs', 'metrics'], 'readwrite');
    const puts: Promise<unknown>[] = [transaction.objectStore('runs').put(record)];
    if (metrics) puts.push(transaction.objectStore('metrics').put(metrics, record.id));
    await Promise.all([...puts, transaction.done]);
  };
  remove = async (id: string): Promise<void> => {
    const transaction = this.#database.transaction(['runs', 'metrics'], 'readwrite');
    await Promise.all([transaction.objectStore('runs').delete(id), transaction.objectStore('metrics').delete(id), transaction.done]);
  };
}

export class RunList {
  readonly #files: Files;
  readonly #table: Table;

  static async open(files: Files): Promise<RunList> {
    return new RunList(files, await openTable());
  }

  constructor(files: Files, table: Table = new MemoryTable()) {
    this.#files = files;
    this.#table = table;
  }

  /** Newest first. A run whose heads cannot be read is left out here and keeps its files. */
  async list(): Promise<SavedRun[]> {
    const stored = (await storedRuns(this.#files)).filter((id) => !id.endsWith(inputsOf('')));
    const known = new Map((await this.#table.all()).map((record) => [record.id, record]));
    const records: SavedRun[] = [];
    for (const id of stored) {
      const head = await new SlotStore(this.#files, id).newest().catch(() => null);
      if (!head) continue;
      const record = recordOf(id, head);
      if (known.get(id)?.generation !== record.generation) await this.#table.put(record);
      records.push(record);
    }
    for (const id of known.keys()) if (!stored.includes(id)) await this.#table.remove(id);
    return records.sort((a, b) => b.savedAt - a.savedAt);
  }

  /** After a save. */
  put(record: SavedRun, metrics: MetricColumns): Promise<void> {
    return this.#table.put(record, metrics);
  }

  /** The curve of a saved run; null where the list was made anew since. */
  metrics(id: string): Promise<MetricColumns | null> {
    return this.#table.metrics(id);
  }

  /** The run with all its files. */
  async remove(id: string): Promise<void> {
    await new SlotStore(this.#files, id).remove();
    await new SlotStore(this.#files, inputsOf(id)).remove();
    await this.#table.remove(id);
  }
}

async function openTable(): Promise<Table> {
  const open = () =>
    openDB(database, 1, {
      upgrade(db) {
        db.createObjectStore('runs', { keyPath: 'id' });
        db.createObjectStore('metrics');
      },
      // Another tab brings a newer version: it must not wait for this one.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
  try {
    return new DatabaseTable(await open());
  } catch (error) {
    if (!(error instanceof DOMException) || error.name === 'VersionError') return new MemoryTable();
    try {
      // A damaged list is thrown away: the slots have everything.
      await deleteDB(database);
      return new DatabaseTable(await open());
    } catch {
      return new MemoryTable();
    }
  }
}
