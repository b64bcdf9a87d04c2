/** Folders made on the way to a place, and taken away again. */
import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import path from 'node:path';

/**
 * A folder and those on the way to it; the topmost that was made. Not mkdirSync's own way, which never ends where the system
 * refuses a folder with ENOENT although its parent is there, as below /proc.
 */
export function makeFolders(folder: string): string | undefined {
  const lacking: string[] = [];
  for (let at = folder; !existsSync(at); at = path.dirname(at)) lacking.unshift(at);
  let made: string | undefined;
  try {
    for (const one of lacking) {
      mkdirSync(one);
      made ??= one;
    }
  } catch (error) {
    if (made !== undefined) removeEmpty(path.dirname(lacking.at(-1)!), made);
    throw error;
  }
  return made;
}

/** Folders from `folder` up to `top`, as long as they are empty. */
export function removeEmpty(folder: string, top: string): void {
  for (let at = folder; at.startsWith(top); at = path.dirname(at)) {
    try {
      rmdirSync(at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return; // not empty: it stays
    }
  }
}
