/**
 * MinHash: the share of shingles that two texts have in common, told by how often the smallest of their shingles under many orders is
 * the same (Broder, 1997). Shingles are runs
 * of characters or words, hashed to 32 bits; an order is (mix(h, row) ^ b) · a mod 2³² with odd a, read as a signed number. Orders that
 * are all linear in one hash, as NeMo-Curator's modulo a Mersenne prime, hang together: their estimate was found to vary 1.1 times as
 * much as a binomial's, and with a mixing of its own for each row of a band it does not.
 */
import { randomU32, streamOf } from '../../util/random.ts';
import { i32, i32x4, type Locals, Module, v128 } from '../../util/wasm.ts';
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

/** Shingles worked on at once: they and their mixed forms, 64 kB each, stay in a core's cache. */
const CHUNK = 16_384;
/** Vectors of four orders that are worked on at once: with their constants what a processor holds in its registers, or nearly. */
const MOST_VECTORS = 5;
const PAGE = 65_536;

/**
 * Mixes `count` shingles with a row's own number, and lowers `least` to the least of them under each of `orders` orders of constants a and b.
 * The others are places in the memory, in bytes.
 */
type Lower = (
  shingles: number,
  count: number,
  own: number,
  mixed: number,
  a: number,
  b: number,
  least: number,
  orders: number,
) => void;

/** `Lower` in WebAssembly, four orders a vector and `vectors` of them at once. */
function assembled(vectors: number, pages: number): Uint8Array<ArrayBuffer> {
  const module = new Module();
  const f = module.func(
    'lower',
    Array.from({ length: 8 }, () => 'i32' as const),
  );
  const [shingles, count, own, mixed, a, b, least, orders] = f.parameters as unknown as Locals;
  const bytes = f.let(i32.shl(count, 2));
  const salt = f.let(i32x4.splat(own));
  const x = f.local('v128');
  const [c1, c2] = [0x85ebca6b, 0xc2b2ae35].map((constant) => f.let(i32x4.const(constant)));
  const fold = (bits: number) => v128.xor(x, i32x4.shr(x, bits));
  f.for(i32.const(0), bytes, 16, (i) => {
    f.set(x, v128.xor(i32x4.load(i32.add(shingles, i)), salt));
    f.set(x, i32x4.mul(fold(16), c1!));
    f.set(x, i32x4.mul(fold(13), c2!));
    f.store(i32.add(mixed, i), fold(16));
  });
  f.for(i32.const(0), i32.shl(orders, 2), 16 * vectors, (at) => {
    const each = Array.from({ length: vectors }, (_, v) => {
      const [factor, mask, lowest] = [a, b, least].map((one) => f.let(i32x4.load(i32.add(one, at), 16 * v)));
      return { factor: factor!, mask: mask!, lowest: lowest!, offset: 16 * v };
    });
    f.for(mixed, i32.add(mixed, bytes), 4, (i) => {
      f.set(x, i32x4.loadSplat(i));
      for (const { factor, mask, lowest } of each)
        f.set(lowest, i32x4.min(i32x4.mul(v128.xor(x, mask), factor), lowest));
    });
    for (const { lowest, offset } of each) f.store(i32.add(least, at), lowest, offset);
  });
  return module.assemble({ pages, most: pages, shared: false });
}

/** The same in plain numbers, for where WebAssembly has no SIMD. */
const plain =
  (memory: Int32Array): Lower =>
  (shingles, count, own, mixed, a, b, least, orders) => {
    for (let i = 0; i < count; i++) memory[mixed / 4 + i] = finish(memory[shingles / 4 + i]! ^ own);
    for (let order = 0; order < orders; order++) {
      const [factor, mask] = [memory[a / 4 + order]!, memory[b / 4 + order]!];
      let lowest = memory[least / 4 + order]!;
      for (let i = 0; i < count; i++) lowest = Math.min(Math.imul(memory[mixed / 4 + i]! ^ mask, factor), lowest);
      memory[least / 4 + order] = lowest;
    }
  };

/** Signatures of bands `from` … `from + bands` of `rows` orders each. */
export class MinHash {
  readonly #rows: number;
  /** Bands with those made up to fill the last vectors. */
  readonly #room: number;
  readonly #ofRow: Int32Array;
  readonly #lower: Lower;
  /** A chunk of shingles and its mixed form; then a, b and least, of band j in row r at r · room + j. */
  readonly #memory: Int32Array;
  /** Least hash of the text last taken, of band j in row r at j · rows + r. */
  readonly signature: Int32Array;

  constructor(seed: number, from: number, bands: number, rows: number, simd = true) {
    this.#rows = rows;
    const quads = Math.ceil(bands / 4);
    const turns = Math.ceil(quads / MOST_VECTORS);
    const vectors = Math.ceil(quads / turns);
    const room = (this.#room = 4 * vectors * turns);
    const [a, b, row] = ['a', 'b', 'row'].map((name) => streamOf(`curation.minhash.${name}`));
    const order = (i: number) => (from + (i % room)) * rows + Math.floor(i / room);
    const orders = room * rows;
    const pages = Math.ceil((4 * (2 * CHUNK + 3 * orders)) / PAGE);
    const { memory, lower } = kernel(vectors, pages, simd);
    for (let i = 0; i < orders; i++) {
      memory[2 * CHUNK + i] = randomU32(seed, a!, order(i)) | 1;
      memory[2 * CHUNK + orders + i] = randomU32(seed, b!, order(i));
    }
    this.#memory = memory;
    this.#lower = lower;
    this.#ofRow = Int32Array.from({ length: rows }, (_, i) => randomU32(seed, row!, i));
    this.signature = new Int32Array(bands * rows);
  }

  /** The signature of shingles, in an array that the next call overwrites. */
  take(shingles: Int32Array): Int32Array {
    const { signature } = this;
    const [memory, rows, room] = [this.#memory, this.#rows, this.#room];
    const orders = room * rows;
    const [a, b, least] = [0, 1, 2].map((i) => 2 * CHUNK + i * orders) as [number, number, number];
    memory.fill(0x7fffffff, least, least + orders);
    for (let from = 0; from < shingles.length; from += CHUNK) {
      const chunk = shingles.subarray(from, from + CHUNK);
      memory.set(chunk);
      for (let row = 0; row < rows; row++) {
        const [ofA, ofB, ofLeast] = [a, b, least].map((place) => 4 * (place + row * room)) as [number, number, number];
        this.#lower(0, chunk.length, this.#ofRow[row]!, 4 * CHUNK, ofA, ofB, ofLeast, room);
      }
    }
    for (let i = 0; i < signature.length; i++) signature[i] = memory[least + (i % rows) * room + Math.floor(i / rows)]!;
    return signature;
  }
}

function kernel(vectors: number, pages: number, simd: boolean): { memory: Int32Array; lower: Lower } {
  const bytes = simd && typeof WebAssembly === 'object' ? assembled(vectors, pages) : null;
  if (!bytes || !WebAssembly.validate(bytes)) {
    const memory = new Int32Array((pages * PAGE) / 4);
    return { memory, lower: plain(memory) };
  }
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return { memory: new Int32Array(memory.buffer), lower: exports['lower'] as Lower };
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
