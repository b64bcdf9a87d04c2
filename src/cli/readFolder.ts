import { closeSync, fstatSync, openAsBlob, openSync, readdirSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import type { FolderFile } from '../export/huggingface.ts';
import type { FolderBlob } from '../protocol.ts';
import { isModelFile } from '../recipe/modelFiles.ts';
import { UserError } from '../util/errors.ts';
import { readWords } from './words/places.ts';
import { asUserError } from './writeFolder.ts';

/** What the system refuses is told. */
function attempt<T>(folder: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw asUserError(error, readWords.modelUnreadable(folder));
  }
}

/**
 * A file as a blob, read when it is asked for. UserError for one of 4 GiB or more: Node 20 counts a blob's bytes in 32 bits, and its
 * remainder would be taken for the whole.
 */
export async function openBlob(file: string): Promise<Blob> {
  const { size } = statSync(file);
  if (size >= 2 ** 32) throw new UserError(readWords.largeFile(path.basename(file), size, 2 ** 32 - 1));
  return openAsBlob(file);
}

/** A file's bytes. `most`: of one call, of which Node takes less than 2 GiB. */
export function readWhole(file: string, most = 2 ** 30): Uint8Array {
  const handle = openSync(file, 'r');
  try {
    const bytes = new Uint8Array(fstatSync(handle).size);
    for (let at = 0; at < bytes.length;) {
      const read = readSync(handle, bytes, at, Math.min(most, bytes.length - at), at);
      // It was cut short meanwhile.
      if (read === 0) return bytes.subarray(0, at);
      at += read;
    }
    return bytes;
  } finally {
    closeSync(handle);
  }
}

/** Names of the files of a model's folder that its readers look at, those that are there. */
function modelFiles(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(readWords.noFolder(folder));
  }
  return attempt(folder, () => readdirSync(folder).filter(isModelFile));
}

/**
 * A model's files. A file's bytes are read when they are asked for: what config.json says against a model is told before its weights are
 * read.
 * @throws UserError where the folder or a file cannot be read.
 */
export const readFolder = (folder: string): FolderFile[] =>
  modelFiles(folder).map((name) => ({
    name,
    get bytes() {
      return attempt(folder, () => readWhole(path.join(folder, name)));
    },
  }));

/** The same files, of which parts can be read: what a model needs is told by its headers. */
export const openFolder = (folder: string): Promise<FolderBlob[]> =>
  Promise.all(modelFiles(folder).map(async (name) => ({ name, bytes: await openBlob(path.join(folder, name)) })));
