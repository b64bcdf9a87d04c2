/** What the commands share: arguments that name what is wrong, files read whole, a folder that is there whole or not at all. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../util/errors.ts';

export const say = (line: string): void => void process.stderr.write(`${line}\n`);

type Options = Record<string, { type: 'string' | 'boolean'; multiple?: boolean }>;

/** Arguments of a command; anything unknown is named. */
export function argumentsOf<T extends Options>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UserError(`${(error as Error).message.split('.')[0]!.replace(/\s+/g, ' ')}: see README for the command's options.`);
  }
}

export function required(value: string | undefined, name: string): string {
  if (value === undefined) throw new UserError(`--${name} is missing: see README for the command's options.`);
  return value;
}

export function integer(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new UserError(`--${name} is "${text}": give a whole number of 0 or more.`);
  return value;
}

/** The folder a command writes, which must not exist yet. */
export function newFolder(given: string | undefined): string {
  const out = path.resolve(required(given, 'out'));
  if (existsSync(out)) throw new UserError(`The folder ${out} exists already: choose another --out or remove it.`);
  return out;
}

/** Fills a folder beside the target and renames it at the end: nothing half-written is left behind. */
export async function buildFolder(out: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const building = `${out}.part-${process.pid}`;
  mkdirSync(building, { recursive: true });
  try {
    await fill(building);
    renameSync(building, out);
    say(`written: ${out}`);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}
