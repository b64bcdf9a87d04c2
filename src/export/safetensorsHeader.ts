/**
 * Reads a safetensors header: the JSON object {name: {dtype, shape, data_offsets}, …, "__metadata__": {key: text}}.
 * Its nesting is fixed, so one cursor with a method a construct replaces JSON.parse, which would hide a repeated name
 * (the last one wins), round integers above 2^53 and build a tree as deep as a hostile file likes. Nothing here
 * recurses.
 */
import { quoted } from '../util/quoted.ts';
import { ImportError, type ImportCode } from './importError.ts';
import { safetensorsWords } from '../words/model.ts';

/** A tensor as its header describes it; start and end are bytes after the header. Not yet checked against the file. */
export interface HeaderEntry {
  name: string;
  dtype: string;
  shape: number[];
  start: number;
  end: number;
}

export interface Header {
  entries: HeaderEntry[];
  /** Without a prototype, so that a key such as `__proto__` is a key like any other. */
  metadata: Record<string, string>;
}

/** PyTorch holds at most 64 dimensions. The limit keeps a file of small numbers from growing in memory. */
const MAX_RANK = 64;

/** @throws ImportError header-syntax, header-entry, duplicate, metadata, shape, offsets. */
export function readHeader(text: string): Header {
  const cursor = new Cursor(text);
  const entries: HeaderEntry[] = [];
  const metadata: Record<string, string> = Object.create(null);
  cursor.object(safetensorsWords.header, (name) => {
    if (name === '__metadata__') readMetadata(cursor, metadata);
    else entries.push(readEntry(cursor, name));
  });
  cursor.end();
  return { entries, metadata };
}

function readMetadata(cursor: Cursor, metadata: Record<string, string>): void {
  cursor.object(
    '__metadata__',
    (key) => {
      metadata[key] = cursor.string(safetensorsWords.metadataText(quoted(key)), 'metadata');
    },
    'metadata',
  );
}

function readEntry(cursor: Cursor, name: string): HeaderEntry {
  const tensor = safetensorsWords.tensor(quoted(name));
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  cursor.object(tensor, (key) => {
    if (key === 'dtype') dtype = cursor.string(safetensorsWords.dtypeOf(tensor));
    else if (key === 'shape') shape = cursor.integers(safetensorsWords.shapeOf(tensor), MAX_RANK, 'shape');
    else if (key === 'data_offsets') offsets = cursor.integers(safetensorsWords.offsetsOf(tensor), 2, 'offsets');
    else throw new ImportError('header-entry', safetensorsWords.unknownKey(tensor, quoted(key)));
  });
  if (dtype === undefined || shape === undefined || offsets === undefined) {
    throw new ImportError('header-entry', safetensorsWords.incomplete(tensor));
  }
  if (offsets.length !== 2) {
    throw new ImportError('offsets', safetensorsWords.offsetCount(tensor, offsets.length));
  }
  return { name, dtype, shape, start: offsets[0]!, end: offsets[1]! };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;

class Cursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** {key: …, …}; `member` must read the value of the key it is given. */
  object(what: string, member: (key: string) => void, code: ImportCode = 'header-syntax'): void {
    if (!this.#take('{')) this.#fail(code, safetensorsWords.opening('{', what));
    if (this.#take('}')) return;
    const seen = new Set<string>();
    do {
      const key = this.string(safetensorsWords.keyOf(what));
      if (seen.has(key)) throw new ImportError('duplicate', safetensorsWords.twice(quoted(key), what));
      seen.add(key);
      if (!this.#take(':')) this.#fail('header-syntax', safetensorsWords.colon(quoted(key)));
      member(key);
    } while (this.#take(','));
    if (!this.#take('}')) this.#fail('header-syntax', safetensorsWords.commaOr('}', what));
  }

  string(what: string, code: ImportCode = 'header-syntax'): string {
    if (!this.#take('"')) this.#fail(code, what);
    const start = this.#at - 1;
    for (; this.#at < this.#text.length; this.#at++) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit === BACKSLASH) this.#at++;
      else if (unit === QUOTE) {
        this.#at++;
        return this.#unescape(start, what);
      }
    }
    this.#at = this.#text.length;
    return this.#fail('header-syntax', safetensorsWords.closingQuote(what));
  }

  /** [n, …]: at most `limit` integers, each from 0 to 2^53 − 1. */
  integers(what: string, limit: number, code: ImportCode): number[] {
    if (!this.#take('[')) this.#fail(code, safetensorsWords.opening('[', what));
    const values: number[] = [];
    if (this.#take(']')) return values;
    do {
      if (values.length === limit) throw new ImportError(code, safetensorsWords.manyIntegers(limit, what));
      values.push(this.#integer(what, code));
    } while (this.#take(','));
    if (!this.#take(']')) this.#fail(code, safetensorsWords.commaOr(']', what));
    return values;
  }

  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail('header-syntax', safetensorsWords.nothingMore);
  }

  #integer(what: string, code: ImportCode): number {
    this.#skipSpace();
    const start = this.#at;
    let value = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const digit = this.#text.charCodeAt(this.#at) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      // Past 2^53 doubles round; stopping here also bounds the digits read.
      if (!Number.isSafeInteger(value)) throw new ImportError(code, safetensorsWords.largeInteger(what));
    }
    const digits = this.#at - start;
    if (digits === 0 || (digits > 1 && this.#text[start] === '0')) {
      this.#at = start;
      this.#fail(code, safetensorsWords.integer(what));
    }
    return value;
  }

  /** JSON.parse of the one literal knows which escapes and control characters are allowed. */
  #unescape(start: number, what: string): string {
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string;
    } catch {
      this.#at = start;
      return this.#fail('header-syntax', safetensorsWords.validString(what));
    }
  }

  #take(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && ' \t\n\r'.includes(this.#text[this.#at]!)) this.#at++;
  }

  #fail(code: ImportCode, expected: string): never {
    const found = this.#at < this.#text.length ? quoted(this.#text[this.#at]!) : null;
    throw new ImportError(code, safetensorsWords.syntax(expected, this.#at, found));
  }
}
