/** A file of the user's looked through before a run depends on it. */
import type { FileReport, UserFile } from '../protocol.ts';
import { UserError } from '../util/errors.ts';
import { readFile } from './read.ts';

/** Bytes between two words on how far it is: some twenty a second on a slow machine. */
const reportEvery = 4 << 20;

/** Reads all of a file, as a run will, and keeps none of it. Damage is a finding, any other refusal an error with its code. */
export async function checkFile({ source, name, bytes, invalid }: UserFile, onProgress: (read: number, total: number) => void): Promise<FileReport> {
  let told = 0;
  const progress = (read: number, total: number): void => {
    if (read - told < reportEvery && read < total) return;
    told = read;
    onProgress(read, total);
  };
  try {
    const asked = invalid !== undefined && invalid !== 'refuse';
    const read = await readFile(source, name, bytes, { invalid: asked ? invalid : 'replace', onProgress: progress });
    if (!asked && read.firstDamage !== null) return { kind: 'damaged', places: read.damaged, at: read.firstDamage };
    return { kind: 'good', documents: read.documents.length };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: 'refused', code: error.code ?? 'text', message: error.message };
  }
}
