/** A document as the heuristic rules look at it; each view is made when it is first asked for. Lengths are UTF-16 units. */

const LETTER = 1;
const DIGIT = 2;
/** What NonAlphaNumericFilter counts as text: a-z, A-Z, 0-9, line ends and ?!,. */
const PLAIN = 4;
const BRACKET = 8;
/** Tab, line ends, backspace and space, as WhiteSpaceFilter counts them. */
const BLANK = 16;
/** What parts words. */
const GAP = 32;

let kinds: Uint8Array | null = null;
function kindsOfUnits(): Uint8Array {
  return Uint8Array.from({ length: 65536 }, (_, unit) => {
    const text = String.fromCharCode(unit);
    return (
      (/\p{Alphabetic}/u.test(text) ? LETTER : 0) |
      (/\p{Nd}/u.test(text) ? DIGIT : 0) |
      (/[a-zA-Z0-9\n?!,.]/.test(text) ? PLAIN : 0) |
      (/[{}⟨⟩[\]()]/.test(text) ? BRACKET : 0) |
      (/[\t\n\r\b ]/.test(text) ? BLANK : 0) |
      (/\s/.test(text) ? GAP : 0)
    );
  });
}

export interface Counts {
  plain: number;
  digits: number;
  blanks: number;
  brackets: number;
  words: number;
  /** Units of all words together, and of the longest. */
  wordUnits: number;
  longest: number;
  wordsWithLetters: number;
}

/** Of the n-grams of a page's words. */
export interface Repeats {
  /** Number of the n-gram that begins at each word: equal ones have equal numbers. */
  number: Int32Array;
  /** n-grams, and how many of them there are that are not equal. */
  count: number;
  distinct: number;
}

export class Page {
  readonly text: string;
  #counts: Counts | null = null;
  #lines: string[] | null = null;
  #paragraphs: string[] | null = null;
  #words: string[] | null = null;
  readonly #repeats: (Repeats | undefined)[] = [];

  constructor(text: string) {
    this.text = text;
  }

  get lines(): string[] {
    return (this.#lines ??= this.text.split('\n').filter((line) => line.trim() !== ''));
  }

  get paragraphs(): string[] {
    return (this.#paragraphs ??= this.text.split('\n\n'));
  }

  /** As white space parts them. */
  get words(): string[] {
    return (this.#words ??= this.text.split(/\s+/).filter((word) => word !== ''));
  }

  get counts(): Counts {
    return (this.#counts ??= countsOf(this.text));
  }

  /** n-grams, numbered by those one shorter and their last word. */
  repeats(n: number): Repeats {
    return (this.#repeats[n] ??= n === 1 ? numberWords(this.words) : extend(this.repeats(n - 1), this.repeats(1), n));
  }
}

function countsOf(text: string): Counts {
  kinds ??= kindsOfUnits();
  let [plain, digits, blanks, brackets, words, wordUnits, longest, wordsWithLetters] = [0, 0, 0, 0, 0, 0, 0, 0];
  let length = 0;
  let letters = 0;
  for (let i = 0; i < text.length; i++) {
    const kind = kinds[text.charCodeAt(i)]!;
    plain += (kind >>> 2) & 1;
    digits += (kind >>> 1) & 1;
    brackets += (kind >>> 3) & 1;
    blanks += (kind >>> 4) & 1;
    if ((kind & GAP) === 0) {
      length++;
      letters |= kind & LETTER;
    } else if (length > 0) {
      words++;
      wordUnits += length;
      if (length > longest) longest = length;
      wordsWithLetters += letters;
      length = letters = 0;
    }
  }
  if (length > 0) {
    words++;
    wordUnits += length;
    longest = Math.max(longest, length);
    wordsWithLetters += letters;
  }
  return { plain, digits, blanks, brackets, words, wordUnits, longest, wordsWithLetters };
}

function numberWords(words: readonly string[]): Repeats {
  const numbers = new Map<string, number>();
  const number = new Int32Array(words.length);
  for (let i = 0; i < words.length; i++) {
    let known = numbers.get(words[i]!);
    if (known === undefined) numbers.set(words[i]!, (known = numbers.size));
    number[i] = known;
  }
  return { number, count: words.length, distinct: numbers.size };
}

/** Places of a table that a page leaves behind are known by its stamp, so that none has to be cleared. */
let places = new Int32Array(3 << 12);
let stamp = 0;

function extend(shorter: Repeats, words: Repeats, n: number): Repeats {
  const count = Math.max(0, words.count - n + 1);
  const number = new Int32Array(count);
  if (shorter.distinct === shorter.count) {
    for (let i = 0; i < count; i++) number[i] = i;
    return { number, count, distinct: count };
  }
  let room = places.length / 3;
  if (room < 2 * count) {
    while (room < 2 * count) room *= 2;
    places = new Int32Array(3 * room);
    stamp = 0;
  }
  if (stamp === 0x7fffffff) {
    places.fill(0);
    stamp = 0;
  }
  stamp++;
  // An open table of (stamp, place of its first n-gram, number).
  const mask = room - 1;
  let distinct = 0;
  for (let i = 0; i < count; i++) {
    const head = shorter.number[i]!;
    const last = words.number[i + n - 1]!;
    let at = Math.imul(head, 0x9e3779b1) ^ Math.imul(last, 0x85ebca6b);
    at = (at ^ (at >>> 15)) & mask;
    for (; places[3 * at] === stamp; at = (at + 1) & mask) {
      const first = places[3 * at + 1]!;
      if (shorter.number[first] === head && words.number[first + n - 1] === last) break;
    }
    if (places[3 * at] !== stamp) {
      places[3 * at] = stamp;
      places[3 * at + 1] = i;
      places[3 * at + 2] = distinct++;
    }
    number[i] = places[3 * at + 2]!;
  }
  return { number, count, distinct };
}
