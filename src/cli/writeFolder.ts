/** A folder of files, with folders of its own where names have slashes, that is there whole or not at all. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { FolderFile } from '../export/huggingface.ts';
import { UserError } from '../util/errors.ts';
import { makeFolders } from './folders.ts';
import { outFolderWords } from './words/places.ts';

/**
 * Writes the files to a sibling folder, flushes them to the disk and renames it to `folder`. A folder already there is
 * replaced if it holds nothing but files of the same names. Synchronous, so that no signal handler of ours runs between
 * two files; a process killed from outside may leave `folder.partial-PID` beside an untouched `folder` or, between the
 * two renames, beside `folder.old-PID`, both whole. @throws UserError where the disk or what is already there forbids
 * it; `folder` is then as it was.
 */
export function writeFolder(folder: string, files: readonly FolderFile[]): void {
  const target = path.resolve(folder);
  const partial = `${target}.partial-${process.pid}`;
  checkNames(files);
  checkReplaceable(target, files);
  try {
    // Left by a dead process that had our id.
    remove(partial);
    makeFolders(partial); // mkdirSync's own way never ends below /proc
    for (const { name, bytes } of files) {
      mkdirSync(path.join(partial, path.dirname(name)), { recursive: true });
      writeDurably(path.join(partial, name), bytes);
    }
    replace(target, partial);
  } catch (error) {
    remove(partial);
    throw asUserError(error, outFolderWords.cannotBeWritten(folder));
  }
}

function checkNames(files: readonly FolderFile[]): void {
  const names = new Set<string>();
  for (const { name } of files) {
    const plain = name.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part));
    if (!plain || names.has(name)) throw new Error(outFolderWords.badName(JSON.stringify(name)));
    names.add(name);
  }
}

/** Somebody else's files are not ours to remove. */
function checkReplaceable(target: string, files: readonly FolderFile[]): void {
  if (!existsSync(target)) return;
  if (!statSync(target).isDirectory()) throw new UserError(outFolderWords.isFile(target));
  const own = new Set(
    files.flatMap(({ name }) => name.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/'))),
  );
  const foreign = readdirSync(target, { recursive: true, encoding: 'utf8' })
    .map((entry) => entry.replaceAll(path.sep, '/'))
    .find((entry) => !own.has(entry));
  if (foreign !== undefined) {
    throw new UserError(outFolderWords.wouldBeLost(target, foreign));
  }
}

/** A new file, on the disk itself when this returns. `most`: bytes of one call, of which Node takes less than 2 GiB. */
export function writeDurably(file: string, bytes: string | Uint8Array, most = 2 ** 30): void {
  const handle = openSync(file, 'wx');
  try {
    const all = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
    for (let at = 0; at < all.length;) at += writeSync(handle, all, at, Math.min(most, all.length - at));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * A folder with content cannot be renamed over: the old one steps aside first, and comes back if the new one cannot
 * follow.
 */
function replace(target: string, partial: string): void {
  if (!existsSync(target)) return renameSync(partial, target);
  const old = `${target}.old-${process.pid}`;
  renameSync(target, old);
  try {
    renameSync(partial, target);
  } catch (error) {
    renameSync(old, target);
    throw error;
  }
  remove(old);
}

/** Not rmSync's force alone: it still fails below something that is no folder. */
function remove(folder: string): void {
  if (existsSync(folder)) rmSync(folder, { recursive: true });
}

/** What the operating system refused is the user's to mend; anything else is passed on. */
export function asUserError(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  // "ENOSPC: no space left on device, write" → "no space left on device"
  const reason = /^[A-Z0-9]+: ([^,]+)/.exec(error.message)?.[1] ?? error.message;
  return new UserError(`${what}: ${reason} (${String(error.code)}).`, { cause: error });
}
