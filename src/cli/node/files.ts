/** A folder of the disk as the slot stores see one. */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeSync,
  constants,
} from 'node:fs';
import path from 'node:path';
import { StorageError } from '../../storage/errors.ts';
import type { Files, OpenFile } from '../../storage/files.ts';
import { storageWords } from '../../words/storage.ts';

/** What the system says of a disk without room. */
const full: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The call's answer; a disk without room is told as the stores know it. */
function call<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (full.has((error as NodeJS.ErrnoException).code)) throw new StorageError('short', storageWords.noRoom, error);
    throw error;
  }
}

export class NodeFiles implements Files {
  readonly kind = 'disk';
  readonly answersAtOnce = false;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  async list(): Promise<string[]> {
    return readdirSync(this.#folder);
  }

  async open(name: string): Promise<OpenFile> {
    const handle = call(() => openSync(path.join(this.#folder, name), constants.O_RDWR | constants.O_CREAT));
    return {
      size: () => fstatSync(handle).size,
      read: (into, at) => readSync(handle, into, 0, into.length, at),
      write: (bytes, at) => call(() => writeSync(handle, bytes, 0, bytes.length, at)),
      truncate: (size) => call(() => ftruncateSync(handle, size)),
      flush: () => call(() => fsyncSync(handle)),
      close: () => closeSync(handle),
    };
  }

  async remove(name: string): Promise<void> {
    rmSync(path.join(this.#folder, name), { force: true });
  }
}
