/**
 * A large file of JSON lines, gone through as often as is asked for and never held: a few megabytes of it are in memory at a time. Its
 * documents are those that `readFile` gives, refused with the same sentences; of most lines only the text is read, from the bytes.
 */
import { fileKind } from '../config/files.ts';
import { UserError } from '../util/errors.ts';
import { brief } from '../util/quoted.ts';
import { dataWords } from '../words/data.ts';
import { type Invalid, TextReader } from './decode.ts';
import { type Document, Utf8Document } from './document.ts';
import { LONGEST, notJsonLine, tooLong } from './formats/json.ts';
import { JsonField } from './formats/jsonField.ts';
import { Records } from './formats/records.ts';
import type { Divided } from './formats/texts.ts';
import { isGzip } from './formats/packed.ts';
import { noText, notText, tooLarge } from './read.ts';

/** Smaller files are held: that is quicker where they are gone through more than once. */
export const HELD_LINES = 2 ** 26;
/** As byte tokens of 16 bits its text takes twice this in memory, 2 GB: half of what a tab of 32-bit addresses could have. */
export const LARGEST_LINES = 1e9 + 2 ** 26;
/** Bytes read at once. */
const PIECE = 1 << 22;
/** Bytes that tell the encoding. */
const HEAD = 4096;
const NEW_LINE = 10;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

export interface LineOptions {
  invalid?: Invalid;
  column?: string | null;
  /** For tests: other limits than HELD_LINES and PIECE. */
  held?: number;
  piece?: number;
  /** Bytes that have been read of the file, each time it is gone through. What it throws ends the reading. */
  onProgress?: (read: number, total: number) => void;
}

/** null: it is no large file of JSON lines in UTF-8, and `readFile` is for it. */
export async function openLines(
  source: string,
  name: string,
  file: Blob,
  options: LineOptions = {},
): Promise<Lines | null> {
  if (fileKind(name) !== 'lines' || file.size <= (options.held ?? HELD_LINES)) return null;
  const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const reader = new TextReader(brief(name), options.invalid ?? 'refuse');
  reader.push(head);
  reader.end();
  if (isGzip(head) || reader.encoding !== 'utf-8') return null;
  if (file.size > LARGEST_LINES) throw tooLarge(brief(name), file.size, LARGEST_LINES);
  return new Lines(source, brief(name), file, options);
}

export class Lines {
  readonly size: number;
  /** Documents, columns and notes, known once it was gone through. */
  found: Divided & { count: number } = { texts: [], notes: [], columns: [], column: null, count: 0 };
  readonly #source: string;
  readonly #name: string;
  readonly #file: Blob;
  readonly #options: LineOptions;
  readonly #decoder: TextDecoder;

  constructor(source: string, name: string, file: Blob, options: LineOptions) {
    this.size = file.size;
    this.#source = source;
    this.#name = name;
    this.#file = file;
    this.#options = options;
    this.#decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: options.invalid !== 'replace' });
  }

  async each(visit: (document: Document) => void): Promise<void> {
    const reading = new Reading(this.#source, this.#name, this.#options.column ?? null, this.#decoder, visit);
    const step = this.#options.piece ?? PIECE;
    let buffer = new Uint8Array(2 * step);
    let held = 0;
    for (let at = 0; at < this.size; at += step) {
      const part = await this.#read(at, Math.min(at + step, this.size));
      if (buffer.length < held + part.length + 1) {
        const larger = new Uint8Array(2 * (held + part.length));
        larger.set(buffer.subarray(0, held));
        buffer = larger;
      }
      buffer.set(part, held);
      const total = held + part.length;
      const last = at + step >= this.size;
      // The last line ends like any other.
      if (last) buffer[total] = NEW_LINE;
      const all = buffer.subarray(0, last ? total + 1 : total);
      let from = 0;
      try {
        for (let end = all.indexOf(NEW_LINE); end >= 0; end = all.indexOf(NEW_LINE, from)) {
          reading.line(buffer, from, end);
          from = end + 1;
        }
      } catch (error) {
        if (error === DAMAGED) throw await this.#damage();
        throw error;
      }
      held = Math.max(total - from, 0);
      if (held > 3 * LONGEST) throw tooLong(this.#name, 'line', reading.number);
      buffer.copyWithin(0, from, total);
      this.#options.onProgress?.(at + part.length, this.size);
    }
    this.found = reading.end();
    if (this.found.count === 0) throw noText(this.#name, this.size);
  }

  async #read(from: number, end: number): Promise<Uint8Array> {
    try {
      return new Uint8Array(await this.#file.slice(from, end).arrayBuffer());
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new UserError(dataWords.unreadable(this.#name, cause), { code: 'text-unreadable', cause: error });
    }
  }

  /** What the sentence says of a file with damage, which is looked for to its end. */
  async #damage(): Promise<UserError> {
    const reader = new TextReader(this.#name, 'refuse');
    for (let at = 0; at < this.size; at += PIECE) reader.push(await this.#read(at, Math.min(at + PIECE, this.size)));
    reader.end();
    const first = reader.firstDamage!;
    const { message } = notText(this.#name, reader.encoding, reader.damaged, first);
    return new DamageError(message, reader.damaged, first.at, this.#name);
  }
}

/** A file with bytes that are no text: how many places, and where the first is. */
export class DamageError extends UserError {
  readonly places: number;
  readonly at: number;
  readonly in: string;

  constructor(message: string, places: number, at: number, file: string) {
    super(message, { code: 'text-utf8' });
    this.places = places;
    this.at = at;
    this.in = file;
  }
}

/** Thrown where a line is not UTF-8. */
const DAMAGED = new Error('not UTF-8');

/** One way through the file. */
class Reading {
  number = 1;
  readonly #name: string;
  readonly #decoder: TextDecoder;
  readonly #visit: (document: Document) => void;
  readonly #records: Records;
  readonly #field: JsonField;
  readonly #document: Utf8Document;

  constructor(
    source: string,
    name: string,
    column: string | null,
    decoder: TextDecoder,
    visit: (document: Document) => void,
  ) {
    this.#name = name;
    this.#decoder = decoder;
    this.#visit = visit;
    this.#records = new Records(name, 'line', column, (text) => visit({ source, text }));
    this.#field = new JsonField(column ?? 'text');
    this.#document = new Utf8Document(source);
  }

  /** The line bytes[from, end), at `end` of which a line break stands. */
  line(bytes: Uint8Array, from: number, end: number): void {
    const number = this.number++;
    if (number === 1 && BYTE_ORDER_MARK.every((byte, i) => bytes[from + i] === byte)) from += 3;
    // The first tells the names of the fields.
    if (number > 1 && end - from <= LONGEST && this.#field.read(bytes, from, end)) {
      const { bytes: text, length } = this.#field;
      this.#document.bytes = text;
      this.#document.length = length;
      if (!isVisible(text, length) && this.#document.text.trim() === '') {
        this.#records.leavesOut();
        return;
      }
      this.#records.counts();
      this.#visit(this.#document);
      return;
    }
    let line: string;
    try {
      line = this.#decoder.decode(bytes.subarray(from, end));
    } catch {
      throw DAMAGED;
    }
    if (line.length > LONGEST) throw tooLong(this.#name, 'line', number);
    if (line.trim() === '') return;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw notJsonLine(this.#name, number, line);
    }
    this.#records.add(value, number);
  }

  end(): Divided & { count: number } {
    return { ...this.#records.end(), count: this.#records.count };
  }
}

/** Whether there is a visible ASCII character: nearly always the first. */
function isVisible(bytes: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[i]! > 0x20 && bytes[i]! < 0x7f) return true;
  return false;
}
