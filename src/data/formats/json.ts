/** JSON as records: lines of it, or values one after another, in an array or not. */
import { UserError } from '../../util/errors.ts';
import { Records } from './records.ts';
import type { Divided, Divider } from './texts.ts';
import { dataWords } from '../../words/data.ts';

/** A record in UTF-16 units: more than the longest novels, and nested to the hilt it still parses in a fraction of a second. */
export const LONGEST = 1 << 23;

export function tooLong(name: string, unit: string, number: number): UserError {
  return new UserError(dataWords.longDocument(name, unit, number, LONGEST), { code: 'text-line' });
}

export function notJsonLine(name: string, number: number, line: string): UserError {
  const isArray = number === 1 && line.trimStart().startsWith('[');
  return new UserError(dataWords.notJsonLine(name, number, isArray), { code: 'text-json' });
}

/** JSON lines: a record each. */
export class JsonLines implements Divider {
  readonly #name: string;
  readonly #records: Records;
  #line: string[] = [];
  #length = 0;
  #number = 1;

  constructor(name: string, column: string | null) {
    this.#name = name;
    this.#records = new Records(name, 'line', column);
  }

  push(piece: string): void {
    let from = 0;
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', from)) {
      this.#extend(piece.slice(from, at));
      this.#finish();
      from = at + 1;
    }
    this.#extend(piece.slice(from));
  }

  end(): Divided {
    this.#finish();
    return this.#records.end();
  }

  #extend(part: string): void {
    this.#length += part.length;
    if (this.#length > LONGEST) throw tooLong(this.#name, 'line', this.#number);
    this.#line.push(part);
  }

  #finish(): void {
    const line = this.#line.join('');
    if (line.trim() !== '') this.#records.add(this.#parse(line), this.#number);
    this.#line = [];
    this.#length = 0;
    this.#number++;
  }

  #parse(line: string): unknown {
    try {
      return JSON.parse(line);
    } catch {
      throw notJsonLine(this.#name, this.#number, line);
    }
  }
}

/** What ends a string or a value, opens or closes one, or divides two. */
const MARKS = /["\\[\]{},]/g;

/**
 * A file of JSON: an array of records, or records one after another, over as many lines as they like. Only the places where
 * a record begins and ends are looked for here; each is then parsed by itself, so that a large file is never parsed whole.
 */
export class JsonValues implements Divider {
  readonly #name: string;
  readonly #records: Records;
  /** Text of the record under way. */
  #value: string[] = [];
  #length = 0;
  #number = 1;
  /** Brackets open inside the record. */
  #depth = 0;
  #inString = false;
  /** The piece before ended in a backslash. */
  #escaped = false;
  /** Null: nothing but white space was seen. */
  #array: 'open' | 'closed' | 'none' | null = null;
  #afterComma = false;

  constructor(name: string, column: string | null) {
    this.#name = name;
    this.#records = new Records(name, 'entry', column);
  }

  push(piece: string): void {
    let from = 0;
    if (this.#array === null) {
      const begins = piece.search(/\S/);
      if (begins < 0) return;
      this.#array = piece[begins] === '[' ? 'open' : 'none';
      from = this.#array === 'open' ? begins + 1 : begins;
    }
    MARKS.lastIndex = from;
    if (this.#escaped) MARKS.lastIndex++;
    this.#escaped = false;
    for (let found = MARKS.exec(piece); found; found = MARKS.exec(piece)) {
      const [mark] = found;
      if (mark === '\\') {
        if (!this.#inString) throw this.#notJson();
        MARKS.lastIndex++;
        this.#escaped = MARKS.lastIndex > piece.length;
        if (this.#escaped) break;
        continue;
      }
      if (mark === '"') this.#inString = !this.#inString;
      if (this.#inString) continue;
      if (mark === '[' || mark === '{') this.#depth++;
      else if (mark === ']' || mark === '}') this.#depth--;
      const [at, end] = [found.index, found.index + 1];
      if (this.#depth < 0) {
        if (mark !== ']' || this.#array !== 'open') throw this.#notJson();
        this.#extend(piece.slice(from, at));
        this.#finish(this.#afterComma);
        this.#array = 'closed';
        this.#depth = 0;
        from = end;
      } else if (this.#depth > 0) continue;
      else if (mark === ',') {
        if (this.#array !== 'open') throw this.#notJson();
        this.#extend(piece.slice(from, at));
        this.#finish(true);
        this.#afterComma = true;
        from = end;
      } else if (this.#array === 'none') {
        this.#extend(piece.slice(from, end));
        this.#finish(true);
        from = end;
      }
    }
    this.#extend(piece.slice(from));
  }

  end(): Divided {
    if (this.#array === 'open') {
      throw new UserError(dataWords.cutEntry(this.#name, this.#number), { code: 'text-json' });
    }
    this.#finish(false);
    return this.#records.end();
  }

  #extend(part: string): void {
    if (this.#array === 'closed' && part.trim() !== '') throw this.#notJson();
    this.#length += part.length;
    if (this.#length > LONGEST) throw tooLong(this.#name, 'entry', this.#number);
    this.#value.push(part);
  }

  #finish(needed: boolean): void {
    const text = this.#value.join('');
    this.#value = [];
    this.#length = 0;
    if (!needed && text.trim() === '') return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw this.#notJson();
    }
    this.#records.add(value, this.#number++);
  }

  #notJson(): UserError {
    return new UserError(dataWords.notJsonEntry(this.#name, this.#number), { code: 'text-json' });
  }
}
