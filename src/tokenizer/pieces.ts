/**
 * Cuts a text into the pieces of PIECE_PATTERN, inside which byte pairs are merged. By hand and not by that expression: preparing a text
 * is mostly this, and an expression makes a string of every piece.
 */

const SPACE = 0x20;
const APOSTROPHE = 0x27;

/** What the pattern tells apart. Digits are any \p{N}. */
const LETTER = 1;
const DIGIT = 2;
const WHITE = 3;
const OTHER = 4;

/** By UTF-16 unit; 0: not asked for yet. */
const kinds = new Uint8Array(65536);

function kindOfCharacter(character: string): number {
  if (/[\p{L}\p{M}]/u.test(character)) return LETTER;
  if (/\p{N}/u.test(character)) return DIGIT;
  return /\p{White_Space}/u.test(character) ? WHITE : OTHER;
}

/** Whether a surrogate pair begins at `at`. */
const isPair = (text: string, at: number): boolean =>
  (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;

/** Of the character at `at`; 0 past the end. */
function kindAt(text: string, at: number): number {
  if (at >= text.length) return 0;
  const unit = text.charCodeAt(at);
  const known = kinds[unit]!;
  if (known !== 0) return known;
  if (isPair(text, at)) return kindOfCharacter(String.fromCodePoint(text.codePointAt(at)!));
  const kind = kindOfCharacter(text[at]!);
  // A lone half tells nothing of the pairs it may begin.
  if ((unit & 0xfc00) !== 0xd800) kinds[unit] = kind;
  return kind;
}

/** Past the characters of this kind. */
function skip(text: string, at: number, kind: number): number {
  for (;;) {
    // Nearly all: one unit, met before. First halves of pairs are never known.
    while (kinds[text.charCodeAt(at)] === kind) at++;
    if (kindAt(text, at) !== kind) return at;
    at += isPair(text, at) ? 2 : 1;
  }
}

/** Length of the English ending that begins with the apostrophe at `at`: 's, 't, 'm, 'd, 're, 've, 'll; or 0. */
function endingAt(text: string, at: number): number {
  const next = text[at + 1];
  if (next === 's' || next === 't' || next === 'm' || next === 'd') return 2;
  const after = text[at + 2];
  return ((next === 'r' || next === 'v') && after === 'e') || (next === 'l' && after === 'l') ? 3 : 0;
}

/** Where the piece that begins at `from`, before the text's end, ends. */
export function pieceEnd(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === APOSTROPHE) {
    const ending = endingAt(text, from);
    if (ending > 0) return from + ending;
  }
  // One space belongs to the word or the signs after it.
  const start = first === SPACE ? from + 1 : from;
  const kind = kindAt(text, start);
  if (kind === LETTER || kind === OTHER) return skip(text, start, kind);
  if (kind === DIGIT && start === from) return from + (isPair(text, from) ? 2 : 1);
  // White space up to its last character, which belongs to what follows where there is a word; all white space is single units.
  const end = skip(text, from, WHITE);
  return end === text.length || end === from + 1 ? end : end - 1;
}

/** The pieces of a text in order, together the whole text: walked, so that 100 MB do not become 25 million strings at once. */
export function* pieces(text: string): Generator<string> {
  for (let from = 0; from < text.length;) {
    const end = pieceEnd(text, from);
    yield text.slice(from, end);
    from = end;
  }
}
