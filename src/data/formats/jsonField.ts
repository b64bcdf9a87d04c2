/**
 * One string of a JSON object that is a line of UTF-8, found without a string or an object of its own. What is not plainly valid JSON with
 * that field a string is left to JSON.parse, which says what is wrong with it: a key with an escape, half a surrogate pair, deep nesting.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST, COLON, COMMA] = [0x7b, 0x7d, 0x5b, 0x5d, 0x3a, 0x2c];

/** Values inside one another: deeper ones are rare. */
const DEEPEST = 16;

/** ASCII that stands for itself in a string. */
const plain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);
/** What a backslash and this byte stand for; 0: nothing, or `u`. */
const escapes = new Uint8Array(256);
for (const [letter, meant] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'])
  escapes[letter!.charCodeAt(0)] = meant!.charCodeAt(0);

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const WORDS = ['true', 'false', 'null'].map((word) => new TextEncoder().encode(word));

export class JsonField {
  /** The string as UTF-8, with 16 bytes behind it, until the next line is read. */
  bytes: Uint8Array = new Uint8Array(1 << 16);
  length = 0;
  readonly #name: Uint8Array;
  #line: Uint8Array = this.bytes;
  #at = 0;

  constructor(name: string) {
    this.#name = new TextEncoder().encode(name);
  }

  /** Whether the string was found. `line[end]` is below 0x20, which stands in no string. */
  read(line: Uint8Array, from: number, end: number): boolean {
    if (this.bytes.length < end - from + 16) this.bytes = new Uint8Array(2 * (end - from) + 16);
    this.#line = line;
    this.#at = from;
    return this.#white() === OPEN && this.#object(0) === 'found' && this.#white() < 0x20 && this.#at === end;
  }

  /** The first byte that is no white space. */
  #white(): number {
    for (;;) {
      const byte = this.#line[this.#at]!;
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return byte;
      this.#at++;
    }
  }

  /** null: it is left to JSON.parse. Only the outermost object's field is looked for. */
  #object(depth: number): 'found' | 'valid' | null {
    let found = false;
    this.#at++;
    if (this.#white() === CLOSE) {
      this.#at++;
      return 'valid';
    }
    for (;;) {
      if (this.#white() !== QUOTE) return null;
      const from = ++this.#at;
      while (plain[this.#line[this.#at]!] === 1) this.#at++;
      if (this.#line[this.#at] !== QUOTE) return null;
      const isIt = depth === 0 && this.#isName(from, this.#at);
      this.#at++;
      if (this.#white() !== COLON) return null;
      this.#at++;
      if (isIt) {
        // Of two of one name the last counts.
        if (this.#white() !== QUOTE || !this.#copy()) return null;
        found = true;
      } else if (!this.#value(depth)) return null;
      const next = this.#white();
      this.#at++;
      if (next === CLOSE) return found ? 'found' : 'valid';
      if (next !== COMMA) return null;
    }
  }

  #isName(from: number, end: number): boolean {
    if (end - from !== this.#name.length) return false;
    for (let i = 0; i < this.#name.length; i++) if (this.#line[from + i] !== this.#name[i]) return false;
    return true;
  }

  #value(depth: number): boolean {
    const byte = this.#white();
    if (byte === QUOTE) return this.#skipString();
    if (byte === OPEN) return depth < DEEPEST && this.#object(depth + 1) !== null;
    if (byte === OPEN_LIST) return depth < DEEPEST && this.#list(depth + 1);
    if (byte === 0x2d || isDigit(byte)) return this.#number();
    return WORDS.some((word) => this.#word(word));
  }

  #list(depth: number): boolean {
    this.#at++;
    if (this.#white() === CLOSE_LIST) {
      this.#at++;
      return true;
    }
    for (;;) {
      if (!this.#value(depth)) return false;
      const next = this.#white();
      this.#at++;
      if (next === CLOSE_LIST) return true;
      if (next !== COMMA) return false;
    }
  }

  #word(word: Uint8Array): boolean {
    for (let i = 0; i < word.length; i++) if (this.#line[this.#at + i] !== word[i]) return false;
    this.#at += word.length;
    return true;
  }

  #number(): boolean {
    if (this.#line[this.#at] === 0x2d) this.#at++;
    const isZero = this.#line[this.#at] === 0x30;
    const digits = this.#digits();
    if (digits === 0 || (isZero && digits > 1)) return false;
    if (this.#line[this.#at] === 0x2e) {
      this.#at++;
      if (this.#digits() === 0) return false;
    }
    if ((this.#line[this.#at]! | 0x20) !== 0x65) return true;
    const sign = this.#line[++this.#at];
    if (sign === 0x2b || sign === 0x2d) this.#at++;
    return this.#digits() > 0;
  }

  #digits(): number {
    const from = this.#at;
    while (isDigit(this.#line[this.#at]!)) this.#at++;
    return this.#at - from;
  }

  #skipString(): boolean {
    const line = this.#line;
    this.#at++;
    for (;;) {
      while (plain[line[this.#at]!] === 1) this.#at++;
      const byte = line[this.#at]!;
      if (byte === QUOTE) {
        this.#at++;
        return true;
      }
      if (byte >= 0x80) {
        const length = characterLength(line, this.#at);
        if (length === 0) return false;
        this.#at += length;
      } else if (byte !== BACKSLASH) return false;
      else if (escapes[line[this.#at + 1]!] !== 0) this.#at += 2;
      else if (this.#unit() >= 0) this.#at += 6;
      else return false;
    }
  }

  /** As `#skipString`, what the string says to `bytes`. */
  #copy(): boolean {
    const line = this.#line;
    const out = this.bytes;
    let at = this.#at + 1;
    let n = 0;
    for (;;) {
      for (let byte = line[at]!; plain[byte] === 1; byte = line[++at]!) out[n++] = byte;
      const byte = line[at]!;
      if (byte === QUOTE) {
        this.#at = at + 1;
        this.length = n;
        return true;
      }
      if (byte >= 0x80) {
        const length = characterLength(line, at);
        if (length === 0) return false;
        for (let i = 0; i < length; i++) out[n++] = line[at++]!;
        continue;
      }
      if (byte !== BACKSLASH) return false;
      const meant = escapes[line[at + 1]!]!;
      if (meant !== 0) {
        out[n++] = meant;
        at += 2;
        continue;
      }
      this.#at = at;
      let code = this.#unit();
      at += 6;
      if (code >= 0xd800 && code < 0xe000) {
        this.#at = at;
        const second = code < 0xdc00 ? this.#unit() : -1;
        if (second < 0xdc00 || second >= 0xe000) return false;
        code = 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
        at += 6;
      }
      if (code < 0) return false;
      n = writeCharacter(out, n, code);
    }
  }

  /** Of the `\uXXXX` at the place; −1: there is none. */
  #unit(): number {
    if (this.#line[this.#at] !== BACKSLASH || this.#line[this.#at + 1] !== 0x75) return -1;
    let code = 0;
    for (let i = 2; i < 6; i++) {
      const byte = this.#line[this.#at + i]!;
      const lower = byte | 0x20;
      const digit = isDigit(byte) ? byte - 0x30 : lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
      if (digit < 0) return -1;
      code = code * 16 + digit;
    }
    return code;
  }
}

/** Bytes of the character of two to four bytes that begins at `at`; 0: they are no UTF-8 (RFC 3629). */
function characterLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const second = bytes[at + 1]!;
  if ((second & 0xc0) !== 0x80) return 0;
  if (lead < 0xe0) return 2;
  // No longer than needed, no surrogates, nothing above U+10FFFF.
  if (lead === 0xe0 && second < 0xa0) return 0;
  if (lead === 0xed && second >= 0xa0) return 0;
  if (lead === 0xf0 && second < 0x90) return 0;
  if (lead === 0xf4 && second >= 0x90) return 0;
  if ((bytes[at + 2]! & 0xc0) !== 0x80) return 0;
  if (lead < 0xf0) return 3;
  return (bytes[at + 3]! & 0xc0) === 0x80 ? 4 : 0;
}

function writeCharacter(out: Uint8Array, n: number, code: number): number {
  if (code < 0x80) {
    out[n++] = code;
    return n;
  }
  if (code < 0x800) out[n++] = 0xc0 | (code >> 6);
  else {
    if (code < 0x10000) out[n++] = 0xe0 | (code >> 12);
    else {
      out[n++] = 0xf0 | (code >> 18);
      out[n++] = 0x80 | ((code >> 12) & 0x3f);
    }
    out[n++] = 0x80 | ((code >> 6) & 0x3f);
  }
  out[n++] = 0x80 | (code & 0x3f);
  return n;
}
