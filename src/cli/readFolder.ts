import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { FolderFile } from '../export/huggingface.ts';
import { isModelFile } from '../recipe/modelFiles.ts';
import { UserError } from '../util/errors.ts';
import { asUserError } from './writeFolder.ts';

/**
 * The files of a model's folder that readHuggingFaceFolder looks at, those that are there.
 * @throws UserError where the folder or a file cannot be read.
 */
export function readFolder(folder: string): FolderFile[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(`There is no folder ${folder}: give the model folder that a run has written.`);
  }
  try {
    return readdirSync(folder)
      .filter(isModelFile)
      .map((name) => ({ name, bytes: readFileSync(path.join(folder, name)) }));
  } catch (error) {
    throw asUserError(error, `The model folder ${folder} cannot be read`);
  }
}
