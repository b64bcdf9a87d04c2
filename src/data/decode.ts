/** Bytes of a text file to text, piece by piece, with what was wrong with them. */
import { UserError } from '../util/errors.ts';
import { dataWords } from '../words/data.ts';

/**
 * What becomes of bytes that are no text in the file's encoding: the file is refused; each damaged place becomes U+FFFD; or
 * the whole file is read as Windows-1252, the usual encoding of old Western text, in which every byte is a character.
 */
export type Invalid = 'refuse' | 'replace' | 'windows-1252';

export function isInvalid(text: string): text is Invalid {
  return text === 'refuse' || text === 'replace' || text === 'windows-1252';
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/**
 * 0x80 … 0x9f in Windows-1252, which Node 20.18.3 to 24 decode as the control characters of Latin-1 (github.com/nodejs/node,
 * issue 56542); without effect where the decoder is right. Five places have no character.
 */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const C1 = /[\u0080-\u009f]/g;

/** Bytes looked at before the encoding is decided. */
const HEAD = 4096;
const REPLACEMENT = '\ufffd';

export class TextReader {
  /** Damaged places so far, as many as U+FFFD would stand for them, and where the first is. */
  damaged = 0;
  firstDamage: { at: number; byte: number } | null = null;
  /** The file is UTF-16 without the mark that would say so. */
  guessed = false;
  /** Known once something was decoded. */
  encoding: Encoding | null = null;
  readonly #name: string;
  readonly #invalid: Invalid;
  #waiting = new Uint8Array(0);
  /** Offset of #waiting in the file. */
  #at = 0;

  constructor(name: string, invalid: Invalid) {
    this.#name = name;
    this.#invalid = invalid;
  }

  /** @throws UserError text-utf32. */
  push(bytes: Uint8Array): string {
    const all = this.#waiting.length === 0 ? bytes : joined(this.#waiting, bytes);
    if (this.encoding === null && all.length < HEAD) {
      this.#waiting = all.slice();
      return '';
    }
    return this.#take(all, false);
  }

  end(): string {
    return this.#take(this.#waiting, true);
  }

  #take(all: Uint8Array, last: boolean): string {
    this.encoding ??= this.#decide(all);
    const whole = last ? all.length : all.length - unfinished(all, this.encoding);
    this.#waiting = all.slice(whole);
    return whole > 0 ? this.#decode(all.subarray(0, whole), this.encoding) : '';
  }

  #decide(bytes: Uint8Array): Encoding {
    const marked = markOf(bytes);
    if (marked === 'utf-32') {
      throw new UserError(dataWords.utf32(this.#name), { code: 'text-utf32' });
    }
    const wide = marked ?? unmarkedUtf16(bytes);
    this.guessed = marked === null && wide !== null;
    return wide ?? (this.#invalid === 'windows-1252' ? 'windows-1252' : 'utf-8');
  }

  #decode(bytes: Uint8Array, encoding: Encoding): string {
    // A byte-order mark is removed here at the file's beginning, not by the decoder at every piece's.
    const decoded = new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
    const text =
      encoding === 'windows-1252'
        ? decoded.replaceAll(C1, (control) => WINDOWS_1252[control.charCodeAt(0) - 0x80]!)
        : decoded;
    if (text.includes(REPLACEMENT)) {
      if (encoding === 'utf-8') this.#findDamage(bytes, text);
      else if (encoding !== 'windows-1252') this.#findLoneUnits(bytes, text, encoding);
    }
    const first = this.#at === 0;
    this.#at += bytes.length;
    return first && text.startsWith('\ufeff') ? text.slice(1) : text;
  }

  /** A U+FFFD that the file itself spells is EF BF BD, and EF only ever begins a character: the rest are damage. */
  #findDamage(bytes: Uint8Array, text: string): void {
    let places = 0;
    for (let at = text.indexOf(REPLACEMENT); at >= 0; at = text.indexOf(REPLACEMENT, at + 1)) places++;
    for (let at = bytes.indexOf(0xef); at >= 0; at = bytes.indexOf(0xef, at + 1)) {
      if (bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd) places--;
    }
    if (places > 0) this.#damage(bytes, firstInvalid(bytes), places);
  }

  /** Halves of surrogate pairs and half a unit at the end: the decoder gives one U+FFFD a unit, so places in the text are units. */
  #findLoneUnits(bytes: Uint8Array, text: string, encoding: Encoding): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = text.indexOf(REPLACEMENT); at >= 0; at = text.indexOf(REPLACEMENT, at + 1)) {
      const whole = 2 * at + 1 < bytes.length;
      if (!whole || view.getUint16(2 * at, encoding === 'utf-16le') !== 0xfffd) this.#damage(bytes, 2 * at, 1);
    }
  }

  #damage(bytes: Uint8Array, at: number, places: number): void {
    this.firstDamage ??= { at: this.#at + at, byte: bytes[at]! };
    this.damaged += places;
  }
}

export function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Bytes at the end, three at most, that begin a character whose rest is still to come. */
function unfinished(bytes: Uint8Array, encoding: Encoding): number {
  if (encoding === 'windows-1252') return 0;
  if (encoding !== 'utf-8') {
    const odd = bytes.length % 2;
    const high = bytes[bytes.length - odd - (encoding === 'utf-16le' ? 1 : 2)];
    // The first half of a surrogate pair waits for the second.
    return odd + (high !== undefined && high >= 0xd8 && high < 0xdc ? 2 : 0);
  }
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}

/** What a byte-order mark says; null: none that is not UTF-8's. */
function markOf([a, b, c, d]: Uint8Array): 'utf-16le' | 'utf-16be' | 'utf-32' | null {
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'utf-32' : 'utf-16le';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'utf-32';
  return a === 0xfe && b === 0xff ? 'utf-16be' : null;
}

/** UTF-16 without a mark: of every two bytes one is 0, as in Western text, and always the same one. */
function unmarkedUtf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const pairs = Math.min(bytes.length, HEAD) >> 1;
  const zeros: [even: number, odd: number] = [0, 0];
  for (let i = 0; i < 2 * pairs; i++) if (bytes[i] === 0) zeros[(i & 1) as 0 | 1]++;
  const [less, more] = [Math.min(...zeros), Math.max(...zeros)];
  // Shares of the pairs; 8 pairs at least, so that two words around a NUL are no evidence.
  if (pairs < 8 || more <= 0.4 * pairs || less >= 0.05 * pairs) return null;
  return zeros[1] === more ? 'utf-16le' : 'utf-16be';
}

/** Offset of the first invalid sequence, by halving: what precedes it decodes as a stream. */
function firstInvalid(bytes: Uint8Array): number {
  const decodes = (end: number, stream: boolean) => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end), { stream });
      return true;
    } catch {
      return false;
    }
  };
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(middle, true)) good = middle;
    else bad = middle;
  }
  // The good part may end in the first bytes, three at most, of the sequence that goes wrong.
  while (!decodes(good, false)) good--;
  return good;
}
