/**
 * JSON lines one by one, for corpora larger than memory: a record is handed on and forgotten. What `read.ts` refuses a file for, here
 * costs the one line: a raw crawl has such lines, and each is counted. UTF-8; gzip is told by its first bytes.
 */
import { UserError } from '../util/errors.ts';
import { Records } from './formats/records.ts';
import { GzipReader } from './formats/gunzip.ts';
import { isGzip } from './formats/packed.ts';
import { reasonWords } from '../words/curation.ts';

export interface StreamedRecord {
  /** From 1. */
  line: number;
  id: string | null;
  date: number | null;
  /** '' where there is a fault. */
  text: string;
  fault: RecordFault | null;
}

const { lineTooLong, notUtf8, notJson, withoutText } = reasonWords;
export type RecordFault = typeof lineTooLong | typeof notUtf8 | typeof notJson | typeof withoutText;

/** Bytes of a line: more than the longest novels have, and little enough to be held. */
const LONGEST = 1 << 24;
const NEW_LINE = 10;

export class RecordStream {
  readonly #take: (record: StreamedRecord) => void;
  readonly #skip: () => boolean;
  readonly #records: Records;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #name: string;
  #gzip: GzipReader | null = null;
  #begun = false;
  #held: Uint8Array[] = [];
  #length = 0;
  #line = 1;

  /** @param skip whether the next record is to be passed over unread. */
  constructor(
    name: string,
    column: string | null,
    take: (record: StreamedRecord) => void,
    skip: () => boolean = () => false,
  ) {
    this.#name = name;
    this.#records = new Records(name, 'line', column);
    this.#take = take;
    this.#skip = skip;
  }

  push(bytes: Uint8Array): void {
    if (!this.#begun && bytes.length > 0) {
      this.#begun = true;
      if (isGzip(bytes)) this.#gzip = new GzipReader(this.#name, Infinity, (unpacked) => this.#divide(unpacked));
    }
    if (this.#gzip) this.#gzip.push(bytes);
    else this.#divide(bytes);
  }

  end(): void {
    this.#gzip?.end();
    this.#finish(new Uint8Array(0));
  }

  #divide(bytes: Uint8Array): void {
    let from = 0;
    for (let at = bytes.indexOf(NEW_LINE); at >= 0; at = bytes.indexOf(NEW_LINE, from)) {
      this.#finish(bytes.subarray(from, at));
      from = at + 1;
    }
    this.#hold(bytes.subarray(from));
  }

  /** Keeps the beginning of a line, unless it is too long to be read. */
  #hold(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length > LONGEST) this.#held = [];
    else if (bytes.length > 0) this.#held.push(bytes.slice());
  }

  #finish(rest: Uint8Array): void {
    const length = this.#length + rest.length;
    let line = rest;
    if (this.#length > 0 && length <= LONGEST) {
      line = new Uint8Array(length);
      let at = 0;
      for (const part of [...this.#held, rest]) {
        line.set(part, at);
        at += part.length;
      }
    }
    this.#held = [];
    this.#length = 0;
    const number = this.#line++;
    if (length > LONGEST) return this.#give(number, null, lineTooLong);
    if (isBlank(line)) return;
    if (!this.#skip()) this.#read(line, number);
  }

  #read(bytes: Uint8Array, number: number): void {
    let line: string;
    try {
      line = this.#decoder.decode(bytes);
    } catch {
      return this.#give(number, null, notUtf8);
    }
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return this.#give(number, null, notJson);
    }
    let text: string | null;
    try {
      text = this.#records.text(value, number);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      text = null;
    }
    if (text === null || text.trim() === '') return this.#give(number, value, withoutText);
    this.#give(number, value, null, text);
  }

  #give(line: number, value: unknown, fault: RecordFault | null, text = ''): void {
    const { id = null, date = null } = (typeof value === 'object' && value !== null ? value : {}) as Record<
      string,
      unknown
    >;
    this.#take({
      line,
      id: typeof id === 'string' || typeof id === 'number' ? String(id) : null,
      date: dateOf(date),
      text,
      fault,
    });
  }
}

function isBlank(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 32 && byte !== 13 && byte !== 9) return false;
  return true;
}

/** A year, a number of seconds or milliseconds, or a date in words, as milliseconds; null: none, or none that is understood. */
export function dateOf(value: unknown): number | null {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : null;
  if (number !== null) {
    if (!Number.isFinite(number)) return null;
    if (Math.abs(number) < 10_000) return Date.UTC(2000, 0) + (number - 2000) * 365.2425 * 86_400_000;
    return Math.abs(number) < 1e11 ? 1000 * number : number;
  }
  if (typeof value !== 'string') return null;
  // Without a zone it is read as UTC: the same everywhere.
  const local = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(value);
  const time = Date.parse(local ? `${value.replace(' ', 'T')}Z` : value);
  return Number.isNaN(time) ? null : time;
}
