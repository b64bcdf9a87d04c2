/**
 * What the value of a command's option may be: one declaration a kind, read from text in one place. Whatever does not fit is one
 * sentence that says what was given and what is wanted.
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../util/errors.ts';
import { brief, quoted } from '../util/quoted.ts';
import { kindWords } from './words/places.ts';

export interface Kind<T> {
  /** Stands for the value in a usage line. */
  readonly shown: string;
  /** What is accepted, after "give". */
  readonly wanted: string;
  /** The value, or undefined where the text means none. */
  read(text: string): T | undefined;
  /** A path: the hostile values of others are good names of files. */
  readonly path?: 'file' | 'folder' | 'either' | 'new';
}

/** Plain decimal or exponent notation; no hexadecimal, no Infinity, no empty text. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const inRange = (value: number, min: number, max: number): number | undefined =>
  Number.isFinite(value) && value >= min && value <= max ? value : undefined;

export const text = (shown: string, wanted = kindWords.text, empty = false): Kind<string> => ({
  shown,
  wanted,
  read: (given) => (given !== '' || empty ? given : undefined),
});

export const choice = <T extends string>(shown: string, choices: readonly T[]): Kind<T> => ({
  shown,
  wanted: kindWords.oneOf(choices),
  read: (given) => choices.find((one) => one === given),
});

export const number = (min: number, max: number): Kind<number> => ({
  shown: 'NUMBER',
  wanted: kindWords.number(min, max),
  read: (given) => (NUMBER.test(given) ? inRange(Number(given), min, max) : undefined),
});

export const count = (min: number, max: number): Kind<number> => ({
  shown: 'N',
  wanted: kindWords.count(min, max),
  read: (given) => (/^\d+$/.test(given) ? inRange(Number(given), min, max) : undefined),
});

/** Values of a kind with commas between them. */
export const list = (shown: string, one: Kind<number>): Kind<number[]> => ({
  shown,
  wanted: kindWords.list(one.wanted),
  read(given) {
    const values = given.split(',').map((part) => one.read(part));
    return values.includes(undefined) ? undefined : (values as number[]);
  },
});

/** Most runs of one kind with different seeds: beyond it is no comparison but a slip of the hand. */
const mostSeeds = 1000;
export const greatestSeed = 0x7fffffff;

/** '5' is the seeds 1 … 5, '2,7' those two. */
export const seeds: Kind<number[]> = {
  shown: 'N',
  wanted: kindWords.seeds(mostSeeds),
  read(given) {
    if (given.includes(',')) return list('', count(0, greatestSeed)).read(given);
    const many = count(1, mostSeeds).read(given);
    return many === undefined ? undefined : Array.from({ length: many }, (_, i) => i + 1);
  },
};

/** Existence asked in a way that no odd path makes throw. */
function typeOf(place: string): 'file' | 'folder' | null {
  try {
    const found = statSync(place);
    return found.isDirectory() ? 'folder' : 'file';
  } catch {
    return null;
  }
}

export const file: Kind<string> = {
  shown: 'FILE',
  wanted: kindWords.file,
  path: 'file',
  read: (given) => (typeOf(given) === 'file' ? given : undefined),
};

export const folder: Kind<string> = {
  shown: 'DIR',
  wanted: kindWords.folder,
  path: 'folder',
  read: (given) => (typeOf(given) === 'folder' ? given : undefined),
};

/** A model's folder, a .zip of one, or one of the words that stand for another. */
export const modelOr = (...words: string[]): Kind<string> => ({
  ...folder,
  shown: ['DIR', 'FILE.zip', ...words].join('|'),
  wanted: kindWords.modelOr(words),
  read: (given) =>
    words.includes(given) || (given.endsWith('.zip') && typeOf(given) === 'file') ? given : folder.read(given),
});

/** A folder or file to be written, there or not. */
export const place = (shown: string): Kind<string> => ({
  shown,
  wanted: kindWords.place,
  path: 'new',
  read: (given) => (given === '' || given.includes('\0') ? undefined : path.resolve(given)),
});

/** `value` of the option `name` as its kind reads it. */
export function readValue<T>(kind: Kind<T>, name: string, value: string): T {
  const read = kind.read(value);
  if (read === undefined)
    throw new UserError(kindWords.wrong(name, value === '' ? '' : quoted(brief(value)), kind.wanted));
  return read;
}
