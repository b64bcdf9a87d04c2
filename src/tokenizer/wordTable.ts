/**
 * Words of up to 16 bytes with their ids, found without an object or a string for each, and mostly in one line of a core's cache: a place
 * holds key and ids. Two words share a pair of places, the one asked for last in front; a third takes the place of the other.
 */

/** Bytes of a short word: key and ids make 32 bytes. */
export const SHORT_WORD = 8;
/** Bytes of the longest that has a place, which is 64 bytes. */
export const LONGEST_WORD = 16;
/** Powers of two: 2 MB each. What natural text repeats; half and a quarter of them took 5 to 15 % longer, twice as many no less. */
const SHORT_PLACES = 1 << 16;
const LONG_PLACES = 1 << 15;

/** Fields of a place: the key, then bytes of the word · 32 + number of its ids, then the ids, two a number. */
const SHORT = { key: 2, stride: 8 };
const LONG = { key: 4, stride: 16 };

/** By length: what of each four bytes of a key belongs to the word. */
const [mask0, mask1, mask2, mask3] = [0, 4, 8, 12].map((from) =>
  Int32Array.from({ length: LONGEST_WORD + 1 }, (_, length) => {
    const bytes = Math.min(Math.max(length - from, 0), 4);
    return bytes === 4 ? -1 : 2 ** (8 * bytes) - 1;
  }),
) as [Int32Array, Int32Array, Int32Array, Int32Array];

/** Multiply and fold, as in MurmurHash3: words differ in few bits. */
function hashOf(a: number, b: number): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

/** Writes the ids, below 65536 and at most one a byte, of a word that is not kept; returns how many. */
type Make = (from: number, length: number, ids: Int32Array) => number;

export class WordTable {
  readonly #short = new Int32Array(SHORT.stride * SHORT_PLACES);
  readonly #long = new Int32Array(LONG.stride * LONG_PLACES);
  readonly #make: Make;
  readonly #made = new Int32Array(LONGEST_WORD);

  constructor(make: Make) {
    this.#make = make;
  }

  /**
   * Writes the ids of the word view[from, from + length) to `out` from `at` on, and returns where they end. `view` has LONGEST_WORD bytes
   * behind `from`, and `out` as many places behind `at`, whatever is in them.
   */
  write(view: DataView, from: number, length: number, out: Uint16Array, at: number): number {
    const a = view.getInt32(from, true) & mask0[length]!;
    const b = view.getInt32(from + 4, true) & mask1[length]!;
    return length <= SHORT_WORD
      ? this.writeShort(a, b, from, length, out, at)
      : this.#writeLong(a, b, view, from, length, out, at);
  }

  /** As `write`, of a word whose key is known: its bytes, the first lowest, and zeros. */
  writeShort(a: number, b: number, from: number, length: number, out: Uint16Array, at: number): number {
    const places = this.#short;
    const place = SHORT.stride * (hashOf(a, b) & (SHORT_PLACES - 1));
    if (places[place] !== a || places[place + 1] !== b || places[place + 2]! >>> 5 !== length) {
      const other = place ^ SHORT.stride;
      if (places[other] === a && places[other + 1] === b && places[other + 2]! >>> 5 === length) {
        swap(places, place, other, SHORT.stride);
      } else {
        places.copyWithin(other, place, place + SHORT.stride);
        places[place] = a;
        places[place + 1] = b;
        this.#fill(places, place + SHORT.key, from, length);
      }
    }
    return unpack(places, place + SHORT.key, out, at);
  }

  #writeLong(a: number, b: number, view: DataView, from: number, length: number, out: Uint16Array, at: number): number {
    const c = view.getInt32(from + 8, true) & mask2[length]!;
    const d = view.getInt32(from + 12, true) & mask3[length]!;
    const places = this.#long;
    const place =
      LONG.stride * (hashOf(a ^ Math.imul(c, 0xc2b2ae3d), b ^ Math.imul(d, 0x27d4eb2f)) & (LONG_PLACES - 1));
    const isAt = (one: number) =>
      places[one] === a &&
      places[one + 1] === b &&
      places[one + 2] === c &&
      places[one + 3] === d &&
      places[one + 4]! >>> 5 === length;
    if (!isAt(place)) {
      const other = place ^ LONG.stride;
      if (isAt(other)) swap(places, place, other, LONG.stride);
      else {
        places.copyWithin(other, place, place + LONG.stride);
        places[place] = a;
        places[place + 1] = b;
        places[place + 2] = c;
        places[place + 3] = d;
        this.#fill(places, place + LONG.key, from, length);
      }
    }
    return unpack(places, place + LONG.key, out, at);
  }

  #fill(places: Int32Array, at: number, from: number, length: number): void {
    const ids = this.#made;
    const count = this.#make(from, length, ids);
    places[at] = length * 32 + count;
    // An odd one's second half is whatever was there before: it is not counted.
    for (let i = 0; i < count; i += 2) places[at + 1 + (i >> 1)] = ids[i]! | (ids[i + 1]! << 16);
  }
}

function unpack(places: Int32Array, at: number, out: Uint16Array, to: number): number {
  const count = places[at]! & 31;
  // Some two ids a word: four at once, of which those too many are overwritten.
  const first = places[at + 1]!;
  const second = places[at + 2]!;
  out[to] = first;
  out[to + 1] = first >>> 16;
  out[to + 2] = second;
  out[to + 3] = second >>> 16;
  for (let i = 4; i < count; i++) out[to + i] = places[at + 1 + (i >> 1)]! >>> (16 * (i & 1));
  return to + count;
}

function swap(places: Int32Array, a: number, b: number, length: number): void {
  for (let i = 0; i < length; i++) {
    const kept = places[a + i]!;
    places[a + i] = places[b + i]!;
    places[b + i] = kept;
  }
}
