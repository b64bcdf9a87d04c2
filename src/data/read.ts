/**
 * Text files as documents: .jsonl (or .ndjson) holds one a line, as {"text"} or a question and its answer; anything
 * else is plain text, one document unless form feeds or `<|endoftext|>` divide it. Gzip is recognised by its first
 * bytes, whatever the name. The text must be UTF-8 and is taken as it stands, NUL and CRLF included, less a byte-order
 * mark. Files are read piece by piece, so that none is ever in memory as bytes and as text at once. Every UserError
 * names the file and has a code.
 */
import { UserError } from '../util/errors.ts';
import { brief } from '../util/quoted.ts';
import { type Invalid, joined, TextReader } from './decode.ts';
import { type Divider, JsonLines, PlainText } from './divide.ts';
import type { Document } from './document.ts';
import { GzipReader, isGzip } from './gunzip.ts';

export { questionAndAnswer } from './divide.ts';
export { isGzip } from './gunzip.ts';

/**
 * Bytes of text a file may have, unpacked: half of what a JavaScript string can hold, because as byte tokens a text
 * takes eight times its size while it is prepared, and a tab has a few GB.
 */
export const LARGEST_TEXT = 2 ** 28;
/** Bytes decoded at once: large enough to be quick, small enough to be forgotten. */
const PIECE = 1 << 20;

export interface ReadOptions {
  /** What becomes of bytes that are not UTF-8; by default the file is refused. */
  invalid?: Invalid;
  /** For tests: another limit than LARGEST_TEXT. */
  limit?: number;
  /** Bytes of the file that have been read, after each piece. */
  onProgress?: (read: number, total: number) => void;
}

export interface TextFile {
  documents: Document[];
  /** Places that were not UTF-8, each now U+FFFD; 0 unless they were to be replaced. */
  damaged: number;
  /** Offset of the first of them in the unpacked file. */
  firstDamage: number | null;
}

/** A file that is in memory, in which nothing may be damaged. */
export function readDocuments(source: string, fileName: string, file: Uint8Array): Document[] {
  const reader = new TextFileReader(fileName, file.length);
  reader.push(file);
  return reader.end(source).documents;
}

/** A file as the browser (input, drop) or Node (`openAsBlob`) gives it, of any size: only so much is read as is allowed. */
export async function readFile(source: string, name: string, file: Blob, options?: ReadOptions): Promise<TextFile> {
  const reader = new TextFileReader(name, file.size, options);
  const stream = file.stream().getReader();
  try {
    let taken = 0;
    for (let part = await stream.read(); !part.done; part = await stream.read()) {
      reader.push(part.value);
      options?.onProgress?.((taken += part.value.length), file.size);
    }
  } catch (error) {
    await stream.cancel().catch(() => {});
    if (error instanceof UserError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `${brief(name)} could not be read (${cause}): it may have been changed or moved; add it again.`,
      {
        code: 'text-unreadable',
        cause: error,
      },
    );
  }
  return reader.end(source);
}

/** A file's bytes, pushed as they come, through unpacking and decoding into documents. */
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

  constructor(fileName: string, size: number, options: ReadOptions = {}) {
    this.#name = brief(fileName);
    this.#size = size;
    this.#options = options;
    this.#limit = options.limit ?? LARGEST_TEXT;
    this.#text = new TextReader(this.#name, options.invalid ?? 'refuse');
    const plainName = fileName.toLowerCase().replace(/\.gz$/, '');
    this.#divider = /\.(jsonl|ndjson)$/.test(plainName) ? new JsonLines(this.#name) : new PlainText(this.#name);
  }

  push(bytes: Uint8Array): void {
    if (!this.#head) return this.#pass(bytes);
    this.#head = this.#head.length === 0 ? bytes : joined(this.#head, bytes);
    if (this.#head.length > 2) this.#begin(this.#head);
  }

  end(source: string): TextFile {
    if (this.#head) this.#begin(this.#head);
    this.#gzip?.end();
    this.#take(this.#text.end());
    const { damaged, firstDamage } = this.#text;
    if (firstDamage && this.#options.invalid !== 'replace') throw notUtf8(this.#name, damaged, firstDamage);
    const documents = this.#divider.end().map((text) => ({ source, text }));
    if (documents.length === 0) {
      throw new UserError(
        this.#unpacked === 0
          ? `${this.#name} is empty: give a file with text.`
          : `${this.#name} (${this.#unpacked} bytes) holds no text.`,
        { code: 'text-empty' },
      );
    }
    return { documents, damaged, firstDamage: firstDamage?.at ?? null };
  }

  #begin(head: Uint8Array): void {
    this.#head = null;
    if (isGzip(head)) this.#gzip = new GzipReader(this.#name, this.#limit, (unpacked) => this.#read(unpacked));
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

/** A gzip file that is in memory, unpacked. */
export function gunzip(fileName: string, file: Uint8Array, limit = LARGEST_TEXT): Uint8Array {
  const chunks: Uint8Array[] = [];
  const reader = new GzipReader(brief(fileName), limit, (chunk) => chunks.push(chunk));
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

/** Strict UTF-8, a leading byte-order mark removed. */
export function decodeUtf8(fileName: string, bytes: Uint8Array): string {
  const name = brief(fileName);
  if (bytes.length > LARGEST_TEXT) throw tooLarge(name, bytes.length, LARGEST_TEXT);
  const reader = new TextReader(name, 'refuse');
  const text = reader.push(bytes) + reader.end();
  if (reader.firstDamage) throw notUtf8(name, reader.damaged, reader.firstDamage);
  return text;
}

function notUtf8(name: string, places: number, { at, byte }: { at: number; byte: number }): UserError {
  const value = `0x${byte.toString(16).padStart(2, '0')}`;
  const others = places === 1 ? '' : `, the first of ${places} places`;
  return new UserError(`${name} is not UTF-8: byte ${at} (${value}) is invalid${others}; save it as UTF-8 text.`, {
    code: 'text-utf8',
  });
}

function tooLarge(name: string, size: number, limit: number): UserError {
  const millions = (bytes: number) => (bytes < 1e6 ? `${bytes} bytes` : `${Math.ceil(bytes / 1e6)} MB`);
  return new UserError(
    `${name} has ${millions(size)} of text and a file may have ${millions(limit)}: divide it into smaller files.`,
    { code: 'text-size' },
  );
}
