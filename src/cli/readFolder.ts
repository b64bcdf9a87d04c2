import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { FolderFile } from '../export/huggingface.ts';
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
 * The files of a model's folder that readHuggingFaceFolder looks at, those that are there; also of the model in a run's folder or in a .zip
 * of either. A file's bytes are read when they are asked for: what config.json says against a model is told before its weights are read.
 * @throws UserError where the folder or a file cannot be read.
 */
export function readFolder(place: string): FolderFile[] {
  const found = statSync(place, { throwIfNoEntry: false });
  if (found?.isFile()) return readZip(place);
  if (!found?.isDirectory()) throw new UserError(readWords.noFolder(place));
  return attempt(place, () => {
    const folder = isRunFolder(place) ? path.join(place, 'model') : place;
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

/** A run's folder has settings and the model beside them. */
const isRunFolder = (folder: string): boolean =>
  existsSync(path.join(folder, 'metrics.jsonl')) && existsSync(path.join(folder, 'model'));

function readZip(file: string): FolderFile[] {
  const bytes = attempt(file, () => readFileSync(file));
  try {
    return modelOfZip(bytes, LARGEST_FOLDER);
  } catch (error) {
    throw error instanceof UserError ? new UserError(readWords.badZip(file, error.message), { code: 'zip' }) : error;
  }
}
