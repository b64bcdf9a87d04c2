/** Numbers of millions of documents in few bytes each: columns that grow, a set of bits, and a table of pairs. */

type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** A column of numbers that grows by half. */
export class Column<T extends Numbers> {
  data: T;
  length = 0;
  readonly #make: new (length: number) => T;

  constructor(make: new (length: number) => T, room = 1024) {
    this.#make = make;
    this.data = new make(room);
  }

  push(value: number): void {
    if (this.length === this.data.length) this.reserve(this.length + 1);
    this.data[this.length++] = value;
  }

  /** Room for `length` numbers, those not yet written 0. */
  reserve(length: number): void {
    if (length <= this.data.length) return;
    const larger = new this.#make(Math.max(length, Math.ceil(this.data.length * 1.5)));
    larger.set(this.data);
    this.data = larger;
  }
}

export class BitSet {
  readonly #words = new Column(Uint32Array);

  add(index: number): void {
    this.#words.reserve((index >>> 5) + 1);
    this.#words.data[index >>> 5]! |= 1 << (index & 31);
  }

  has(index: number): boolean {
    return ((this.#words.data[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
  }
}

/** Distinct pairs of 32-bit numbers, numbered from 0 in the order they came: an open table at most half full. */
export class PairTable {
  readonly first = new Column(Uint32Array);
  readonly second = new Column(Uint32Array);
  /** Number of the pair + 1; 0: free. A power of two of places. */
  #places = new Uint32Array(1 << 12);

  get size(): number {
    return this.first.length;
  }

  /** −1: it is not there. */
  find(a: number, b: number): number {
    const mask = this.#places.length - 1;
    const { data: first } = this.first;
    const { data: second } = this.second;
    a >>>= 0;
    b >>>= 0;
    for (let at = spread(a, b) & mask; ; at = (at + 1) & mask) {
      const number = this.#places[at]! - 1;
      if (number < 0 || (first[number] === a && second[number] === b)) return number;
    }
  }

  /** Its number, old or new: new if it is the size before. */
  add(a: number, b: number): number {
    const mask = this.#places.length - 1;
    const { data: first } = this.first;
    const { data: second } = this.second;
    a >>>= 0;
    b >>>= 0;
    let at = spread(a, b) & mask;
    for (; ; at = (at + 1) & mask) {
      const number = this.#places[at]! - 1;
      if (number < 0) break;
      if (first[number] === a && second[number] === b) return number;
    }
    this.first.push(a);
    this.second.push(b);
    this.#places[at] = this.size;
    if (2 * this.size > this.#places.length) this.#grow();
    return this.size - 1;
  }

  #grow(): void {
    const places = new Uint32Array(2 * this.#places.length);
    const mask = places.length - 1;
    for (let number = 0; number < this.size; number++) {
      let at = spread(this.first.data[number]!, this.second.data[number]!) & mask;
      while (places[at] !== 0) at = (at + 1) & mask;
      places[at] = number + 1;
    }
    this.#places = places;
  }
}

function spread(a: number, b: number): number {
  let x = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  return (x ^ (x >>> 13)) >>> 0;
}
