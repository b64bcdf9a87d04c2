/** A .zip as somebody else made it: what it says is in it, and some of that unpacked, within limits. */
import { unzipSync } from 'fflate';
import { UserError } from '../util/errors.ts';
import { zipWords } from '../words/zip.ts';
import { modelPaths } from './modelFiles.ts';

export interface ZipEntry {
  /** With slashes. */
  path: string;
  /** Bytes it says it unpacks to. */
  size: number;
}

/** Entries that are looked through. A forged table of contents can claim four billion. */
const MOST_ENTRIES = 10_000;
/** What a model may unpack to, times the bytes of its zip: weights do not pack, and the JSON beside them packs to a tenth. */
const LARGEST_RATIO = 20;

const refused = (sentence: string): UserError => new UserError(sentence, { code: 'zip' });

/** Everything that is in it. UserError where it is no zip. */
export function listZip(zip: Uint8Array): ZipEntry[] {
  const found: ZipEntry[] = [];
  unzip(zip, ({ name, originalSize }) => {
    if (found.length >= MOST_ENTRIES) throw refused(zipWords.tooMany(MOST_ENTRIES));
    found.push({ path: name, size: originalSize });
    return false;
  });
  return found;
}

/** The bytes of some of it, by path; at most `most` of them together, which is refused before any is unpacked. */
export function unpack(zip: Uint8Array, wanted: readonly ZipEntry[], most: number): Map<string, Uint8Array> {
  const size = wanted.reduce((sum, entry) => sum + entry.size, 0);
  if (size > most) throw refused(zipWords.tooLarge(size, most));
  const paths = new Set(wanted.map(({ path }) => path));
  return new Map(Object.entries(unzip(zip, ({ name }) => paths.has(name))));
}

/** The files of the model folder in it, under their names alone: those that are read, if it has any. `most`: bytes. */
export function modelOfZip(zip: Uint8Array, most: number): { name: string; bytes: Uint8Array }[] {
  const entries = listZip(zip);
  const paths = new Set(modelPaths(entries.map(({ path }) => path)));
  const wanted = entries.filter(({ path }) => paths.has(path));
  const unpacked = unpack(zip, wanted, Math.min(most, LARGEST_RATIO * zip.length));
  return Array.from(unpacked, ([path, bytes]) => ({ name: path.split('/').at(-1)!, bytes }));
}

/** fflate unpacks into as many bytes as the table of contents says: one that lies gives a damaged file, not a larger one. */
function unzip(
  zip: Uint8Array,
  filter: (entry: { name: string; originalSize: number }) => boolean,
): Record<string, Uint8Array> {
  try {
    return unzipSync(zip, { filter });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw refused(zipWords.damaged);
  }
}
