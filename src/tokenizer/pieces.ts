/**
 * Cuts UTF-8 into the pieces of PIECE_PATTERN, inside which byte pairs are merged. By hand and on bytes: preparing a text is mostly this,
 * an expression makes a string of every piece, and a byte is read from its array several times as fast as a unit from a string.
 */

const SPACE = 0x20;
const APOSTROPHE = 0x27;

/** What the pattern tells apart. Digits are any \p{N}. */
const LETTER = 1;
const DIGIT = 2;
const WHITE = 3;
const OTHER = 4;

function kindOfCharacter(character: string): number {
  if (/[\p{L}\p{M}]/u.test(character)) return LETTER;
  if (/\p{N}/u.test(character)) return DIGIT;
  return /\p{White_Space}/u.test(character) ? WHITE : OTHER;
}

/** By code point; 0: not asked for yet. */
const kinds = new Uint8Array(0x110000);
for (let code = 0; code < 0x80; code++) kinds[code] = kindOfCharacter(String.fromCharCode(code));
/** By byte: an ASCII character's kind; 0 for bytes of longer ones. */
const asciiKinds = kinds.slice(0, 256).fill(0, 0x80);

export const isAsciiLetter = (byte: number): boolean => asciiKinds[byte] === LETTER;

/** Bytes of the character that begins with this one. */
const lengthFrom = (lead: number): number => (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);

/** Of the character at `at`, before `end`. */
function kindAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return asciiKinds[lead]!;
  let code = lead & (lead < 0xe0 ? 0x1f : lead < 0xf0 ? 0x0f : 0x07);
  for (let i = at + 1; i < at + lengthFrom(lead); i++) code = (code << 6) | (bytes[i]! & 0x3f);
  return (kinds[code] ||= kindOfCharacter(String.fromCodePoint(code)));
}

/** Past the characters of this kind, `end` at most. */
function skip(bytes: Uint8Array, at: number, end: number, kind: number): number {
  for (;;) {
    while (at < end && asciiKinds[bytes[at]!] === kind) at++;
    if (at >= end || bytes[at]! < 0x80 || kindAt(bytes, at) !== kind) return at;
    at += lengthFrom(bytes[at]!);
  }
}

/** Length of the English ending that begins with the apostrophe at `at`: 's, 't, 'm, 'd, 're, 've, 'll; or 0. */
function endingAt(bytes: Uint8Array, at: number, end: number): number {
  const next = at + 1 < end ? bytes[at + 1] : 0;
  if (next === 0x73 || next === 0x74 || next === 0x6d || next === 0x64) return 2;
  const after = at + 2 < end ? bytes[at + 2] : 0;
  return ((next === 0x72 || next === 0x76) && after === 0x65) || (next === 0x6c && after === 0x6c) ? 3 : 0;
}

/** Where the piece that begins at `from`, before the text's `end`, ends. */
export function pieceEnd(bytes: Uint8Array, from: number, end: number): number {
  const first = bytes[from]!;
  if (first === APOSTROPHE) {
    const ending = endingAt(bytes, from, end);
    if (ending > 0) return from + ending;
  }
  // One space belongs to the word or the signs after it.
  const start = first === SPACE ? from + 1 : from;
  if (start === end) return end;
  const kind = kindAt(bytes, start);
  if (kind === LETTER || kind === OTHER) return skip(bytes, start, end, kind);
  if (kind === DIGIT && start === from) return from + lengthFrom(first);
  // White space up to its last character, which belongs to what follows where there is a word.
  let last = from;
  let at = from;
  while (at < end && kindAt(bytes, at) === WHITE) {
    last = at;
    at += lengthFrom(bytes[at]!);
  }
  return at === end || last === from ? at : last;
}

/** UTF-16 units that are cut into pieces at once, about: as bytes they stay in a core's own memory. */
const PART = 1 << 16;
/** Between what stands before and behind, no piece reaches across: a word and the space of the next, a line's end and what is visible. */
const BOUNDARY = /[A-Za-z](?= [A-Za-z])|\p{L}\n(?=\p{L})|\p{L}(?=[.,;:!?。、，])/gu;

/** A text in parts that its pieces do not reach across, together the whole text. */
export function* wholePieces(text: string): Generator<string> {
  for (let from = 0; from < text.length;) {
    BOUNDARY.lastIndex = from + PART;
    const end = BOUNDARY.test(text) ? BOUNDARY.lastIndex : text.length;
    yield text.slice(from, end);
    from = end;
  }
}

/** The pieces of a text in order, together the whole text: walked, so that 100 MB do not become 25 million strings at once. */
export function* pieces(text: string): Generator<string> {
  const utf8 = new TextEncoder();
  for (const part of wholePieces(text)) {
    const bytes = utf8.encode(part);
    let unit = 0;
    for (let from = 0, end = 0; from < bytes.length; from = end) {
      end = pieceEnd(bytes, from, bytes.length);
      const first = unit;
      for (let i = from; i < end; i++) {
        const byte = bytes[i]!;
        // A character's first byte is a unit; of four bytes, two.
        if ((byte & 0xc0) !== 0x80) unit += byte >= 0xf0 ? 2 : 1;
      }
      yield part.slice(first, unit);
    }
  }
}
