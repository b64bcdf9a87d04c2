/** The origin private file system through sync handles, which only a worker has. */
import type { Files, OpenFile } from './files.ts';
import { storageWords } from '../words/storage.ts';

const folder = 'runs';

export class OpfsFiles implements Files {
  readonly kind = 'opfs';
  readonly answersAtOnce = true;
  readonly #directory: FileSystemDirectoryHandle;

  /** Rejects where the browser denies storage or has no sync handles. */
  static async create(): Promise<OpfsFiles> {
    if (!('createSyncAccessHandle' in FileSystemFileHandle.prototype)) throw new Error(storageWords.noSyncFiles);
    const root = await navigator.storage.getDirectory();
    return new OpfsFiles(await root.getDirectoryHandle(folder, { create: true }));
  }

  private constructor(directory: FileSystemDirectoryHandle) {
    this.#directory = directory;
  }

  async list(): Promise<string[]> {
    const names: string[] = [];
    for await (const name of this.#directory.keys()) names.push(name);
    return names;
  }

  async open(name: string): Promise<OpenFile> {
    const handle = await this.#directory.getFileHandle(name, { create: true });
    const access = await handle.createSyncAccessHandle();
    return {
      size: () => access.getSize(),
      read: (into, at) => access.read(into, { at }),
      write: (bytes, at) => access.write(bytes, { at }),
      truncate: (size) => access.truncate(size),
      flush: () => access.flush(),
      close: () => access.close(),
    };
  }

  async remove(name: string): Promise<void> {
    try {
      await this.#directory.removeEntry(name);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotFoundError') throw error;
    }
  }
}
