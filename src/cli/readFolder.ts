import { openAsBlob, readdirSync, readFileSync, statSync } from 'node:fs';
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
 * The files of a model's folder that readHuggingFaceFolder looks at, those that are there. A file's bytes are read when they are asked for:
 * what config.json says against a model is told before its weights are read.
 * @throws UserError where the folder or a file cannot be read.
 */
export function readFolder(folder: string): FolderFile[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(readWords.noFolder(folder));
  }
  return attempt(folder, () => {
    return readdirSync(folder)
      .filter(isModelFile)
      .map((name) => ({
        name,
        get bytes() {
          return attempt(folder, () => readFileSync(path.join(folder, name)));
        },
      }));
  });
}

/** The same files, of which only what is asked for is read: what a model needs is told by its headers. */
export const openFolder = (folder: string): Promise<FolderBlob[]> =>
  Promise.all(
    readdirSync(folder)
      .filter(isModelFile)
      .map(async (name) => ({ name, bytes: await openAsBlob(path.join(folder, name)) })),
  );
