/**
 * Files the reader added: each is a source under a name of its own, in place of the preset's text or beside it. They stay in
 * this browser, as files: the worker reads them through once when they are added, so that a file that cannot be used is refused
 * there and then and the others can be seen as they will be read, and again when a run begins. Until that is known a file is
 * no source. What became one is kept (keeping.ts). After a reload the recipe still names its sources, and the page asks for the files of
 * which it has no copy.
 */
import { computed, signal } from '@preact/signals';
import type { FilePreview, UserFile } from '../../protocol.ts';
import { fileKind, unreadableKind } from '../../config/files.ts';
import { isWhole, SOURCE_NAME, type SourceUse, wholeUse } from '../../config/sources.ts';
import { recipeWords } from '../words/recipe.ts';
import { checkFile } from '../trainer.ts';
import { missingSources, useSources } from '../recipe/config.ts';
import { forgetFile, remembered, rememberFiles } from './rememberedFiles.ts';

export interface OwnFile {
  file: UserFile;
  /** How it will be read. */
  preview: FilePreview;
  /** Where. */
  use: SourceUse;
}
export const ownFiles = signal<readonly OwnFile[]>([]);
/** What a run is given. */
export const files = computed((): readonly UserFile[] => ownFiles.value.map(({ file }) => file));
/** Why files were not taken, a sentence each. */
export const fileProblems = signal<readonly string[]>([]);

/** A file that is not a source yet. */
export interface Candidate {
  key: number;
  file: UserFile;
  /** Of a source that the recipe names already. */
  awaited: boolean;
  /** Share of it that has been read; otherwise what the reader must say: what becomes of damaged places, which column is the text. */
  state:
    | { kind: 'reading'; share: number }
    | { kind: 'damaged'; places: number; at: number; in: string }
    | { kind: 'column'; columns: readonly string[]; message: string };
}
export const candidates = signal<readonly Candidate[]>([]);

const reading: Candidate['state'] = { kind: 'reading', share: 0 };
let keys = 0;

/** `keepWeights`: the recipe's weights fit these files already. `without`: a source that is no longer asked for. */
function setFiles(next: readonly OwnFile[], keepWeights = false, without?: string): void {
  ownFiles.value = next;
  rememberFiles(next);
  const names = next.map(({ file }) => file.source);
  const asked = missingSources.value.flatMap((name) => remembered.value.get(name)?.use ?? []);
  const uses = [...next.map(({ use }) => use), ...asked.filter(({ source }) => !names.includes(source))];
  useSources(
    names,
    uses.filter((use) => !isWhole(use)),
    keepWeights,
    without,
  );
}

const refuse = (sentence: string): void => void (fileProblems.value = [...fileProblems.value, sentence]);

function amend(key: number, change: Partial<Candidate>): void {
  candidates.value = candidates.value.map((one) => (one.key === key ? { ...one, ...change } : one));
}

/** Takes a file out of the candidates; false: it was out already. */
function withdraw(key: number): boolean {
  const left = candidates.value.filter((one) => one.key !== key);
  if (left.length === candidates.value.length) return false;
  candidates.value = left;
  return true;
}

/** `awaited`: the source, named by the recipe, whose file this is. */
export async function addFiles(list: Iterable<File>, awaited?: string): Promise<void> {
  fileProblems.value = [];
  const added: Candidate[] = [];
  for (const bytes of list) {
    const { name, size } = bytes;
    const before = awaited === undefined ? undefined : remembered.value.get(awaited);
    const file: UserFile = {
      source: awaited ?? sourceName(name),
      name,
      bytes,
      invalid: before?.invalid ?? 'refuse',
      column: before?.column,
    };
    if (fileKind(name) === null) refuse(recipeWords.setup.refused(unreadableKind(name).message, 'text-kind'));
    else if (size === 0) refuse(recipeWords.setup.empty(name));
    else added.push({ key: keys++, file, awaited: awaited !== undefined, state: reading });
  }
  candidates.value = [...candidates.value, ...added];
  // One after the other: two large ones at once would take the memory of both.
  for (const candidate of added) await look(candidate);
}

/** What becomes of a candidate's damaged places, or which of its columns is read. */
export async function settle(candidate: Candidate, answer: Pick<UserFile, 'invalid' | 'column'>): Promise<void> {
  const file = { ...candidate.file, ...answer };
  amend(candidate.key, { file, state: reading });
  await look({ ...candidate, file });
}

export const leaveOut = ({ key }: Candidate): void => void withdraw(key);

async function look({ key, file, awaited }: Candidate): Promise<void> {
  const onProgress = (read: number, total: number) => amend(key, { state: { kind: 'reading', share: read / total } });
  try {
    const report = await checkFile(file, onProgress);
    if (report.kind === 'damaged' || report.kind === 'column') return amend(key, { state: report });
    if (!withdraw(key)) return; // left out meanwhile
    if (report.kind === 'refused') return refuse(recipeWords.setup.refused(report.message, report.code));
    const { kind: _, ...preview } = report;
    const keep = awaited && missingSources.value.includes(file.source);
    const taken = ownFiles.value.map((one) => one.file.source);
    const source = freeName(file.source, taken);
    const use = (keep && remembered.value.get(source)?.use) || wholeUse(source);
    setFiles([...ownFiles.value, { file: { ...file, source }, preview, use }], keep);
  } catch (error) {
    withdraw(key);
    refuse(recipeWords.setup.unread(file.name, error instanceof Error ? error.message : String(error)));
  }
}

function amendFile(source: string, change: (own: OwnFile) => OwnFile, keepWeights = false): void {
  setFiles(
    ownFiles.value.map((own) => (own.file.source === source ? change(own) : own)),
    keepWeights,
  );
}

/** Reads another column of a file. */
export async function chooseColumn(source: string, column: string): Promise<void> {
  fileProblems.value = [];
  const own = ownFiles.value.find(({ file }) => file.source === source);
  if (!own) return;
  const file = { ...own.file, column };
  const report = await checkFile(file, () => {});
  if (report.kind === 'refused') return refuse(recipeWords.setup.refused(report.message, report.code));
  if (report.kind !== 'good') return;
  const { kind: _, ...preview } = report;
  amendFile(source, ({ use }) => ({ file, preview, use }), true);
}

/** Where a file is read; in no blend it would be no source. */
export function useFile(source: string, change: Partial<Pick<SourceUse, 'blends' | 'share'>>): void {
  if (change.blends?.length === 0 || (change.share !== undefined && !(change.share > 0 && change.share <= 1))) return;
  amendFile(source, (own) => ({ ...own, use: { ...own.use, ...change } }));
}

export function removeFile(source: string): void {
  fileProblems.value = [];
  forgetFile(source);
  setFiles(
    ownFiles.value.filter(({ file }) => file.source !== source),
    false,
    source,
  );
}

/** Gives up a source whose file was not chosen again: the blends are the preset's, and the files' that are there. */
export function giveUp(source: string): void {
  forgetFile(source);
  setFiles(ownFiles.value, false, source);
}

/** Gives a file's source another name; one that cannot be is refused with a sentence. */
export function renameFile(source: string, name: string): void {
  fileProblems.value = [];
  if (name === source) return;
  if (!SOURCE_NAME.test(name)) refuse(recipeWords.setup.badName(name));
  else if (files.value.some((file) => file.source === name)) refuse(recipeWords.setup.taken(name));
  else {
    forgetFile(source);
    const renamed = ({ file, preview, use }: OwnFile) => ({
      file: { ...file, source: name },
      preview,
      use: { ...use, source: name },
    });
    setFiles(
      ownFiles.value.map((own) => (own.file.source === source ? renamed(own) : own)),
      false,
      source,
    );
  }
}

/** A source name from a file's or a folder's: `My notes (2).txt.gz` → `My-notes-2`, `v1.5/` → `v1-5`. */
export function sourceName(file: string): string {
  const stem = file
    .replace(/\.gz$/i, '')
    .replace(/\.[^./]*$/, '')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^[-_]+|-+$/g, '');
  return stem.slice(0, 40) || 'text';
}

export function freeName(name: string, taken: readonly string[]): string {
  let free = name;
  for (let n = 2; taken.includes(free); n++) free = `${name.slice(0, 36)}-${n}`;
  return free;
}
