/**
 * MinHash: the share of shingles that two texts have in common, told by how often the smallest of their shingles under many orders is
 * the same (Broder, 1997). Shingles are runs
 * of characters or words, hashed to 32 bits; an order is (mix(h, row) ^ b) · a mod 2³² with odd a, read as a signed number. Orders that
 * are all linear in one hash, as NeMo-Curator's modulo a Mersenne prime, hang together: their estimate was found to vary 1.1 times as
 * much as a binomial's, and with a mixing of its own for each row of a band it does not.
 */
import { randomU32, streamOf } from '../../util/random.ts';
import { wordsOf } from './words.ts';

export interface ShingleOptions {
  unit: 'characters' | 'words';
  /** Units a shingle. A text of fewer is one shingle. */
  width: number;
}

const BASE = 0x01000193;

function finish(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

let hashes = new Int32Array(4096);

/** Hashes of a text's shingles in the order they stand, repeated ones too, in an array that the next call overwrites. */
export function shinglesOf(text: string, { unit, width }: ShingleOptions): Int32Array {
  const words = unit === 'words' ? wordsOf(text) : null;
  const units = words === null ? text.length : words.count;
  const unitAt = (i: number): number => (words === null ? text.charCodeAt(i) : words.first[i]!);
  if (units === 0) return hashes.subarray(0, 0);
  const count = Math.max(1, units - width + 1);
  if (hashes.length < count) hashes = new Int32Array(Math.ceil(1.5 * count));
  // A polynomial over the units of a window: the next window's is this one's, shifted, less what has left.
  let leaving = 1;
  for (let i = 1; i < width; i++) leaving = Math.imul(leaving, BASE);
  let hash = 0;
  const head = Math.min(width, units);
  for (let i = 0; i < head; i++) hash = (Math.imul(hash, BASE) + unitAt(i)) | 0;
  hashes[0] = finish(hash);
  if (words === null) {
    for (let i = 1; i < count; i++) {
      hash = Math.imul((hash - Math.imul(text.charCodeAt(i - 1), leaving)) | 0, BASE) + text.charCodeAt(i + width - 1);
      hashes[i] = finish(hash);
    }
  } else {
    for (let i = 1; i < count; i++) {
      hash = (Math.imul((hash - Math.imul(unitAt(i - 1), leaving)) | 0, BASE) + unitAt(i + width - 1)) | 0;
      hashes[i] = finish(hash);
    }
  }
  return hashes.subarray(0, count);
}

/** Orders that are worked on at once: what a processor holds in its registers. */
const AT_ONCE = 10;

/** Signatures of bands `from` … `from + bands` of `rows` orders each. */
export class MinHash {
  readonly #rows: number;
  /** Bands with those made up to fill the last AT_ONCE. */
  readonly #room: number;
  /** Constants of band j in row r at r · #room + j, and of each row. */
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  readonly #ofRow: Int32Array;
  #mixed = new Int32Array(0);
  /** Smallest hash of the text last taken, of band j in row r at r · room + j. */
  readonly #least: Int32Array;
  /** The same of band j in row r at j · rows + r. */
  readonly signature: Int32Array;

  constructor(seed: number, from: number, bands: number, rows: number) {
    this.#rows = rows;
    const room = (this.#room = AT_ONCE * Math.ceil(bands / AT_ONCE));
    const [a, b, row] = ['a', 'b', 'row'].map((name) => streamOf(`curation.minhash.${name}`));
    const order = (i: number) => (from + (i % room)) * rows + Math.floor(i / room);
    this.#a = Int32Array.from({ length: room * rows }, (_, i) => randomU32(seed, a!, order(i)) | 1);
    this.#b = Int32Array.from({ length: room * rows }, (_, i) => randomU32(seed, b!, order(i)));
    this.#ofRow = Int32Array.from({ length: rows }, (_, i) => randomU32(seed, row!, i));
    this.#least = new Int32Array(room * rows);
    this.signature = new Int32Array(bands * rows);
  }

  /** The signature of shingles, in an array that the next call overwrites. */
  take(shingles: Int32Array): Int32Array {
    if (this.#mixed.length < shingles.length) this.#mixed = new Int32Array(Math.ceil(1.5 * shingles.length));
    const [mixed, a, b, least, room] = [this.#mixed, this.#a, this.#b, this.#least, this.#room];
    for (let row = 0; row < this.#rows; row++) {
      const own = this.#ofRow[row]!;
      for (let i = 0; i < shingles.length; i++) mixed[i] = finish(shingles[i]! ^ own);
      for (let at = row * room; at < (row + 1) * room; at += AT_ONCE) leastOf(mixed, shingles.length, a, b, least, at);
    }
    const { signature } = this;
    for (let i = 0; i < signature.length; i++) {
      signature[i] = least[(i % this.#rows) * room + Math.floor(i / this.#rows)]!;
    }
    return signature;
  }
}

/**
 * Of the hashes the least under each of the ten orders from `at` on. Written out, since this is where deduplication spends its time; and
 * Math.min, unlike a comparison, never makes a processor guess.
 */
function leastOf(mixed: Int32Array, count: number, a: Int32Array, b: Int32Array, least: Int32Array, at: number): void {
  const a0 = a[at + 0]!;
  const b0 = b[at + 0]!;
  let m0 = 0x7fffffff;
  const a1 = a[at + 1]!;
  const b1 = b[at + 1]!;
  let m1 = 0x7fffffff;
  const a2 = a[at + 2]!;
  const b2 = b[at + 2]!;
  let m2 = 0x7fffffff;
  const a3 = a[at + 3]!;
  const b3 = b[at + 3]!;
  let m3 = 0x7fffffff;
  const a4 = a[at + 4]!;
  const b4 = b[at + 4]!;
  let m4 = 0x7fffffff;
  const a5 = a[at + 5]!;
  const b5 = b[at + 5]!;
  let m5 = 0x7fffffff;
  const a6 = a[at + 6]!;
  const b6 = b[at + 6]!;
  let m6 = 0x7fffffff;
  const a7 = a[at + 7]!;
  const b7 = b[at + 7]!;
  let m7 = 0x7fffffff;
  const a8 = a[at + 8]!;
  const b8 = b[at + 8]!;
  let m8 = 0x7fffffff;
  const a9 = a[at + 9]!;
  const b9 = b[at + 9]!;
  let m9 = 0x7fffffff;
  for (let i = 0; i < count; i++) {
    const h = mixed[i]!;
    m0 = Math.min(Math.imul(h ^ b0, a0), m0);
    m1 = Math.min(Math.imul(h ^ b1, a1), m1);
    m2 = Math.min(Math.imul(h ^ b2, a2), m2);
    m3 = Math.min(Math.imul(h ^ b3, a3), m3);
    m4 = Math.min(Math.imul(h ^ b4, a4), m4);
    m5 = Math.min(Math.imul(h ^ b5, a5), m5);
    m6 = Math.min(Math.imul(h ^ b6, a6), m6);
    m7 = Math.min(Math.imul(h ^ b7, a7), m7);
    m8 = Math.min(Math.imul(h ^ b8, a8), m8);
    m9 = Math.min(Math.imul(h ^ b9, a9), m9);
  }
  least[at + 0] = m0;
  least[at + 1] = m1;
  least[at + 2] = m2;
  least[at + 3] = m3;
  least[at + 4] = m4;
  least[at + 5] = m5;
  least[at + 6] = m6;
  least[at + 7] = m7;
  least[at + 8] = m8;
  least[at + 9] = m9;
}

/** A text's distinct shingles in ascending order. */
export function shingleSet(text: string, options: ShingleOptions): Int32Array {
  const sorted = shinglesOf(text, options).slice().sort();
  let count = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[count++] = sorted[i]!;
  return sorted.slice(0, count);
}

/** Shared shingles ÷ all shingles of two sets; two of nothing are alike. */
export function jaccard(a: Int32Array, b: Int32Array): number {
  let [i, j, shared] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      shared++;
      i++;
      j++;
    } else if (a[i]! < b[j]!) i++;
    else j++;
  }
  const all = a.length + b.length - shared;
  return all === 0 ? 1 : shared / all;
}
