/** Ids by the hundred million, each in memory once: pieces of one length, which are added and never joined. */

export type Ids = Uint8Array | Uint16Array | Uint32Array;
type Make = new (length: number) => Uint16Array | Uint32Array;

/** Ids of a piece, a power of two: 8 MB of 16 bits. */
const PIECE = 1 << 22;
/** Ids of the first array: most texts are small, and the last piece doubles until it is whole. */
const FIRST = 1 << 12;

export class TokenIds {
  length = 0;
  readonly #make: Make;
  readonly #piece: number;
  /** All but the last are full. */
  readonly #pieces: (Uint16Array | Uint32Array)[];

  /** `make`: as wide as the ids ask for. `piece`: a smaller power of two, for tests. */
  constructor(make: Make, piece = PIECE) {
    this.#make = make;
    this.#piece = piece;
    this.#pieces = [new make(Math.min(FIRST, piece))];
  }

  /** Of all arrays. */
  get bytes(): number {
    return this.#pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** The id at a place that is there. */
  at(place: number): number {
    const piece = this.#piece;
    return this.#pieces[Math.floor(place / piece)]![place & (piece - 1)]!;
  }

  /** Those from `from` to before `end`, written into `into` from `at` on. */
  copy(from: number, end: number, into: Uint32Array, at = 0): void {
    const piece = this.#piece;
    while (from < end) {
      const ids = this.#pieces[Math.floor(from / piece)]!;
      const first = from & (piece - 1);
      const last = Math.min(first + end - from, piece);
      for (let i = first; i < last; i++) into[at++] = ids[i]!;
      from += last - first;
    }
  }

  slice(from = 0, end = this.length): Uint32Array {
    const ids = new Uint32Array(end - from);
    this.copy(from, end, ids);
    return ids;
  }

  append(ids: Ids): void {
    for (let from = 0; from < ids.length;) {
      const last = this.#room();
      const at = this.length & (this.#piece - 1);
      const end = Math.min(ids.length, from + last.length - at);
      last.set(ids.subarray(from, end), at);
      this.length += end - from;
      from = end;
    }
  }

  push(id: number): void {
    this.#room()[this.length++ & (this.#piece - 1)] = id;
  }

  /** Gives back what the last piece has not used. */
  trim(): this {
    const used = this.length - (this.#pieces.length - 1) * this.#piece;
    this.#pieces.push(this.#pieces.pop()!.slice(0, used));
    return this;
  }

  /** The last piece, with room for an id. */
  #room(): Uint16Array | Uint32Array {
    const last = this.#pieces.at(-1)!;
    if (this.length < (this.#pieces.length - 1) * this.#piece + last.length) return last;
    const isWhole = last.length === this.#piece;
    const next = new this.#make(isWhole ? this.#piece : Math.min(this.#piece, Math.max(FIRST, 2 * last.length)));
    if (!isWhole) {
      next.set(last);
      this.#pieces.pop();
    }
    this.#pieces.push(next);
    return next;
  }
}
