/**
 * What was measured once on an adapter and holds until the browser or the driver changes: a small IndexedDB store, name by adapter.
 * Where there is no IndexedDB (Node, a browser that refuses storage) nothing is remembered and nothing fails.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';

interface Adapters extends DBSchema {
  tiles: { key: string; value: string };
}

async function withStore<T>(work: (db: IDBPDatabase<Adapters>) => Promise<T>): Promise<T | undefined> {
  try {
    const db = await openDB<Adapters>('rekindle-adapters', 1, { upgrade: (fresh) => void fresh.createObjectStore('tiles') });
    try {
      return await work(db);
    } finally {
      db.close();
    }
  } catch {
    return undefined;
  }
}

/** Name of the tile chosen earlier for this adapter. */
export const rememberedTile = (adapter: string): Promise<string | undefined> => withStore((db) => db.get('tiles', adapter));

export const rememberTile = async (adapter: string, name: string): Promise<void> => {
  await withStore((db) => db.put('tiles', name, adapter));
};
