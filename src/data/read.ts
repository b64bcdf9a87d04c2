/**
 * The one reader of documents, used by the page and by every command: plain text, one document unless form feeds or
 * `<|endoftext|>` divide it; JSON records in lines or an array; tables; Word documents; zips of these, and gzip of any, told
 * by its first bytes. Text is UTF-8 or UTF-16 and is taken as it stands, NUL and CRLF included, less a byte-order mark. Text
 * is read piece by piece, so that none is ever in memory as bytes and as text at once. Every UserError names the file and
 * has a code; whatever was chosen, guessed or left out is a note.
 */
import { endingOf, type FileKind, fileKind, isReadInside, LARGEST_TEXT, unreadableKind } from '../config/files.ts';
import { UserError } from '../util/errors.ts';
import { brief } from '../util/quoted.ts';
import { type Invalid, joined, TextReader } from './decode.ts';
import type { Document } from './document.ts';
import { JsonLines, JsonValues } from './formats/json.ts';
import { PlainText } from './formats/plain.ts';
import type { Divided, Divider } from './formats/texts.ts';
import type { GzipReader } from './formats/gunzip.ts';
import { isGzip } from './formats/packed.ts';
import { dataWords } from '../words/data.ts';

export { questionAndAnswer } from './formats/records.ts';
export { isGzip } from './formats/packed.ts';

/** Bytes decoded at once: large enough to be quick, small enough to be forgotten. */
const PIECE = 1 << 20;

export interface ReadOptions {
  /** What becomes of bytes that are no text; by default the file is refused. */
  invalid?: Invalid;
  /** The column or field that is read alone; by default the one that reads like text, or what fields of known names make. */
  column?: string | null;
  /** For tests: another limit than LARGEST_TEXT. */
  limit?: number;
  /** Bytes of the file that have been read, after each piece. */
  onProgress?: (read: number, total: number) => void;
}

export interface TextFile {
  documents: Document[];
  /** Places that were no text, each now U+FFFD; 0 unless they were to be replaced. */
  damaged: number;
  /** Offset of the first of them in the unpacked file, and that file's name. */
  firstDamage: { at: number; in: string } | null;
  /** What was chosen, guessed or left out, a sentence each. */
  notes: string[];
  /** Columns or fields one of which may be read alone, and the one that is. */
  columns: string[];
  column: string | null;
}

/** A file that is in memory, in which nothing may be damaged. */
export async function readDocuments(source: string, fileName: string, file: Uint8Array): Promise<Document[]> {
  return (await readFile(source, fileName, new Blob([file as BlobPart]))).documents;
}

/** A file as the browser (input, drop) or Node (`openAsBlob`) gives it, of any size: only so much is read as is allowed. */
export async function readFile(source: string, name: string, file: Blob, options: ReadOptions = {}): Promise<TextFile> {
  const kind = fileKind(name);
  if (kind === null) throw unreadableKind(name);
  if (kind === 'parquet') return readParquetFile(source, name, file, options);
  const packed = kind === 'zip' || kind === 'docx';
  const limit = options.limit ?? LARGEST_TEXT;
  if (packed && file.size > limit) throw tooLarge(brief(name), file.size, limit);
  const bytes: Uint8Array[] = [];
  const reader = packed ? null : await TextFileReader.open(name, file.size, options);
  const stream = file.stream().getReader();
  try {
    let taken = 0;
    for (let part = await stream.read(); !part.done; part = await stream.read()) {
      if (reader) await reader.push(part.value);
      else bytes.push(part.value);
      options.onProgress?.((taken += part.value.length), file.size);
    }
  } catch (error) {
    await stream.cancel().catch(() => {});
    if (error instanceof UserError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new UserError(dataWords.unreadable(brief(name), cause), {
      code: 'text-unreadable',
      cause: error,
    });
  }
  if (reader) return reader.end(source);
  const whole = new Uint8Array(await new Blob(bytes as BlobPart[]).arrayBuffer());
  return kind === 'docx' ? readDocument(source, name, whole, limit) : readZip(source, name, whole, options);
}

/** By ranges of the file: it may be larger than what is read of it. */
async function readParquetFile(source: string, name: string, file: Blob, options: ReadOptions): Promise<TextFile> {
  const shown = brief(name);
  const limit = options.limit ?? LARGEST_TEXT;
  const { readParquet } = await import('./formats/parquet.ts');
  const ranges = {
    byteLength: file.size,
    slice: (start: number, end: number) => file.slice(start, end).arrayBuffer(),
  };
  let units = 0;
  const take = (length: number): void => {
    units += length;
    if (units > limit) throw tooLarge(shown, units, limit);
  };
  const tell = (rows: number, all: number): void =>
    options.onProgress?.(Math.round((rows / Math.max(all, 1)) * file.size), file.size);
  const divided = await readParquet(shown, ranges, options.column ?? null, take, tell);
  return textFile(source, shown, file.size, divided, null);
}

async function readDocument(source: string, name: string, file: Uint8Array, limit: number): Promise<TextFile> {
  const { readDocx } = await import('./formats/docx.ts');
  return textFile(source, brief(name), file.length, readDocx(brief(name), file, limit), null);
}

/** Every file of a zip or folder that is of a kind that is read, as one; zips in zips are left out like everything else. */
async function readZip(source: string, name: string, file: Uint8Array, options: ReadOptions): Promise<TextFile> {
  const { unzip } = await import('./formats/unzip.ts');
  const leftOut: string[] = [];
  const entries = unzip(brief(name), file, options.limit ?? LARGEST_TEXT, (entry) => {
    // What a Mac puts beside every file it packs.
    if (/(^|\/)(__MACOSX\/|\._|\.DS_Store$)/.test(entry)) return false;
    const wanted = isReadInside(entry);
    if (!wanted && !entry.endsWith('/')) leftOut.push(entry);
    return wanted;
  });
  if (entries.length === 0) {
    throw new UserError(dataWords.noTextInside(brief(name)), {
      code: 'text-kind',
    });
  }
  const all: TextFile = { documents: [], damaged: 0, firstDamage: null, notes: [], columns: [], column: null };
  if (leftOut.length > 0) {
    all.notes.push(dataWords.otherKinds(brief(name), dataWords.more(brief(leftOut[0]!), leftOut.length - 1)));
  }
  const inside = name.replace(/\/?$/, '/');
  for (const { name: entry, bytes } of entries) {
    const one = await readEntry(source, inside + entry, bytes, { ...options, onProgress: undefined }).catch(
      (error: unknown) => {
        // One blank file among others is no reason to refuse them.
        if (!(error instanceof UserError && error.code === 'text-empty')) throw error;
        all.notes.push(error.message);
        return null;
      },
    );
    if (one === null) continue;
    for (const document of one.documents) all.documents.push(document);
    all.damaged += one.damaged;
    all.firstDamage ??= one.firstDamage;
    all.notes.push(...one.notes);
    if (all.columns.length === 0) ({ columns: all.columns, column: all.column } = one);
  }
  if (all.documents.length === 0) throw noText(brief(name), file.length);
  return all;
}

/** Text that is in memory is not streamed: a browser's worker would wait for each of some thousand small files. */
async function readEntry(source: string, name: string, bytes: Uint8Array, options: ReadOptions): Promise<TextFile> {
  const kind = fileKind(name);
  if (kind === 'docx' || kind === 'parquet') return readFile(source, name, new Blob([bytes as BlobPart]), options);
  const reader = await TextFileReader.open(name, bytes.length, options);
  await reader.push(bytes);
  return reader.end(source);
}

/** A text file's bytes, pushed as they come, through unpacking and decoding into documents. */
export class TextFileReader {
  readonly #name: string;
  readonly #limit: number;
  readonly #options: ReadOptions;
  readonly #size: number;
  readonly #text: TextReader;
  readonly #divider: Divider;
  /** The first bytes, until they tell whether the file is packed. */
  #head: Uint8Array | null = new Uint8Array(0);
  #gzip: GzipReader | null = null;
  #unpacked = 0;

  static async open(fileName: string, size: number, options: ReadOptions = {}): Promise<TextFileReader> {
    const kind = fileKind(fileName);
    if (kind === null) throw unreadableKind(fileName);
    const name = brief(fileName);
    const divider = await dividerFor(name, kind, endingOf(fileName), options.column ?? null);
    return new TextFileReader(name, size, options, divider);
  }

  private constructor(name: string, size: number, options: ReadOptions, divider: Divider) {
    this.#name = name;
    this.#size = size;
    this.#options = options;
    this.#limit = options.limit ?? LARGEST_TEXT;
    this.#text = new TextReader(name, options.invalid ?? 'refuse');
    this.#divider = divider;
  }

  async push(bytes: Uint8Array): Promise<void> {
    if (!this.#head) return this.#pass(bytes);
    this.#head = this.#head.length === 0 ? bytes : joined(this.#head, bytes);
    if (this.#head.length > 2) await this.#begin(this.#head);
  }

  async end(source: string): Promise<TextFile> {
    if (this.#head) await this.#begin(this.#head);
    this.#gzip?.end();
    this.#take(this.#text.end());
    const { damaged, firstDamage, encoding, guessed } = this.#text;
    if (firstDamage && this.#options.invalid !== 'replace') throw notText(this.#name, encoding, damaged, firstDamage);
    const divided = this.#divider.end();
    if (guessed) divided.notes.unshift(dataWords.utf16(this.#name));
    const damage = firstDamage && { places: damaged, at: firstDamage.at };
    return textFile(source, this.#name, this.#unpacked, divided, damage);
  }

  async #begin(head: Uint8Array): Promise<void> {
    this.#head = null;
    if (isGzip(head)) this.#gzip = await openGzip(this.#name, this.#limit, (unpacked) => this.#read(unpacked));
    else if (this.#size > this.#limit) throw tooLarge(this.#name, this.#size, this.#limit);
    this.#pass(head);
  }

  #pass(bytes: Uint8Array): void {
    if (this.#gzip) this.#gzip.push(bytes);
    else this.#read(bytes);
  }

  #read(bytes: Uint8Array): void {
    this.#unpacked += bytes.length;
    if (this.#unpacked > this.#limit) throw tooLarge(this.#name, this.#unpacked, this.#limit);
    for (let at = 0; at < bytes.length; at += PIECE) this.#take(this.#text.push(bytes.subarray(at, at + PIECE)));
  }

  /** Text of a file that will be refused is not kept: its damage is only counted to the end. */
  #take(text: string): void {
    const refused = this.#text.firstDamage !== null && this.#options.invalid !== 'replace';
    if (text !== '' && !refused) this.#divider.push(text);
  }
}

/** Unpacking is fetched with the first packed file: few runs read one. */
const openGzip = async (...given: ConstructorParameters<typeof GzipReader>): Promise<GzipReader> =>
  new (await import('./formats/gunzip.ts')).GzipReader(...given);

async function dividerFor(name: string, kind: FileKind, ending: string, column: string | null): Promise<Divider> {
  switch (kind) {
    case 'plain':
      return new PlainText(name);
    case 'lines':
      return new JsonLines(name, column);
    case 'json':
      return new JsonValues(name, column);
    case 'table':
      return new (await import('./formats/table.ts')).Table(name, ending === '.tsv', column);
    case 'docx':
    case 'zip':
    case 'parquet':
      throw new UserError(dataWords.packedTwice(name), { code: 'text-kind' });
  }
}

function textFile(
  source: string,
  name: string,
  size: number,
  { texts, notes, columns, column }: Divided,
  damage: { places: number; at: number } | null,
): TextFile {
  if (texts.length === 0) throw noText(name, size);
  return {
    documents: texts.map((text) => ({ source, text })),
    damaged: damage?.places ?? 0,
    firstDamage: damage && { at: damage.at, in: name },
    notes,
    columns,
    column,
  };
}

/** A gzip file that is in memory, unpacked. */
export async function gunzip(fileName: string, file: Uint8Array, limit = LARGEST_TEXT): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const reader = await openGzip(brief(fileName), limit, (chunk) => void chunks.push(chunk));
  reader.push(file);
  reader.end();
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** All of a file's text, UTF-8 or UTF-16, a leading byte-order mark removed. */
export function decodeText(fileName: string, bytes: Uint8Array): string {
  const name = brief(fileName);
  if (bytes.length > LARGEST_TEXT) throw tooLarge(name, bytes.length, LARGEST_TEXT);
  const reader = new TextReader(name, 'refuse');
  const text = reader.push(bytes) + reader.end();
  if (reader.firstDamage) throw notText(name, reader.encoding, reader.damaged, reader.firstDamage);
  return text;
}

export function notText(
  name: string,
  encoding: string | null,
  places: number,
  { at, byte }: { at: number; byte: number },
): UserError {
  const value = `0x${byte.toString(16).padStart(2, '0')}`;
  const utf16 = encoding?.startsWith('utf-16') ?? false;
  return new UserError(dataWords.notUtf8(name, utf16, at, value, places), {
    code: 'text-utf8',
  });
}

export function noText(name: string, size: number): UserError {
  return new UserError(dataWords.noText(name, size), {
    code: 'text-empty',
  });
}

export function tooLarge(name: string, size: number, limit: number): UserError {
  const millions = (bytes: number) => (bytes < 1e6 ? `${bytes} bytes` : `${Math.ceil(bytes / 1e6)} MB`);
  return new UserError(dataWords.tooLarge(name, millions(size), millions(limit)), { code: 'text-size' });
}
