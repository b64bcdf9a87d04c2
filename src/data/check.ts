/** A file of the user's looked through before a run depends on it. */
import type { FileReport, UserFile } from '../protocol.ts';
import { UserError } from '../util/errors.ts';
import { ColumnError } from './formats/records.ts';
import { Passages } from './languages.ts';
import { DamageError, HELD_LINES, type Lines, openLines } from './lines.ts';
import { readFile } from './read.ts';

/** Bytes between two words on how far it is: some twenty a second on a slow machine. */
const reportEvery = 4 << 20;
/** Documents of a file that are shown as they will be read, and UTF-16 units of each: what a person looks through. */
const SHOWN = 3;
const SHOWN_LENGTH = 400;

/** Of a file that is too large to be held. */
async function checkLines(lines: Lines): Promise<FileReport> {
  const first: { text: string; length: number }[] = [];
  const passages = new Passages();
  await lines.each((document) => {
    passages.add(document);
    if (first.length === SHOWN) return;
    const { text } = document;
    first.push({ text: text.slice(0, SHOWN_LENGTH), length: text.length });
  });
  const { count, notes, columns, column } = lines.found;
  return { kind: 'good', documents: count, first, notes, columns, column, languages: passages.languages() };
}

/** Reads all of a file, as a run will, and keeps none of it. Damage is a finding, any other refusal an error with its code. */
export async function checkFile(
  { source, name, bytes, invalid, column }: UserFile,
  onProgress: (read: number, total: number) => void,
  held = HELD_LINES,
): Promise<FileReport> {
  let told = 0;
  const progress = (read: number, total: number): void => {
    if (read - told < reportEvery && read < total) return;
    told = read;
    onProgress(read, total);
  };
  try {
    const asked = invalid !== undefined && invalid !== 'refuse';
    const lines = await openLines(source, name, bytes, { invalid, column, held, onProgress: progress });
    if (lines !== null) return await checkLines(lines);
    const read = await readFile(source, name, bytes, {
      invalid: asked ? invalid : 'replace',
      column,
      onProgress: progress,
    });
    if (!asked && read.firstDamage !== null) return { kind: 'damaged', places: read.damaged, ...read.firstDamage };
    const { documents, notes, columns, column: chosen } = read;
    const first = documents
      .slice(0, SHOWN)
      .map(({ text }) => ({ text: text.slice(0, SHOWN_LENGTH), length: text.length }));
    const passages = new Passages();
    for (const document of documents) passages.add(document);
    const languages = passages.languages();
    return { kind: 'good', documents: documents.length, first, notes, columns, column: chosen, languages };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error instanceof DamageError) return { kind: 'damaged', places: error.places, at: error.at, in: error.in };
    if (error instanceof ColumnError) return { kind: 'column', columns: [...error.columns], message: error.message };
    return { kind: 'refused', code: error.code ?? 'text', message: error.message };
  }
}
