/**
 * A document as the heuristic rules look at it. One pass over its text counts kinds of characters and finds words and lines; pairs of
 * words and lines are known again by 64 bits: two with the same bits are the same. Lengths are UTF-16 units.
 */
import { Column } from './columns.ts';
import { compareEntries, compareRuns, type Equals, noEquals } from './equals.ts';
import { SYMBOL_BEGINS } from './faults.ts';

const LETTER = 1;
const DIGIT = 2;
/** What NonAlphaNumericFilter counts as text: a-z, A-Z, 0-9, line ends and ?!,. */
const PLAIN = 4;
const BRACKET = 8;
/** Tab, line ends, backspace and space, as WhiteSpaceFilter counts them. */
const BLANK = 16;
/** What parts words. */
const GAP = 32;
/** What a word begins with that may be a symbol. */
const SIGN = 64;
/** A plain letter. */
const USUAL = LETTER | PLAIN;
const LINE_END = 10;

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
      (/\s/.test(text) ? GAP : 0) |
      (SYMBOL_BEGINS.has(unit) ? SIGN : 0)
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

const numbers = (): Column<Int32Array> => new Column(Int32Array);

/** Pieces of a text: where each begins and ends, and 64 bits. */
const pieces = () => ({ starts: numbers(), ends: numbers(), a: numbers(), b: numbers() });

/**
 * What the page that was scanned last came to. All pages share it: arrays of its own would cost a short page more than its scan. A page
 * that is asked after another has been is scanned again.
 */
const desk = {
  page: null as Page | null,
  counts: null as Counts | null,
  /** As white space parts them; the bits are of a word and the next. */
  words: pieces(),
  /** Numbers of the words that begin as a symbol does. */
  signs: numbers(),
  /** From the first word to the last; their bits, and `units`, are of all between two line ends. */
  lines: pieces(),
  units: numbers(),
  equalLines: noEquals(),
  linesCompared: false,
  /** n-grams by n, from 2 to `longest`. */
  grams: [] as Equals[],
  longest: 1,
};

export class Page {
  readonly text: string;
  #paragraphs: string[] | null = null;

  constructor(text: string) {
    this.text = text;
  }

  get paragraphs(): string[] {
    return (this.#paragraphs ??= this.text.split('\n\n'));
  }

  get counts(): Counts {
    return this.#onDesk().counts!;
  }

  word(i: number): string {
    const { starts, ends } = this.#onDesk().words;
    return this.text.slice(starts.data[i], ends.data[i]);
  }

  /** UTF-16 units of a word. */
  wordLength(i: number): number {
    const { starts, ends } = this.#onDesk().words;
    return ends.data[i]! - starts.data[i]!;
  }

  /** Words that hold, of those that begin as a symbol does. */
  signsThat(holds: (word: string) => boolean): number {
    const { signs } = this.#onDesk();
    let found = 0;
    for (let i = 0; i < signs.length; i++) if (holds(this.word(signs.data[i]!))) found++;
    return found;
  }

  /** Share of the lines that hold, told by where in the text each begins and ends, white space left out. */
  linesThat(holds: (from: number, to: number) => boolean): number {
    const { starts, ends } = this.#onDesk().lines;
    let found = 0;
    for (let i = 0; i < starts.length; i++) if (holds(starts.data[i]!, ends.data[i]!)) found++;
    return found / starts.length;
  }

  /** Shares of different lines: of their number, and of their units, white space included. */
  distinctLines(): { number: number; units: number } {
    const { lines, units, equalLines } = this.#onDesk();
    if (!desk.linesCompared) compareEntries(equalLines, units.length, lines.a.data, lines.b.data);
    desk.linesCompared = true;
    let [once, all] = [0, 0];
    for (let i = 0; i < units.length; i++) {
      all += units.data[i]!;
      if (equalLines.first[i] === i) once += units.data[i]!;
    }
    return { number: (units.length - equalLines.again) / units.length, units: once / all };
  }

  /** n-grams of words, 2 or more, by where they begin. */
  grams(n: number): Equals {
    const { words, grams } = this.#onDesk();
    for (; desk.longest < n; desk.longest++) {
      const into = (grams[desk.longest + 1] ??= noEquals());
      if (desk.longest === 1) compareEntries(into, words.a.length, words.a.data, words.b.data);
      else compareRuns(into, grams[desk.longest]!);
    }
    return grams[n]!;
  }

  /** The commonest n-gram, of several the one that stands first, with single spaces between its words; null: there is none. */
  commonestGram(n: number): string | null {
    const { count, again, times } = this.grams(n);
    if (count === 0) return null;
    let best = 0;
    if (again > 0) for (let i = 1; i < count; i++) if (times[i]! > times[best]!) best = i;
    return Array.from({ length: n }, (_, i) => this.word(best + i)).join(' ');
  }

  #onDesk(): typeof desk {
    if (desk.page !== this) {
      desk.counts = scan(this.text);
      desk.page = this;
      desk.linesCompared = false;
      desk.longest = 1;
    }
    return desk;
  }
}

/** Times of each kind in the text under way. */
const times = new Int32Array(128);

/** Fills the desk's words and lines. */
function scan(text: string): Counts {
  kinds ??= kindsOfUnits();
  const { length } = text;
  const { words, signs, lines, units } = desk;
  for (const column of [...Object.values(words), ...Object.values(lines), signs, units]) column.length = 0;
  const kindOf = kinds;
  times.fill(0);
  let [wordUnits, longest, wordsWithLetters] = [0, 0, 0];
  // Bits of the last word, and of the line under way; where that begins, and the words before it.
  let [lastX, lastY, p, q, lineBegins, wordsBefore] = [0, 0, 0, 0, 0, 0];
  // A line end behind the text, which the counts leave out, ends its last word and line.
  times[kindOf[LINE_END]!] = -1;
  for (let i = 0; i <= length; i++) {
    let unit = i < length ? text.charCodeAt(i) : LINE_END;
    let kind = kindOf[unit]!;
    if ((kind & GAP) === 0) {
      const begin = i;
      if ((kind & SIGN) !== 0) signs.push(words.starts.length);
      let letters = 0;
      let x = 0x811c9dc5 | 0;
      let y = 0x9747b28c | 0;
      do {
        if (kind !== USUAL) times[kind]!++;
        letters |= kind;
        x = Math.imul(x ^ unit, 0x01000193);
        y = Math.imul((y ^ unit) + (y >>> 15), 0x5bd1e995);
        unit = ++i < length ? text.charCodeAt(i) : LINE_END;
        kind = kindOf[unit]!;
      } while ((kind & GAP) === 0);
      if (words.starts.length > 0) {
        words.a.push(Math.imul(lastX, 0x85ebca6b) ^ x);
        words.b.push(Math.imul(lastY, 0xc2b2ae35) + y);
      }
      lastX = x;
      lastY = y;
      words.starts.push(begin);
      words.ends.push(i);
      const own = i - begin;
      wordUnits += own;
      if (own > longest) longest = own;
      wordsWithLetters += letters & LETTER;
      p = Math.imul(p ^ x, 0x85ebca6b);
      q = Math.imul((q ^ y) + (q >>> 15), 0xc2b2ae35);
    }
    times[kind]!++;
    if (unit !== LINE_END) {
      p = Math.imul(p ^ unit, 0x85ebca6b);
      q = Math.imul((q ^ unit) + (q >>> 15), 0xc2b2ae35);
      continue;
    }
    if (words.starts.length > wordsBefore) {
      lines.starts.push(words.starts.data[wordsBefore]!);
      lines.ends.push(words.ends.data[words.ends.length - 1]!);
      lines.a.push(p);
      lines.b.push(q);
      units.push(i - lineBegins);
    }
    lineBegins = i + 1;
    wordsBefore = words.starts.length;
    p = 0;
    q = 0;
  }
  times[USUAL] = length - times.reduce((sum, count) => sum + count, 0);
  const having = (flag: number) => {
    let sum = 0;
    for (let kind = 0; kind < times.length; kind++) if ((kind & flag) !== 0) sum += times[kind]!;
    return sum;
  };
  return {
    ...{ plain: having(PLAIN), digits: having(DIGIT), blanks: having(BLANK), brackets: having(BRACKET) },
    ...{ words: words.starts.length, wordUnits, longest, wordsWithLetters },
  };
}
