/**
 * Files in IndexedDB, where there are no sync handles. A file is one value, held in memory while it is open; a flush
 * puts it in one strict transaction: a relaxed one (the default since Chromium 121) syncs the log but not the side file
 * that holds large values.
 */
import type { IDBPDatabase } from 'idb';
import { openShared } from './database.ts';
import { StorageError } from './errors.ts';
import { type Files, type OpenFile, readAt, resize, writeAt } from './files.ts';
import { storageWords } from '../words/storage.ts';

const database = 'rekindle-files';
const store = 'files';

export class IndexedDbFiles implements Files {
  readonly kind = 'indexeddb';
  readonly answersAtOnce = false;
  readonly #opened: IDBPDatabase;
  #outdated = false;

  static async create(): Promise<IndexedDbFiles> {
    const shared = {
      version: 1,
      upgrade: (db: IDBPDatabase) => void db.createObjectStore(store),
      onNewer: () => void (files.#outdated = true),
    };
    const files: IndexedDbFiles = new IndexedDbFiles(await openShared(database, shared));
    return files;
  }

  private constructor(db: IDBPDatabase) {
    this.#opened = db;
  }

  get #database(): IDBPDatabase {
    if (this.#outdated) throw new StorageError('outdated', storageWords.outdated);
    return this.#opened;
  }

  async list(): Promise<string[]> {
    return (await this.#database.getAllKeys(store)).map(String);
  }

  async open(name: string): Promise<OpenFile> {
    let bytes: Uint8Array<ArrayBuffer> = (await this.#database.get(store, name)) ?? new Uint8Array(0);
    return {
      size: () => bytes.length,
      read: (into, at) => readAt(bytes, into, at),
      write: (given, at) => {
        bytes = writeAt(bytes, given, at);
        return given.length;
      },
      truncate: (size) => void (bytes = resize(bytes, size)),
      flush: async () => {
        const transaction = this.#database.transaction(store, 'readwrite', { durability: 'strict' });
        await Promise.all([transaction.store.put(bytes, name), transaction.done]);
      },
      close: () => {},
    };
  }

  async remove(name: string): Promise<void> {
    await this.#database.delete(store, name);
  }
}
