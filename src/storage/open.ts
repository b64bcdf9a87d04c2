/** The safest storage this browser gives a worker: OPFS, else IndexedDB, else memory, which the user must be told of. */
import { StorageError } from './errors.ts';
import { type Files, MemoryFiles } from './files.ts';
import { IndexedDbFiles } from './indexedDb.ts';
import { OpfsFiles } from './opfs.ts';
import { settled } from './settle.ts';
import { storageWords } from '../words/storage.ts';

export interface Opened {
  files: Files;
  /** One sentence where runs do not outlive the tab; null where they do. */
  notice: string | null;
}

/** Nothing that another kind of storage would help: versions of the app in each other's way. */
const ours: ReadonlySet<string> = new Set(['newer', 'blocked', 'outdated']);

export async function openFiles(): Promise<Opened> {
  const reasons: string[] = [];
  for (const kind of [OpfsFiles, IndexedDbFiles]) {
    try {
      const files = await settled<Files>(kind.create(), storageWords.opening);
      await settled(files.list(), storageWords.listing); // denied storage may open and fail at first use
      return { files, notice: null };
    } catch (error) {
      if (error instanceof StorageError && ours.has(error.code))
        return { files: new MemoryFiles(), notice: storageWords.tabOnly(error.message) };
      reasons.push(error instanceof StorageError ? error.what : String(error));
    }
  }
  return {
    files: new MemoryFiles(),
    notice: storageWords.noStorage(reasons.join('; ')),
  };
}
