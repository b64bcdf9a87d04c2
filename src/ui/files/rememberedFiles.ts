/**
 * What this tab knows of the reader's files across a reload: their names, which kept copies are theirs (textStore.ts), and
 * how they were read. The recipe itself, which names their sources, stands in the address.
 */
import { signal } from '@preact/signals';
import { BLEND_KEYS, type SourceUse } from '../../config/sources.ts';
import type { UserFile } from '../../protocol.ts';
import { idOf } from './keptTexts.ts';

export interface RememberedFile extends Pick<UserFile, 'name' | 'invalid' | 'column'> {
  use: SourceUse;
  /** Id of its copy, if there is one (keptTexts.ts). */
  kept?: string | null;
}

const KEY = 'rekindle.files';
/** By source. */
export const remembered = signal<ReadonlyMap<string, RememberedFile>>(read());

function read(): Map<string, RememberedFile> {
  try {
    const list = JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as [string, RememberedFile][];
    return new Map(
      list.filter(([source, { name, use }]) => typeof source === 'string' && typeof name === 'string' && isUse(use)),
    );
  } catch {
    return new Map(); // storage is denied, or holds what no version wrote
  }
}

function isUse({ blends, share }: SourceUse): boolean {
  return blends.length > 0 && blends.every((key) => BLEND_KEYS.includes(key)) && share > 0 && share <= 1;
}

function write(next: ReadonlyMap<string, RememberedFile>): void {
  remembered.value = next;
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...next]));
  } catch {
    // Storage is denied: after a reload the page knows the sources' names alone.
  }
}

export function rememberFiles(own: readonly { file: UserFile; use: SourceUse }[]): void {
  const next = new Map(remembered.value);
  for (const { file, use } of own)
    next.set(file.source, {
      name: file.name,
      invalid: file.invalid,
      column: file.column,
      use,
      kept: idOf(file.bytes),
    });
  write(next);
}

export function forgetFile(source: string): void {
  write(new Map([...remembered.value].filter(([known]) => known !== source)));
}
