/**
 * Pieces of texts with their ids, found by the text itself without a string of its own for each: open addressing, linear probing, keys
 * compared in full.
 */

/** Natural text repeats some ten thousand pieces; beyond this the table starts afresh. */
const MOST_PIECES = 65536;
/** A power of two, at most half full. */
const PLACES = 2 * MOST_PIECES;
/** Longer pieces, in UTF-16 units, hardly recur and would fill the table with their text. */
export const LONGEST_PIECE = 64;

/** 0 … PLACES − 1: FNV-1a over UTF-16 units, the high bits folded down. */
function placeOf(text: string, from: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) & (PLACES - 1);
}

export class PieceTable {
  /** Number of the piece at a place plus 1; 0: free. */
  readonly #places = new Uint32Array(PLACES);
  /** Units of all keys, and where each begins, as for the ids. */
  #units = new Uint16Array(1 << 16);
  readonly #unitsFrom = new Uint32Array(MOST_PIECES + 1);
  readonly #ids: Uint32Array[] = [];

  /** Ids of the piece text[from, end): kept, or made by `make` and kept. */
  get(text: string, from: number, end: number, make: (piece: string) => Uint32Array): Uint32Array {
    const length = end - from;
    if (length > LONGEST_PIECE) return make(text.slice(from, end));
    let place = placeOf(text, from, end);
    for (let found = this.#places[place]!; found !== 0; found = this.#places[place]!) {
      if (this.#is(found - 1, text, from, length)) return this.#ids[found - 1]!;
      place = (place + 1) & (PLACES - 1);
    }
    if (this.#ids.length === MOST_PIECES) {
      this.#places.fill(0);
      this.#ids.length = 0;
      place = placeOf(text, from, end);
    }
    const ids = make(text.slice(from, end));
    const number = this.#ids.push(ids) - 1;
    this.#places[place] = number + 1;
    this.#keep(number, text, from, end);
    return ids;
  }

  #is(number: number, text: string, from: number, length: number): boolean {
    const at = this.#unitsFrom[number]!;
    if (this.#unitsFrom[number + 1]! - at !== length) return false;
    for (let i = 0; i < length; i++) if (this.#units[at + i] !== text.charCodeAt(from + i)) return false;
    return true;
  }

  #keep(number: number, text: string, from: number, end: number): void {
    const at = this.#unitsFrom[number]!;
    if (at + LONGEST_PIECE > this.#units.length) {
      const larger = new Uint16Array(2 * this.#units.length);
      larger.set(this.#units);
      this.#units = larger;
    }
    for (let i = from; i < end; i++) this.#units[at + i - from] = text.charCodeAt(i);
    this.#unitsFrom[number + 1] = at + end - from;
  }
}
