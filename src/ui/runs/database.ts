/**
 * A database that nothing depends on: where it is damaged it is made anew, and where the browser denies it, or a newer version of the
 * page has changed it, there is none and the page holds what it needs as long as it is open.
 */
import { deleteDB, openDB, type IDBPDatabase, type IDBPObjectStore } from 'idb';

type Stores = (name: string) => IDBPObjectStore<unknown, string[], string, 'readwrite'>;

/** Changes these stores in a transaction that is committed at once: what is pressed just before a page is left is kept. */
export async function change(
  db: IDBPDatabase,
  stores: string[],
  by: (store: Stores) => Promise<unknown>[],
): Promise<void> {
  const transaction = db.transaction(stores, 'readwrite');
  const changes = by((name) => transaction.objectStore(name));
  transaction.commit();
  await Promise.all([...changes, transaction.done]);
}

export async function openDispensable(name: string, create: (db: IDBPDatabase) => void): Promise<IDBPDatabase | null> {
  const open = () =>
    openDB(name, 1, {
      upgrade: create,
      // Another tab brings a newer version: it must not wait for this one.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof DOMException) || error.name === 'VersionError') return null;
    try {
      await deleteDB(name);
      return await open();
    } catch {
      return null;
    }
  }
}
