import { ByteLevelTokenizer } from './byteLevel.ts';
import { BASE_SIZE, LARGEST_SIZE } from './format.ts';
import { Heap } from './heap.ts';
import type { Merge } from './format.ts';
import { isAsciiLetter, pieceEnd, standsAlone, wholePieces } from './pieces.ts';
import { LONGEST_WORD, WordTable } from './wordTable.ts';

/** Bytes of a piece whose pairs are looked at one by one: nearly all words. */
const SHORT = 32;
/** Above every id. */
const NONE = LARGEST_SIZE;

const SPACE = 0x20;
/** By two bytes, the first lowest: whether the first is a piece, and so its own id. */
const alone = Uint8Array.from({ length: 1 << 16 }, (_, two) => (standsAlone(two & 0xff, two >> 8) ? 1 : 0));

const letters = Uint8Array.from({ length: 256 }, (_, byte) => (isAsciiLetter(byte) ? 1 : 0));

/** The high bit of every byte of four that is no ASCII letter. */
function notLetters(four: number): number {
  // Lower case, seven bits: from 'a' on the first sum has the eighth bit, behind 'z' the second.
  const lower = (four | 0x20202020) & 0x7f7f7f7f;
  return ~((lower + 0x1f1f1f1f) & ~(lower + 0x05050505) & ~four) & 0x80808080;
}

/** Bits below the lowest that is set. */
const ctz = (x: number): number => 31 - Math.clz32(x & -x);

/**
 * Byte-level byte-pair encoding (Sennrich et al. 2016, over bytes as in GPT-2): inside each piece of the text, the
 * earliest-learned pair present is merged, leftmost first, until none is left. Encoding a piece of n bytes takes O(n
 * log n).
 */
export class BpeTokenizer extends ByteLevelTokenizer {
  readonly kind = 'bpe';
  readonly #merged: Merged;
  readonly #known = new WordTable((from, length, ids) => this.#mergeShort(this.#text, from, length, ids));
  /** Text being encoded. */
  #text: Uint8Array = new Uint8Array(0);
  /** Text as UTF-8, and its ids: at most one a byte. */
  #bytes: Uint8Array = new Uint8Array(1 << 12);
  #ids = new Uint16Array(1 << 12);
  /** The piece under way: ids, and of each the id it makes with the next, NONE where that pair was not learned. */
  readonly #short = new Int32Array(SHORT);
  readonly #pairs = new Int32Array(SHORT);

  constructor(merges: readonly Merge[]) {
    super(merges);
    this.#merged = new Merged(merges);
  }

  encode(text: string): Uint32Array {
    const utf8 = new TextEncoder();
    const parts: Uint32Array[] = [];
    for (const part of wholePieces(text)) {
      if (this.#bytes.length < 3 * part.length + LONGEST_WORD)
        this.#bytes = new Uint8Array(3 * part.length + (1 << 12));
      const { written } = utf8.encodeInto(part, this.#bytes);
      parts.push(Uint32Array.from(this.encodeUtf8(this.#bytes, written)));
    }
    if (parts.length === 1) return parts[0]!;
    const ids = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      ids.set(part, at);
      at += part.length;
    }
    return ids;
  }

  override encodeUtf8(bytes: Uint8Array, length: number): Uint16Array {
    if (this.#ids.length < length + LONGEST_WORD) this.#ids = new Uint16Array(2 * (length + LONGEST_WORD));
    this.#text = bytes;
    const ids = this.#ids;
    const known = this.#known;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    bytes.fill(0, length, length + LONGEST_WORD); // no letters: the last word ends here
    let count = 0;
    for (let from = 0; from < length;) {
      // Most pieces are ASCII letters, a space before them or not: found and known by two numbers, and the rest by the pattern.
      const a = view.getInt32(from, true);
      const first = a & 0xff;
      let others = notLetters(a);
      if (first === SPACE) others &= ~0x80;
      if (others !== 0) {
        const end = from + (ctz(others) >> 3);
        if (end > from + (first === SPACE ? 1 : 0)) {
          if (bytes[end]! < 0x80) {
            count = known.writeShort(a & ((1 << (8 * (end - from))) - 1), 0, from, end - from, ids, count);
            from = end;
            continue;
          }
        } else if (alone[a & 0xffff] === 1) {
          ids[count++] = first;
          from++;
          continue;
        }
      } else {
        const b = view.getInt32(from + 4, true);
        others = notLetters(b);
        if (others !== 0) {
          const end = from + 4 + (ctz(others) >> 3);
          if (bytes[end]! < 0x80) {
            count = known.writeShort(a, b & ((1 << (8 * (end - from - 4))) - 1), from, end - from, ids, count);
            from = end;
            continue;
          }
        } else {
          let end = from + 8;
          while (letters[bytes[end]!] === 1) end++;
          if (end - from <= LONGEST_WORD && bytes[end]! < 0x80) {
            count = known.write(view, from, end - from, ids, count);
            from = end;
            continue;
          }
        }
      }
      const end = pieceEnd(bytes, from, length);
      if (end - from <= LONGEST_WORD) count = known.write(view, from, end - from, ids, count);
      else if (end - from <= SHORT) {
        const own = this.#mergeShort(bytes, from, end - from, this.#short);
        for (let i = 0; i < own; i++) ids[count++] = this.#short[i]!;
      } else {
        const own = this.#mergeLong(Uint32Array.from(bytes.subarray(from, end)));
        ids.set(own, count);
        count += own.length;
      }
      from = end;
    }
    return ids.subarray(0, count);
  }

  /** As `#mergeLong`, by looking at all pairs each time: quadratic, and several times faster for a word. Returns how many `ids` there are. */
  #mergeShort(bytes: Uint8Array, from: number, length: number, ids: Int32Array): number {
    const pairs = this.#pairs;
    const merged = this.#merged;
    const { ofBytes } = merged;
    let right = bytes[from]!;
    ids[0] = right;
    // Of the smallest, the leftmost.
    let best = NONE;
    let at = 0;
    for (let i = 1; i < length; i++) {
      const left = right;
      right = bytes[from + i]!;
      ids[i] = right;
      const id = ofBytes[left * 256 + right]!;
      pairs[i - 1] = id;
      if (id < best) {
        best = id;
        at = i - 1;
      }
    }
    for (let n = length; best !== NONE;) {
      n--;
      ids[at] = best;
      for (let i = at + 1; i < n; i++) {
        ids[i] = ids[i + 1]!;
        pairs[i - 1] = pairs[i]!;
      }
      if (at + 1 < n) pairs[at] = merged.of(best, ids[at + 1]!);
      if (at > 0) pairs[at - 1] = merged.of(ids[at - 1]!, best);
      length = n;
      best = NONE;
      for (let i = 0; i < n - 1; i++) {
        if (pairs[i]! >= best) continue;
        best = pairs[i]!;
        at = i;
      }
    }
    return length;
  }

  /** Merges within one piece. `ids` is overwritten; merged-away positions hold GONE. */
  #mergeLong(ids: Uint32Array): Uint32Array {
    const GONE = 0xffffffff;
    const n = ids.length;
    const next = Int32Array.from(ids, (_, i) => i + 1);
    const previous = Int32Array.from(ids, (_, i) => i - 1);
    // An entry is mergedId · 2^32 + position: the smallest is the earliest-learned pair, leftmost. Exact: ids are under
    // 2^16.
    const waiting = new Heap<number>((a, b) => a < b);
    const mergedAt = (i: number) => (next[i]! < n ? this.#merged.of(ids[i]!, ids[next[i]!]!) : NONE);
    const offer = (i: number) => {
      const id = mergedAt(i);
      if (id !== NONE) waiting.push(id * 4294967296 + i);
    };
    for (let i = 0; i < n; i++) offer(i);
    let left = n;
    for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
      const i = entry % 4294967296;
      const id = Math.floor(entry / 4294967296);
      // Stale when either half has been merged since.
      if (ids[i] === GONE || mergedAt(i) !== id) continue;
      const right = next[i]!;
      ids[i] = id;
      ids[right] = GONE;
      next[i] = next[right]!;
      if (next[i]! < n) previous[next[i]!] = i;
      left--;
      if (previous[i]! >= 0) offer(previous[i]!);
      offer(i);
    }
    if (left === n) return ids;
    const out = new Uint32Array(left);
    for (let i = 0, at = 0; at < left; i = next[i]!) out[at++] = ids[i]!;
    return out;
  }
}

/** The learnt pairs: an open table of left · 65536 + right, at most a quarter full. */
class Merged {
  /** Of two bytes, by left · 256 + right. */
  readonly ofBytes = new Int32Array(1 << 16).fill(NONE);
  /** Keys, and behind each its id; NONE: the place is free. */
  readonly #places: Int32Array;
  readonly #shift: number;

  constructor(merges: readonly Merge[]) {
    const bits = Math.ceil(Math.log2(merges.length + 1)) + 2;
    this.#shift = 32 - bits;
    this.#places = new Int32Array(2 << bits).fill(NONE);
    merges.forEach(([left, right], rank) => {
      const place = this.#placeOf(left, right);
      this.#places[place] = left * LARGEST_SIZE + right;
      this.#places[place + 1] = BASE_SIZE + rank;
      if (left < 256 && right < 256) this.ofBytes[left * 256 + right] = BASE_SIZE + rank;
    });
  }

  /** The id of a pair; NONE: it was not learned. */
  of(left: number, right: number): number {
    return this.#places[this.#placeOf(left, right) + 1]!;
  }

  /** Where the pair is, or the free place where it would be. */
  #placeOf(left: number, right: number): number {
    const places = this.#places;
    const key = (left * LARGEST_SIZE + right) | 0;
    const mask = places.length - 1;
    let place = (Math.imul(key, 0x9e3779b1) >>> this.#shift) << 1;
    while (places[place + 1] !== NONE && places[place] !== key) place = (place + 2) & mask;
    return place;
  }
}
