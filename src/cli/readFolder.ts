import { closeSync, existsSync, fstatSync, openAsBlob, openSync, readdirSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import type { FolderFile } from '../export/huggingface.ts';
import type { FolderBlob } from '../protocol.ts';
import { isModelFile, LARGEST_FOLDER } from '../recipe/modelFiles.ts';
import { modelOfZip } from '../recipe/zip.ts';
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

/** A run's folder has settings and the model beside them. */
const isRunFolder = (folder: string): boolean =>
  existsSync(path.join(folder, 'metrics.jsonl')) && existsSync(path.join(folder, 'model'));

/** Places of the files of a model's folder, or of the model in a run's, that its readers look at: those that are there. */
function modelFiles(place: string): string[] {
  return attempt(place, () => {
    const folder = isRunFolder(place) ? path.join(place, 'model') : place;
    return readdirSync(folder)
      .filter(isModelFile)
      .map((name) => path.join(folder, name));
  });
}

/** Whether it is a .zip, by being a file. UserError where it is neither a file nor a folder. */
function isZip(place: string): boolean {
  const found = statSync(place, { throwIfNoEntry: false });
  if (!found?.isFile() && !found?.isDirectory()) throw new UserError(readWords.noFolder(place));
  return found.isFile();
}

function readZip(file: string): FolderFile[] {
  const bytes = attempt(file, () => readWhole(file));
  try {
    return modelOfZip(bytes, LARGEST_FOLDER);
  } catch (error) {
    throw error instanceof UserError ? new UserError(readWords.badZip(file, error.message), { code: 'zip' }) : error;
  }
}

/**
 * A model's files: of its folder, a run's, or a .zip of either. A file's bytes are read when they are asked for: what config.json says
 * against a model is told before its weights are read.
 * @throws UserError where the folder or a file cannot be read.
 */
export const readFolder = (place: string): FolderFile[] =>
  isZip(place)
    ? readZip(place)
    : modelFiles(place).map((file) => ({
        name: path.basename(file),
        get bytes() {
          return attempt(place, () => readWhole(file));
        },
      }));

/** The same files, of which parts can be read: what a model needs is told by its headers. */
export const openFolder = async (place: string): Promise<FolderBlob[]> =>
  isZip(place)
    ? readZip(place).map(({ name, bytes }) => ({ name, bytes: new Blob([bytes as BlobPart]) }))
    : Promise.all(modelFiles(place).map(async (file) => ({ name: path.basename(file), bytes: await openBlob(file) })));
