/** Documents in the terminal: which files a command reads, and where, by the reader that the page has too (data/read.ts). */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { openBlob } from './readFolder.ts';
import { FILE_ENDINGS } from '../config/files.ts';
import { BLEND_KEYS, type BlendKey, isWhole, SOURCE_NAME, type SourceUse, wholeUse } from '../config/sources.ts';
import { packFolder } from '../config/folder.ts';
import type { GivenFile } from '../data/prepare.ts';
import { readFile } from '../data/read.ts';
import { UserError } from '../util/errors.ts';
import type { Given } from './commands.ts';
import type { Host } from './host.ts';
import { choice, file, folder, type Kind, number } from './kinds.ts';
import { commonWords } from './words/common.ts';
import { documentWords } from './words/inputs.ts';

export interface GivenDocument {
  file: string;
  /** The column or field that is read alone; null: what reads like text. */
  column: string | null;
}

const isThere = (place: string): boolean => (file.read(place) ?? folder.read(place)) !== undefined;

/** `PATH#COLUMN`; a file or folder whose own name has a # is that one. */
export const documentFile: Kind<GivenDocument> = {
  shown: 'PATH',
  wanted: documentWords.file,
  path: 'either',
  read(given) {
    const at = given.lastIndexOf('#');
    if (isThere(given)) return { file: given, column: null };
    if (at < 0 || !isThere(given.slice(0, at))) return undefined;
    return { file: given.slice(0, at), column: given.slice(at + 1) };
  },
};

/** A file, or a folder as the one file in which it is read. */
export async function openDocument(place: string): Promise<{ name: string; bytes: Blob }> {
  if (folder.read(place) === undefined) return { name: path.basename(place), bytes: await openBlob(place) };
  const name = `${path.basename(path.resolve(place))}/`;
  const files = filesBelow(place).map((one) => path.relative(place, one));
  const opened = files.map(async (one) => ({
    path: one.replaceAll(path.sep, '/'),
    bytes: await openBlob(path.join(place, one)),
  }));
  return { name, bytes: await packFolder(name, await Promise.all(opened)) };
}

/** The files of a folder and of those in it, or the file itself. Links are not followed: they may lead in a circle, or out of it. */
export const filesBelow = (place: string): string[] =>
  folder.read(place) === undefined
    ? [place]
    : readdirSync(place, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name));

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
      ...{ source, ...(await openDocument(place)), invalid: given.invalid, column },
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
  const { name, bytes } = await openDocument(place);
  const { documents, notes } = await readFile('text', name, bytes, { column });
  for (const note of notes) host.say(commonWords.note(note));
  return documents.map(({ text }) => text).join('');
}

/** An error with what to type behind it: only the terminal names commands, and the page's messages are the same without them. */
export function hinted(error: unknown): unknown {
  const { hints } = documentWords;
  if (!(error instanceof UserError) || error.code === undefined || !Object.hasOwn(hints, error.code)) return error;
  return new UserError(`${error.message} ${hints[error.code]!}`, { code: error.code, cause: error });
}
