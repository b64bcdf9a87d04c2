/**
 * Words as stages see them: lower case; runs of letters, digits and underscores, and runs of other marks, without white space. Each is
 * told by two 32-bit hashes, and none is ever cut out as a string. Read by perplexity, selection, classifiers and mining alike, the last
 * three of which have words and pairs of neighbours, hashed, for their features.
 */

const SPACE = 0;
const WORD = 1;
const MARK = 2;

let kinds: Uint8Array | null = null;
/** Kind of each UTF-16 unit; halves of pairs are letters, as most of what they stand for. */
function kindsOfUnits(): Uint8Array {
  return Uint8Array.from({ length: 65536 }, (_, unit) => {
    if (unit >= 0xd800 && unit < 0xe000) return WORD;
    const text = String.fromCharCode(unit);
    return /\s/.test(text) ? SPACE : /[\p{L}\p{M}\p{N}_]/u.test(text) ? WORD : MARK;
  });
}

export interface Words {
  /** How many of the following are a text's. */
  count: number;
  /** Two hashes of each. */
  first: Uint32Array;
  second: Uint32Array;
}

const words: Words = { count: 0, first: new Uint32Array(4096), second: new Uint32Array(4096) };

function finish(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** A text's words, in arrays that the next call overwrites. */
export function wordsOf(text: string): Words {
  kinds ??= kindsOfUnits();
  const lower = text.toLowerCase();
  const { length } = lower;
  // A word and what parts it from the next take two units, but a mark beside a word takes none.
  if (words.first.length < length) {
    words.first = new Uint32Array(length);
    words.second = new Uint32Array(length);
  }
  const { first, second } = words;
  let count = 0;
  let kind = SPACE;
  let a = 0;
  let b = 0;
  for (let i = 0; i < length; i++) {
    const unit = lower.charCodeAt(i);
    const now = kinds[unit]!;
    if (now !== kind) {
      if (kind !== SPACE) {
        first[count] = finish(a);
        second[count++] = finish(b);
      }
      kind = now;
      a = 0x811c9dc5 | 0;
      b = 0x9747b28c | 0;
    }
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul((b ^ unit) + (b >>> 15), 0x5bd1e995);
  }
  if (kind !== SPACE) {
    first[count] = finish(a);
    second[count++] = finish(b);
  }
  words.count = count;
  return words;
}

let room = new Uint32Array(8192);

/** The buckets of a text's words and pairs, one entry for each time, in an array that the next call overwrites. */
export function bucketsOf(text: string, buckets: number): Uint32Array {
  const { count, first, second } = wordsOf(text);
  const features = Math.max(0, 2 * count - 1);
  if (room.length < features) room = new Uint32Array(Math.ceil(1.5 * features));
  for (let i = 0; i < count; i++) room[i] = first[i]! % buckets;
  for (let i = 1; i < count; i++) {
    const pair = Math.imul(first[i - 1]!, 0x9e3779b1) ^ second[i]!;
    room[count + i - 1] = (Math.imul(pair ^ (pair >>> 15), 0x85ebca6b) >>> 0) % buckets;
  }
  return room.subarray(0, features);
}
