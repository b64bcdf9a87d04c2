/** Bytes of a text file to text, piece by piece, with what was wrong with them. */
import { UserError } from '../util/errors.ts';

/**
 * What becomes of bytes that are not UTF-8: the file is refused; each damaged place becomes U+FFFD; or the whole file
 * is read as Windows-1252, the usual encoding of old Western text, in which every byte is a character and none is lost.
 */
export type Invalid = 'refuse' | 'replace' | 'windows-1252';

export function isInvalid(text: string): text is Invalid {
  return text === 'refuse' || text === 'replace' || text === 'windows-1252';
}

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
  readonly #name: string;
  readonly #decoder: TextDecoder;
  readonly #utf8: boolean;
  #waiting = new Uint8Array(0);
  /** Offset of #waiting in the file. */
  #at = 0;
  #started = false;

  constructor(name: string, invalid: Invalid) {
    this.#name = name;
    this.#utf8 = invalid !== 'windows-1252';
    // A byte-order mark is removed here at the file's beginning, not by the decoder at every piece's.
    this.#decoder = new TextDecoder(this.#utf8 ? 'utf-8' : 'windows-1252', { ignoreBOM: true });
  }

  /** @throws UserError text-utf16. */
  push(bytes: Uint8Array): string {
    const all = this.#waiting.length === 0 ? bytes : joined(this.#waiting, bytes);
    const enough = this.#started || all.length >= HEAD;
    const whole = enough ? all.length - (this.#utf8 ? unfinished(all) : 0) : 0;
    this.#waiting = all.slice(whole);
    return whole > 0 ? this.#decode(all.subarray(0, whole)) : '';
  }

  end(): string {
    const rest = this.#waiting;
    this.#waiting = new Uint8Array(0);
    return this.#decode(rest);
  }

  #decode(bytes: Uint8Array): string {
    const first = !this.#started;
    this.#started = true;
    if (first && isUtf16(bytes)) {
      throw new UserError(`${this.#name} is UTF-16: save it as UTF-8.`, { code: 'text-utf16' });
    }
    const decoded = this.#decoder.decode(bytes);
    const text = this.#utf8
      ? decoded
      : decoded.replaceAll(C1, (control) => WINDOWS_1252[control.charCodeAt(0) - 0x80]!);
    if (this.#utf8 && text.includes(REPLACEMENT)) this.#findDamage(bytes, text);
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
    if (places > 0 && this.firstDamage === null) {
      const at = firstInvalid(bytes);
      this.firstDamage = { at: this.#at + at, byte: bytes[at]! };
    }
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
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}

/** By its mark, or because of every two bytes one is 0, as in Western text, and always the same one. */
function isUtf16(bytes: Uint8Array): boolean {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return true;
  const pairs = Math.min(bytes.length, HEAD) >> 1;
  const zeros = [0, 0];
  for (let i = 0; i < 2 * pairs; i++) if (bytes[i] === 0) zeros[i & 1]!++;
  const [less, more] = zeros.sort((a, b) => a - b) as [number, number];
  // Shares of the pairs; 8 pairs at least, so that two words around a NUL are no evidence.
  return pairs >= 8 && more > 0.4 * pairs && less < 0.05 * pairs;
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
