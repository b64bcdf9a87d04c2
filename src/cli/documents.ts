/** Documents in the terminal: which files a command reads, and where, by the reader that the page has too (data/read.ts). */
import path from 'node:path';
import { openBlob } from './readFolder.ts';
import { FILE_ENDINGS } from '../config/files.ts';
import { BLEND_KEYS, type BlendKey, isWhole, SOURCE_NAME, type SourceUse, wholeUse } from '../config/sources.ts';
import type { GivenFile } from '../data/prepare.ts';
import { readFile } from '../data/read.ts';
import { UserError } from '../util/errors.ts';
import type { Given } from './commands.ts';
import type { Host } from './host.ts';
import { choice, file, type Kind, number } from './kinds.ts';
import { commonWords } from './words/common.ts';
import { documentWords } from './words/inputs.ts';

export interface GivenDocument {
  file: string;
  /** The column or field that is read alone; null: what reads like text. */
  column: string | null;
}

/** `FILE#COLUMN`; a file whose own name has a # is that file. */
export const documentFile: Kind<GivenDocument> = {
  shown: 'FILE',
  wanted: documentWords.file,
  path: 'file',
  read(given) {
    const at = given.lastIndexOf('#');
    if (file.read(given) !== undefined) return { file: given, column: null };
    if (at < 0 || file.read(given.slice(0, at)) === undefined) return undefined;
    return { file: given.slice(0, at), column: given.slice(at + 1) };
  },
};

/** What stands behind a source's name and an equals sign. */
function ofSource<T, R>(
  shown: string,
  wanted: string,
  read: (text: string) => T | undefined,
  make: (source: string, value: T) => R,
): Kind<R> {
  return {
    shown: `SOURCE=${shown}`,
    wanted: documentWords.ofSource(shown, wanted),
    read(given) {
      const at = given.indexOf('=');
      const source = given.slice(0, at);
      const value = at > 0 && SOURCE_NAME.test(source) ? read(given.slice(at + 1)) : undefined;
      return value === undefined ? undefined : make(source, value);
    },
  };
}

const SHORT: Readonly<Record<string, BlendKey>> = {
  base: 'base.blend',
  general: 'continued.general',
  qa: 'continued.qa',
};

function readBlends(list: string): BlendKey[] | undefined {
  const names = list.split(',');
  if (!names.every((name) => Object.hasOwn(SHORT, name))) return undefined;
  return BLEND_KEYS.filter((key) => names.some((name) => SHORT[name] === key));
}

/** Options of every command that trains on documents. */
export const documentFlags = {
  data: {
    kind: ofSource('PATH', documentFile.wanted, documentFile.read, (source, document) => ({ source, ...document })),
    about: documentWords.data(FILE_ENDINGS.join(', ')),
    many: true,
  },
  in: {
    kind: ofSource('BLENDS', documentWords.blends, readBlends, (source, blends) => ({ source, blends })),
    about: documentWords.in,
    many: true,
  },
  mix: {
    kind: ofSource('PERCENT', documentWords.percent, number(0.01, 100).read, (source, percent) => ({
      source,
      share: percent / 100,
    })),
    about: documentWords.mix,
    many: true,
  },
  invalid: {
    kind: choice('HOW', ['refuse', 'replace', 'windows-1252'] as const),
    about: documentWords.invalid,
  },
} as const;

export interface Documents {
  files: GivenFile[];
  /** Names of their sources, each once. */
  names: string[];
  /** Of those that are not read everywhere in place of the preset's text. */
  uses: SourceUse[];
}

/** The files that are named, opened and not read. */
export async function givenDocuments(given: Partial<Given<typeof documentFlags>>): Promise<Documents> {
  const files = await Promise.all(
    (given.data ?? []).map(async ({ source, file: place, column }) => ({
      ...{ source, name: path.basename(place), bytes: await openBlob(place), invalid: given.invalid, column },
    })),
  );
  const names = [...new Set(files.map(({ source }) => source))];
  const uses = new Map<string, SourceUse>();
  // One that no file is given for is refused with the configuration.
  for (const change of [...(given.in ?? []), ...(given.mix ?? [])]) {
    uses.set(change.source, { ...(uses.get(change.source) ?? wholeUse(change.source)), ...change });
  }
  return { files, names, uses: [...uses.values()].filter((use) => !isWhole(use) || !names.includes(use.source)) };
}

/** A file's text, its documents end to end; what is to be said of it is said. */
export async function readText({ file: place, column }: GivenDocument, host: Host): Promise<string> {
  const { documents, notes } = await readFile('text', path.basename(place), await openBlob(place), { column });
  for (const note of notes) host.say(commonWords.note(note));
  return documents.map(({ text }) => text).join('');
}

/** An error with what to type behind it: only the terminal names commands, and the page's messages are the same without them. */
export function hinted(error: unknown): unknown {
  const { hints } = documentWords;
  if (!(error instanceof UserError) || error.code === undefined || !Object.hasOwn(hints, error.code)) return error;
  return new UserError(`${error.message} ${hints[error.code]!}`, { code: error.code, cause: error });
}
