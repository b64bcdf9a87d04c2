/** Text files the reader added: each is a source under a name of its own. They stay in this tab. */
import { signal } from '@preact/signals';
import { SOURCE_NAME } from '../../config/sources.ts';
import { start } from '../trainer.ts';
import { text } from '../strings.ts';
import { config, editSource } from './config.ts';
import { sourcesOf } from '../chart/plan.ts';
import { frozen } from './shown.ts';

export interface OwnFile {
  source: string;
  name: string;
  bytes: ArrayBuffer;
}

export const files = signal<readonly OwnFile[]>([]);
export const fileProblem = signal<string | null>(null);

export const ACCEPTED = ['.txt', '.md', '.jsonl'];

/** Weight in percent that a new source gets in every blend, beside a preset's hundred: a sixth of the text. */
const NEW_WEIGHT = 20;

export async function addFiles(list: Iterable<File>): Promise<void> {
  fileProblem.value = null;
  for (const file of list) {
    if (!ACCEPTED.some((ending) => file.name.toLowerCase().endsWith(ending))) {
      fileProblem.value = text.setup.kind(file.name);
    } else if (file.size === 0) {
      fileProblem.value = text.setup.empty(file.name);
    } else {
      const source = freeName(sourceName(file.name), sourcesOf(config.value));
      files.value = [...files.value, { source, name: file.name, bytes: await file.arrayBuffer() }];
      editSource(source, NEW_WEIGHT);
    }
  }
}

export function removeFile(source: string): void {
  files.value = files.value.filter((file) => file.source !== source);
  editSource(source, null);
}

/** Gives a file's source another name, weights and all; a name that cannot be one is refused with a sentence. */
export function renameFile(source: string, name: string): void {
  fileProblem.value = null;
  if (name === source) return;
  if (!SOURCE_NAME.test(name) || sourcesOf(config.value).includes(name)) {
    fileProblem.value = SOURCE_NAME.test(name) ? text.setup.taken(name) : text.setup.badName(name);
    return;
  }
  files.value = files.value.map((file) => (file.source === source ? { ...file, source: name } : file));
  editSource(source, null);
  editSource(name, NEW_WEIGHT);
}

/** A preset chosen after the files were added knows nothing of them: the files join its blends when the run starts. */
export function beginFromForm(): void {
  const known = sourcesOf(config.value);
  for (const { source } of files.value) if (!known.includes(source)) editSource(source, NEW_WEIGHT);
  frozen.value = false;
  void start(config.value, [...files.value]);
}

/** A source name from a file's: `My notes (2).txt` → `My-notes-2`. */
export function sourceName(file: string): string {
  const stem = file.replace(/\.[^.]*$/, '').replaceAll(/[^A-Za-z0-9_-]+/g, '-').replaceAll(/^[-_]+|-+$/g, '');
  return stem.slice(0, 40) || 'text';
}

export function freeName(name: string, taken: readonly string[]): string {
  let free = name;
  for (let n = 2; taken.includes(free); n++) free = `${name.slice(0, 36)}-${n}`;
  return free;
}
