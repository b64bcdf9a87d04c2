/**
 * The runs this browser remembers, in IndexedDB: records and thinned curves, no weights. Nothing else depends on it.
 */
import type { IDBPDatabase } from 'idb';
import type { MetricColumns } from '../../protocol.ts';
import { change, openDispensable } from './database.ts';
import type { RunRecord } from './record.ts';

const NAME = 'rekindle-ledger';
const STORES = ['runs', 'curves'];

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

export async function openStore(): Promise<Store> {
  const db = await openDispensable(NAME, (made) => {
    made.createObjectStore('runs', { keyPath: 'id' });
    made.createObjectStore('curves');
  });
  return db ? storeOf(db) : forgetful;
}

function storeOf(db: IDBPDatabase): Store {
  return {
    async all() {
      const transaction = db.transaction(STORES);
      const records: RunRecord[] = await transaction.objectStore('runs').getAll();
      const curves = transaction.objectStore('curves');
      return Promise.all(records.map(async (record) => ({ record, curve: (await curves.get(record.id)) ?? null })));
    },
    put: (record, curve) =>
      change(db, STORES, (store) => [
        store('runs').put(record),
        ...(curve ? [store('curves').put(curve, record.id)] : []),
      ]),
    remove: (id) => change(db, STORES, (store) => STORES.map((name) => store(name).delete(id))),
  };
}
