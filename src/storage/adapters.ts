/**
 * What was measured once on an adapter and holds until the browser or the driver changes: a small IndexedDB store, name by adapter.
 * Where there is no IndexedDB (Node, a browser that refuses storage) nothing is remembered and nothing fails.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';

interface Adapters extends DBSchema {
  tiles: { key: string; value: string };
}

const open = (): Promise<IDBPDatabase<Adapters>> =>
  openDB<Adapters>('rekindle-adapters', 1, { upgrade: (db) => void db.createObjectStore('tiles') });

/** Name of the tile chosen earlier for this adapter. */
export async function rememberedTile(adapter: string): Promise<string | undefined> {
  return open().then(
    async (db) => {
      try {
        return await db.get('tiles', adapter);
      } finally {
        db.close();
      }
    },
    () => undefined,
  );
}

export async function rememberTile(adapter: string, name: string): Promise<void> {
  await open().then(
    async (db) => {
      try {
        await db.put('tiles', name, adapter);
      } finally {
        db.close();
      }
    },
    () => undefined,
  );
}
