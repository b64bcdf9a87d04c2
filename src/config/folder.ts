/**
 * A folder of text as one file, the way in which it is read and kept: a zip of it in which nothing is compressed, its files in the order of
 * their paths. Of files whose kind is not read only the names are in it, so that the reader counts them as it does in any zip. Hidden
 * files, and what is in hidden folders, are no text of the reader's.
 */
import { Zip, ZipPassThrough } from 'fflate';
import { isReadInside, LARGEST_TEXT } from './files.ts';
import { UserError } from '../util/errors.ts';
import { brief } from '../util/quoted.ts';
import { textFolderWords } from '../words/textFolder.ts';

export interface TextFolderFile {
  /** Below the folder, with slashes: `letters/1.txt`. */
  path: string;
  bytes: Blob;
}

/** A zip's dates have no zone and begin in 1980: one for all, for the same files are the same bytes at any time in any place. */
const DATE = new Date(1980, 0, 1);
const NOTHING = new Blob();
/** Files asked for as one: a browser takes longer to begin with a small one than to read it. */
const TOGETHER = 250;

const isHidden = ({ path }: TextFolderFile): boolean => path.split('/').some((part) => part.startsWith('.'));

/**
 * By code units, as the same folder is read in the same order everywhere; `name` ends in a slash.
 * @throws UserError text-empty, text-kind, text-size; what a file throws that cannot be read.
 */
export async function packFolder(name: string, files: readonly TextFolderFile[]): Promise<Blob> {
  const inOrder = files.filter((file) => !isHidden(file)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const read = inOrder.filter(({ path }) => isReadInside(path));
  if (inOrder.length === 0) throw new UserError(textFolderWords.empty(brief(name)), { code: 'text-empty' });
  if (read.length === 0)
    throw new UserError(textFolderWords.noText(brief(name), inOrder.length), { code: 'text-kind' });
  const size = read.reduce((sum, { bytes }) => sum + bytes.size, 0);
  if (size > LARGEST_TEXT) {
    const [is, most] = [Math.ceil(size / 1e6), Math.floor(LARGEST_TEXT / 1e6)];
    throw new UserError(textFolderWords.tooLarge(brief(name), is, most), { code: 'text-size' });
  }
  // A blob for all that was asked for at once, which a browser may put on the disk.
  const packed: Blob[] = [];
  let parts: Uint8Array[] = [];
  const zip = new Zip((error, part) => {
    if (error) throw error;
    parts.push(part);
  });
  for (let from = 0; from < inOrder.length; from += TOGETHER) {
    const some = inOrder.slice(from, from + TOGETHER);
    const contents = some.map(({ path, bytes }) => (isReadInside(path) ? bytes : NOTHING));
    const all = new Uint8Array(await new Blob(contents).arrayBuffer());
    let at = 0;
    for (const [i, { path }] of some.entries()) {
      const entry = new ZipPassThrough(path);
      entry.mtime = DATE;
      zip.add(entry);
      entry.push(all.subarray(at, (at += contents[i]?.size ?? 0)), true);
    }
    packed.push(new Blob(parts as BlobPart[]));
    parts = [];
  }
  zip.end();
  return new Blob([...packed, ...(parts as BlobPart[])]);
}
