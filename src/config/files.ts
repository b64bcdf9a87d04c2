/** The kinds of files that are read as documents, told by the end of a file's name; the same on the page and in the terminal. */
import { UserError } from '../util/errors.ts';
import { brief } from '../util/quoted.ts';
import { recipeWords } from '../words/recipe.ts';

/**
 * Bytes of text a file may have, unpacked: half of what a JavaScript string can hold, because as byte tokens a text
 * takes eight times its size while it is prepared, and a tab has a few GB.
 */
export const LARGEST_TEXT = 2 ** 28;

export type FileKind = 'plain' | 'lines' | 'json' | 'table' | 'docx' | 'zip' | 'parquet';

const KINDS: Readonly<Record<string, FileKind>> = {
  '.txt': 'plain',
  '.md': 'plain',
  '.jsonl': 'lines',
  '.ndjson': 'lines',
  '.json': 'json',
  '.csv': 'table',
  '.tsv': 'table',
  '.parquet': 'parquet',
  '.docx': 'docx',
  '.zip': 'zip',
};

/** What a file's name may end in: `.gz` behind any other, or none at all, which is plain text. */
export const FILE_ENDINGS: readonly string[] = [...Object.keys(KINDS), '.gz'];

/** A name's ending in lower case, that of what is packed where it is packed; '' for none. */
export function endingOf(name: string): string {
  const plain = name.toLowerCase().replace(/\.gz$/, '');
  return /[^./\\](\.[^./\\]+)$/.exec(plain)?.[1] ?? '';
}

/** Null: of no kind that is read. A folder, told by the slash at the end of its name, is packed and read as a zip (config/folder.ts). */
export function fileKind(name: string): FileKind | null {
  if (name.endsWith('/')) return 'zip';
  const ending = endingOf(name);
  if (ending === '') return 'plain';
  return Object.hasOwn(KINDS, ending) ? KINDS[ending]! : null;
}

/** Whether a file inside a zip or a folder is read: its name says that it is text, and it is no zip itself. */
export function isReadInside(name: string): boolean {
  const kind = fileKind(name);
  return kind !== null && kind !== 'zip' && endingOf(name) !== '';
}

export function unreadableKind(name: string): UserError {
  const all = Object.keys(KINDS).join(', ');
  return new UserError(recipeWords.unknownKind(brief(name), all), { code: 'text-kind' });
}
