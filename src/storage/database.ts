/**
 * An IndexedDB database that tabs of this app share, older and newer ones among them. A tab that raises the version must
 * wait until every other has closed its connection: an older one closes it when asked and can then not use it any more.
 */
import { type IDBPDatabase, openDB } from 'idb';
import { StorageError } from './errors.ts';
import { storageWords } from '../words/storage.ts';

export interface SharedDatabase {
  version: number;
  upgrade: (db: IDBPDatabase) => void;
  /** A newer version of this app is open in another tab; the connection is closed. */
  onNewer: () => void;
}

/** StorageErrors: blocked, where an older tab does not close its connection; newer, where a newer app was here. */
export async function openShared(name: string, { version, upgrade, onNewer }: SharedDatabase): Promise<IDBPDatabase> {
  let tellBlocked = (): void => {};
  const blocked = new Promise<never>((_, reject) => {
    tellBlocked = () => reject(new StorageError('blocked', storageWords.blocked));
  });
  const opening = openDB(name, version, {
    upgrade,
    blocked: () => tellBlocked(),
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      onNewer();
    },
  });
  try {
    return await Promise.race([opening, blocked]);
  } catch (error) {
    // Should it open after all, nobody waits for it.
    opening.then(
      (db) => db.close(),
      () => {},
    );
    if (error instanceof DOMException && error.name === 'VersionError') {
      throw new StorageError('newer', storageWords.newerDatabase(name), error);
    }
    throw error;
  }
}
