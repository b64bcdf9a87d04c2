/** Documents in the terminal: which files a run reads, and where, by the reader that the page has too (data/read.ts). */
import { openAsBlob, readFileSync } from 'node:fs';
import path from 'node:path';
import { isWhole, type SourceUse, wholeUse } from '../config/sources.ts';
import type { GivenFile } from '../data/prepare.ts';
import { decodeText, readFile, type TextFile } from '../data/read.ts';
import { UserError } from '../util/errors.ts';
import type { Given } from './commands.ts';
import { choice, sourceBlends, sourceFile, type SourceFile, sourceShare } from './kinds.ts';

export const dataFlags = {
  data: { kind: sourceFile, about: 'a text of yours as a source; of a table or of JSON, #COLUMN names what is read', many: true },
  invalid: { kind: choice('HOW', ['refuse', 'replace', 'windows-1252'] as const), about: 'what becomes of bytes that are no text' },
  in: { kind: sourceBlends, about: 'the blends that read a text of yours, if not all: base, general, qa', many: true },
  mix: { kind: sourceShare, about: 'the share of a text of yours in those blends, beside the preset’s own sources', many: true },
} as const;

export interface Documents {
  files: GivenFile[];
  /** Names of their sources, each once. */
  names: string[];
  uses: SourceUse[];
}

/** The files that `--data` names, and where `--in` and `--mix` put them. They are opened, not read. */
export async function givenDocuments(given: Partial<Given<typeof dataFlags>>): Promise<Documents> {
  const files = await Promise.all(
    (given.data ?? []).map(async ({ source, file: place, column }) => ({
      ...{ source, name: path.basename(place), bytes: await openAsBlob(place), invalid: given.invalid, column },
    })),
  );
  const names = [...new Set(files.map(({ source }) => source))];
  const uses = new Map(names.map((name) => [name, wholeUse(name)]));
  const amend = (option: string, { source, ...change }: Partial<SourceUse> & { source: string }): void => {
    const known = uses.get(source);
    if (!known) throw new UserError(`--${option} names ${source}, which no --data gives: there are ${names.join(', ') || 'none'}.`);
    uses.set(source, { ...known, ...change });
  };
  for (const change of given.in ?? []) amend('in', change);
  for (const change of given.mix ?? []) amend('mix', change);
  return { files, names, uses: [...uses.values()].filter((use) => !isWhole(use)) };
}

/** A file's documents at once, as a source of its own name would have them. */
export async function readGiven({ file, column }: Omit<SourceFile, 'source'>): Promise<TextFile> {
  return readFile('text', path.basename(file), await openAsBlob(file), { column });
}

/** A JSON file in any encoding that text may have. */
export function readJson(file: string): unknown {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(file));
  } catch {
    throw new UserError(`The file ${file} cannot be read: check the path.`);
  }
  const text = decodeText(path.basename(file), bytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`The file ${file} is not JSON (${(error as Error).message}).`);
  }
}

const REBUILD = 'The shards are made again by: node src/cli/run.mjs src/cli/buildData.ts.';
const HINTS: Readonly<Record<string, string>> = {
  'text-column': 'In the terminal: --data SOURCE=FILE#COLUMN.',
  'source-unknown': 'In the terminal: --data SOURCE=FILE.',
  shards: REBUILD,
};

/** An error with what to type behind it: only the terminal names commands, and the page's messages are the same without them. */
export function hinted(error: unknown): unknown {
  const hint =
    error instanceof UserError && error.code !== undefined && Object.hasOwn(HINTS, error.code)
      ? HINTS[error.code]
      : undefined;
  return hint === undefined
    ? error
    : new UserError(`${(error as UserError).message} ${hint}`, { code: (error as UserError).code, cause: error });
}
