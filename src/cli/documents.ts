/** Documents in the terminal: which files a run reads, and where, by the reader that the page has too (data/read.ts). */
import { openAsBlob, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { BLEND_KEYS, type BlendKey, isWhole, type SourceUse, wholeUse } from '../config/sources.ts';
import { isInvalid } from '../data/decode.ts';
import type { GivenFile } from '../data/prepare.ts';
import { decodeText, readFile, type TextFile } from '../data/read.ts';
import { UserError } from '../util/errors.ts';

/** Options of every command that reads documents. */
export const documentOptions = {
  data: { type: 'string', multiple: true },
  invalid: { type: 'string' },
  in: { type: 'string', multiple: true },
  mix: { type: 'string', multiple: true },
} as const;

export interface GivenDocuments {
  data?: readonly string[];
  invalid?: string;
  /** SOURCE=base,general,qa */
  in?: readonly string[];
  /** SOURCE=PERCENT */
  mix?: readonly string[];
}

export interface Documents {
  files: GivenFile[];
  /** Names of their sources, each once. */
  names: string[];
  uses: SourceUse[];
}

const SHORT: Readonly<Record<string, BlendKey>> = {
  base: 'base.blend',
  general: 'continued.general',
  qa: 'continued.qa',
};

/** The files that `--data SOURCE=PATH[#COLUMN]` names, and where `--in` and `--mix` put them. They are opened, not read. */
export async function givenDocuments({
  data = [],
  invalid = 'refuse',
  in: places = [],
  mix = [],
}: GivenDocuments): Promise<Documents> {
  if (!isInvalid(invalid))
    throw new UserError(`--invalid ${invalid} is unknown: give refuse, replace or windows-1252.`);
  const files: GivenFile[] = [];
  for (const pair of data) {
    const [source, given] = divided('data', pair, 'SOURCE=PATH');
    const { file, column } = withColumn(given);
    files.push({ source, name: path.basename(file), bytes: await openFile(file), invalid, column });
  }
  const names = [...new Set(files.map(({ source }) => source))];
  const uses = new Map(names.map((name) => [name, wholeUse(name)]));
  const amend = (option: string, source: string, change: Partial<SourceUse>): void => {
    const known = uses.get(source);
    if (!known)
      throw new UserError(
        `--${option} names ${source}, which no --data gives: there are ${names.join(', ') || 'none'}.`,
      );
    uses.set(source, { ...known, ...change });
  };
  for (const pair of places) {
    const [source, list] = divided('in', pair, 'SOURCE=BLENDS');
    const blends = list.split(',').map((name) => SHORT[name.trim()]);
    if (!blends.every((key) => key !== undefined)) {
      throw new UserError(
        `--in ${pair} names an unknown blend: give some of base, general, qa with commas between them.`,
      );
    }
    amend('in', source, { blends: BLEND_KEYS.filter((key) => blends.includes(key)) });
  }
  for (const pair of mix) {
    const [source, percent] = divided('mix', pair, 'SOURCE=PERCENT');
    const share = /^\d+(\.\d+)?%?$/.test(percent) ? parseFloat(percent) / 100 : NaN;
    if (!(share > 0 && share <= 1))
      throw new UserError(`--mix ${pair} is no share: give a number above 0, at most 100, as in ${source}=20.`);
    amend('mix', source, { share });
  }
  return { files, names, uses: [...uses.values()].filter((use) => !isWhole(use)) };
}

function divided(option: string, pair: string, wanted: string): [string, string] {
  const at = pair.indexOf('=');
  if (at < 1) throw new UserError(`--${option} ${pair} is not ${wanted}.`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;

/** `file.csv#column`; a file whose own name has a # is that file. */
export function withColumn(given: string): { file: string; column: string | null } {
  const at = given.lastIndexOf('#');
  return at < 0 || isFile(given)
    ? { file: given, column: null }
    : { file: given.slice(0, at), column: given.slice(at + 1) };
}

/** A file of any size, to be read piece by piece. */
export async function openFile(file: string): Promise<Blob> {
  if (!isFile(file)) throw new UserError(`The file ${file} cannot be read: check the path.`);
  return openAsBlob(file);
}

/** A file's documents at once, as a source of its own name would have them. */
export async function readGiven(given: string): Promise<TextFile> {
  const { file, column } = withColumn(given);
  return readFile('text', path.basename(file), await openFile(file), { column });
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
