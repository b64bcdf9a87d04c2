/** The safest storage this browser gives a worker: OPFS, else IndexedDB, else memory, which the user must be told of. */
import { StorageError } from './errors.ts';
import { type Files, MemoryFiles } from './files.ts';
import { IndexedDbFiles } from './indexedDb.ts';
import { OpfsFiles } from './opfs.ts';

export interface Opened {
  files: Files;
  /** One sentence where runs do not outlive the tab; null where they do. */
  notice: string | null;
}

export async function openFiles(): Promise<Opened> {
  const reasons: string[] = [];
  for (const kind of [OpfsFiles, IndexedDbFiles]) {
    try {
      const files = await kind.create();
      await files.list(); // denied storage may open and fail at first use
      return { files, notice: null };
    } catch (error) {
      if (error instanceof StorageError) return { files: new MemoryFiles(), notice: `${error.message} Until then runs are kept in this tab only.` };
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  return {
    files: new MemoryFiles(),
    notice: `This browser blocks storage for this site (${reasons.join('; ')}): keep this tab open and download the model.`,
  };
}
