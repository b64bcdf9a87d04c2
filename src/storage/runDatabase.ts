/** The list of saved runs in IndexedDB. */
import { deleteDB, type IDBPDatabase } from 'idb';
import type { MetricColumns, SavedRun } from '../protocol.ts';
import { openShared } from './database.ts';
import { MemoryTable, type RunTable } from './runTable.ts';

const database = 'rekindle-runs';

class DatabaseTable implements RunTable {
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
    transaction.commit(); // at once: the page may be about to be left
    await Promise.all([...puts, transaction.done]);
  };
  remove = async (id: string): Promise<void> => {
    const transaction = this.#database.transaction(['runs', 'metrics'], 'readwrite');
    const removed = ['runs', 'metrics'].map((name) => transaction.objectStore(name).delete(id));
    transaction.commit();
    await Promise.all([...removed, transaction.done]);
  };
}

/** In memory where there is no database, or none that is ours to open. `onNewer`: a newer app came, and the table is closed. */
export async function openTable(onNewer: () => void): Promise<RunTable> {
  const shared = {
    version: 1,
    upgrade(db: IDBPDatabase): void {
      db.createObjectStore('runs', { keyPath: 'id' });
      db.createObjectStore('metrics');
    },
    onNewer,
  };
  try {
    return new DatabaseTable(await openShared(database, shared));
  } catch (error) {
    // A newer app's list is not ours to touch; nor one that an older tab holds.
    if (!(error instanceof DOMException)) return new MemoryTable();
    try {
      // A damaged list is thrown away: the slots have everything.
      await deleteDB(database);
      return new DatabaseTable(await openShared(database, shared));
    } catch {
      return new MemoryTable();
    }
  }
}
