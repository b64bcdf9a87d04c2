/**
 * The runs this browser remembers, in IndexedDB: records and thinned curves, no weights. Nothing else depends on it:
 * where it is damaged it is made anew, and where the browser denies it the runs last as long as the page.
 */
import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import type { MetricColumns } from '../../protocol.ts';
import type { RunRecord } from './record.ts';

const NAME = 'rekindle-ledger';

export type Curve = MetricColumns & { seconds: Float64Array };

export interface Store {
  all(): Promise<{ record: RunRecord; curve: Curve | null }[]>;
  /** Without a curve the one that is there stays. */
  put(record: RunRecord, curve?: Curve): Promise<void>;
  remove(id: string): Promise<void>;
}

/** Forgets everything at once: the page itself holds what it needs. */
const forgetful: Store = {
  all: async () => [],
  put: async () => {},
  remove: async () => {},
};

const open = () =>
  openDB(NAME, 1, {
    upgrade(db) {
      db.createObjectStore('runs', { keyPath: 'id' });
      db.createObjectStore('curves');
    },
    // Another tab brings a newer version: it must not wait for this one.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });

export async function openStore(): Promise<Store> {
  try {
    return storeOf(await open());
  } catch (error) {
    if (!(error instanceof DOMException) || error.name === 'VersionError') return forgetful;
    try {
      await deleteDB(NAME);
      return storeOf(await open());
    } catch {
      return forgetful;
    }
  }
}

function storeOf(db: IDBPDatabase): Store {
  return {
    async all() {
      const transaction = db.transaction(['runs', 'curves']);
      const records: RunRecord[] = await transaction.objectStore('runs').getAll();
      const curves = transaction.objectStore('curves');
      return Promise.all(records.map(async (record) => ({ record, curve: (await curves.get(record.id)) ?? null })));
    },
    async put(record, curve) {
      const transaction = db.transaction(['runs', 'curves'], 'readwrite');
      const puts: Promise<unknown>[] = [transaction.objectStore('runs').put(record)];
      if (curve) puts.push(transaction.objectStore('curves').put(curve, record.id));
      await Promise.all([...puts, transaction.done]);
    },
    async remove(id) {
      const transaction = db.transaction(['runs', 'curves'], 'readwrite');
      await Promise.all([
        transaction.objectStore('runs').delete(id),
        transaction.objectStore('curves').delete(id),
        transaction.done,
      ]);
    },
  };
}
