/**
 * Text files the reader added: each is a source under a name of its own, in place of the preset's. They stay in this
 * tab, as files: the worker reads them through once when they are added, so that a file that cannot be used is refused
 * there and then, and again when a run begins. Until that is known a file is no source.
 */
import { signal } from '@preact/signals';
import type { UserFile } from '../../protocol.ts';
import { SOURCE_NAME } from '../../config/sources.ts';
import { text } from '../strings.ts';
import { checkFile } from '../trainer.ts';
import { useSources } from './config.ts';

export const files = signal<readonly UserFile[]>([]);
/** Why files were not taken, a sentence each. */
export const fileProblems = signal<readonly string[]>([]);

/** A file that is not a source yet. */
export interface Candidate {
  key: number;
  name: string;
  bytes: Blob;
  /** Share of it that has been read; damaged: the reader must say what becomes of those places. */
  state: { kind: 'reading'; share: number } | { kind: 'damaged'; places: number; at: number };
}
export const candidates = signal<readonly Candidate[]>([]);

export const ACCEPTED = ['.txt', '.md', '.jsonl', '.ndjson', '.gz'];

let keys = 0;

function setFiles(next: readonly UserFile[]): void {
  files.value = next;
  useSources(next.map(({ source }) => source));
}

const refuse = (sentence: string): void => void (fileProblems.value = [...fileProblems.value, sentence]);

function amend(key: number, state: Candidate['state']): void {
  candidates.value = candidates.value.map((one) => (one.key === key ? { ...one, state } : one));
}

/** Takes a file out of the candidates; false: it was out already. */
function withdraw(key: number): boolean {
  const left = candidates.value.filter((one) => one.key !== key);
  if (left.length === candidates.value.length) return false;
  candidates.value = left;
  return true;
}

export async function addFiles(list: Iterable<File>): Promise<void> {
  fileProblems.value = [];
  const added: Candidate[] = [];
  for (const file of list) {
    if (!ACCEPTED.some((ending) => file.name.toLowerCase().endsWith(ending))) refuse(text.setup.kind(file.name));
    else if (file.size === 0) refuse(text.setup.empty(file.name));
    else added.push({ key: keys++, name: file.name, bytes: file, state: { kind: 'reading', share: 0 } });
  }
  candidates.value = [...candidates.value, ...added];
  // One after the other: two large ones at once would take the memory of both.
  for (const candidate of added) await look(candidate, 'refuse');
}

/** What becomes of a candidate's damaged places. */
export async function settle(candidate: Candidate, invalid: 'replace' | 'windows-1252'): Promise<void> {
  amend(candidate.key, { kind: 'reading', share: 0 });
  await look(candidate, invalid);
}

export const leaveOut = ({ key }: Candidate): void => void withdraw(key);

async function look({ key, name, bytes }: Candidate, invalid: NonNullable<UserFile['invalid']>): Promise<void> {
  const file: UserFile = { source: sourceName(name), name, bytes, invalid };
  const onProgress = (read: number, total: number) => amend(key, { kind: 'reading', share: read / total });
  try {
    const report = await checkFile(file, onProgress);
    if (report.kind === 'damaged') return amend(key, report);
    if (!withdraw(key)) return; // left out meanwhile
    if (report.kind === 'refused') return refuse(text.setup.refused(report.message, report.code));
    const taken = files.value.map(({ source }) => source);
    setFiles([...files.value, { ...file, source: freeName(file.source, taken) }]);
  } catch (error) {
    withdraw(key);
    refuse(text.setup.unread(name, error instanceof Error ? error.message : String(error)));
  }
}

export function removeFile(source: string): void {
  fileProblems.value = [];
  setFiles(files.value.filter((file) => file.source !== source));
}

/** Gives a file's source another name; one that cannot be is refused with a sentence. */
export function renameFile(source: string, name: string): void {
  fileProblems.value = [];
  if (name === source) return;
  if (!SOURCE_NAME.test(name)) refuse(text.setup.badName(name));
  else if (files.value.some((file) => file.source === name)) refuse(text.setup.taken(name));
  else setFiles(files.value.map((file) => (file.source === source ? { ...file, source: name } : file)));
}

/** A source name from a file's: `My notes (2).txt.gz` → `My-notes-2`. */
export function sourceName(file: string): string {
  const stem = file
    .replace(/\.gz$/i, '')
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
