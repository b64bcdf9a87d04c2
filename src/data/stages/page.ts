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

/** Words as white space parts them, where they stand, and 64 bits of each: two with the same bits are the same. */
interface Scan {
  counts: Counts;
  starts: Int32Array;
  ends: Int32Array;
  first: Int32Array;
  second: Int32Array;
}

export class Page {
  readonly text: string;
  #scan: Scan | null = null;
  #lines: string[] | null = null;
  #paragraphs: string[] | null = null;
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

  get counts(): Counts {
    return this.#scanned().counts;
  }

  word(i: number): string {
    const { starts, ends } = this.#scanned();
    return this.text.slice(starts[i], ends[i]);
  }

  /** UTF-16 units of a word. */
  wordLength(i: number): number {
    const { starts, ends } = this.#scanned();
    return ends[i]! - starts[i]!;
  }

  /** First unit of a word. */
  wordBegins(i: number): number {
    return this.text.charCodeAt(this.#scanned().starts[i]!);
  }

  /** n-grams, numbered by those one shorter and their last word. */
  repeats(n: number): Repeats {
    return (this.#repeats[n] ??= n === 1 ? this.#numberedWords() : this.#extended(n));
  }

  #numberedWords(): Repeats {
    const { first, second, counts } = this.#scanned();
    return numberPairs(counts.words, first, second, 0);
  }

  #extended(n: number): Repeats {
    const [shorter, words] = [this.repeats(n - 1), this.repeats(1)];
    const count = Math.max(0, words.count - n + 1);
    // Distinct already: so are longer ones.
    if (shorter.distinct === shorter.count)
      return { number: shorter.number.subarray(0, count), count, distinct: count };
    return numberPairs(count, shorter.number, words.number, n - 1);
  }

  #scanned(): Scan {
    return (this.#scan ??= scan(this.text));
  }
}

/** Where words begin and end and their bits, for as many as the longest page so far had; each page takes a copy of its own. */
let room = {
  starts: new Int32Array(4096),
  ends: new Int32Array(4096),
  first: new Int32Array(4096),
  second: new Int32Array(4096),
};

function scan(text: string): Scan {
  kinds ??= kindsOfUnits();
  const { length } = text;
  if (2 * room.starts.length < length + 1) {
    const make = () => new Int32Array(length);
    room = { starts: make(), ends: make(), first: make(), second: make() };
  }
  const { starts, ends, first, second } = room;
  const times = new Int32Array(64);
  let [words, wordUnits, longest, wordsWithLetters] = [0, 0, 0, 0];
  let [begin, letters, a, b] = [-1, 0, 0, 0];
  // A space behind the end, which the counts leave out, ends the last word.
  times[kinds[32]!] = -1;
  for (let i = 0; i <= length; i++) {
    const unit = i < length ? text.charCodeAt(i) : 32;
    const kind = kinds[unit]!;
    times[kind]!++;
    if ((kind & GAP) === 0) {
      if (begin < 0) {
        begin = i;
        letters = 0;
        a = 0x811c9dc5 | 0;
        b = 0x9747b28c | 0;
      }
      letters |= kind;
      a = Math.imul(a ^ unit, 0x01000193);
      b = Math.imul((b ^ unit) + (b >>> 15), 0x5bd1e995);
    } else if (begin >= 0) {
      starts[words] = begin;
      ends[words] = i;
      first[words] = a;
      second[words++] = b;
      wordUnits += i - begin;
      if (i - begin > longest) longest = i - begin;
      wordsWithLetters += letters & LETTER;
      begin = -1;
    }
  }
  const having = (flag: number) => times.reduce((sum, count, kind) => sum + ((kind & flag) === 0 ? 0 : count), 0);
  const counts = { plain: having(PLAIN), digits: having(DIGIT), blanks: having(BLANK), brackets: having(BRACKET) };
  return {
    counts: { ...counts, words, wordUnits, longest, wordsWithLetters },
    ...{ starts: starts.slice(0, words), ends: ends.slice(0, words) },
    ...{ first: first.slice(0, words), second: second.slice(0, words) },
  };
}

/** Places of a table that a page leaves behind are known by its stamp, so that none has to be cleared: (stamp, first, number). */
let places = new Int32Array(3 << 12);
let stamp = 0;

/** Numbers the pairs (heads[i], lasts[i + behind]) from 0 in the order they first come. */
function numberPairs(count: number, heads: Int32Array, lasts: Int32Array, behind: number): Repeats {
  const number = new Int32Array(count);
  let capacity = places.length / 3;
  if (capacity < 2 * count || stamp === 0x7fffffff) {
    while (capacity < 2 * count) capacity *= 2;
    places = new Int32Array(3 * capacity);
    stamp = 0;
  }
  const now = ++stamp;
  const table = places;
  const mask = capacity - 1;
  let distinct = 0;
  for (let i = 0; i < count; i++) {
    const a = heads[i]!;
    const b = lasts[i + behind]!;
    let at = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
    at = (at ^ (at >>> 15)) & mask;
    for (; table[3 * at] === now; at = (at + 1) & mask) {
      const before = table[3 * at + 1]!;
      if (heads[before] === a && lasts[before + behind] === b) break;
    }
    if (table[3 * at] !== now) {
      table[3 * at] = now;
      table[3 * at + 1] = i;
      table[3 * at + 2] = distinct++;
    }
    number[i] = table[3 * at + 2]!;
  }
  return { number, count, distinct };
}
