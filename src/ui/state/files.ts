/**
 * Text files the reader added: each is a source under a name of its own, in place of the preset's. They stay in this
 * tab.
 */
import { signal } from '@preact/signals';
import type { UserFile } from '../../protocol.ts';
import { SOURCE_NAME } from '../../config/sources.ts';
import { text } from '../strings.ts';
import { useSources } from './config.ts';

export const files = signal<readonly UserFile[]>([]);
export const fileProblem = signal<string | null>(null);

export const ACCEPTED = ['.txt', '.md', '.jsonl'];

function setFiles(next: readonly UserFile[]): void {
  files.value = next;
  useSources(next.map(({ source }) => source));
}

export async function addFiles(list: Iterable<File>): Promise<void> {
  fileProblem.value = null;
  for (const file of list) {
    if (!ACCEPTED.some((ending) => file.name.toLowerCase().endsWith(ending))) {
      fileProblem.value = text.setup.kind(file.name);
    } else if (file.size === 0) {
      fileProblem.value = text.setup.empty(file.name);
    } else {
      const bytes = await file.arrayBuffer();
      const taken = files.value.map(({ source }) => source);
      setFiles([...files.value, { source: freeName(sourceName(file.name), taken), name: file.name, bytes }]);
    }
  }
}

export function removeFile(source: string): void {
  fileProblem.value = null;
  setFiles(files.value.filter((file) => file.source !== source));
}

/** Gives a file's source another name; one that cannot be is refused with a sentence. */
export function renameFile(source: string, name: string): void {
  fileProblem.value = null;
  if (name === source) return;
  if (!SOURCE_NAME.test(name)) fileProblem.value = text.setup.badName(name);
  else if (files.value.some((file) => file.source === name)) fileProblem.value = text.setup.taken(name);
  else setFiles(files.value.map((file) => (file.source === source ? { ...file, source: name } : file)));
}

/** A source name from a file's: `My notes (2).txt` → `My-notes-2`. */
export function sourceName(file: string): string {
  const stem = file
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^[-_]+|-+$/g, '');
  return stem.slice(0, 40) || 'text';
}

export function freeName(name: string, taken: readonly string[]): string {
  let free = name;
  for (let n = 2; taken.includes(free); n++) free = `${name.slice(0, 36)}-${n}`;
  return free;
}
