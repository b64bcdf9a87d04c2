/** The one memory of an executor: pieces are taken from it and given back, and it grows when none fits. */
import { UserError } from '../util/errors.ts';
import { mostPages } from './kernels/library.ts';
import { controlBytes } from './serve.mjs';
import { deviceWords } from '../words/device.ts';

const pageBytes = 65536;
/** Pieces begin on lines of the cache, which threads then do not share. */
const alignment = 64;
/** The first piece's address: 0 is no pointer, and behind it is the threads' control area (serve.mjs). */
const base = controlBytes;
/** What may be read, never written, behind the last piece: vectors past the end of a line. */
const slack = 64;

/** What a piece for so many bytes takes. */
export const pieceBytes = (bytes: number): number => Math.ceil(Math.max(bytes, 1) / alignment) * alignment;

interface Piece {
  address: number;
  bytes: number;
}

export class Arena {
  readonly memory: WebAssembly.Memory;
  /** In order of their addresses. */
  readonly #used: Piece[] = [];
  readonly #first: number;
  #view: Uint8Array;

  /** `first`: the first piece's address; a high one, for tests of addresses that a signed number of 32 bits does not hold. */
  constructor(shared: boolean, first = base) {
    this.#first = first;
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared });
    this.#view = new Uint8Array(this.memory.buffer);
  }

  /** Bytes that are taken. */
  get bytes(): number {
    return this.#used.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** All of it, as it is now: a view is dead after the memory has grown. */
  get view(): Uint8Array {
    if (this.#view.buffer !== this.memory.buffer) this.#view = new Uint8Array(this.memory.buffer);
    return this.#view;
  }

  /** The elements at an address, until the memory grows. */
  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, count);
  }

  /** The address of `bytes` bytes, all 0. UserError 'gpu-memory' where there is no room. */
  take(what: string, bytes: number): number {
    const size = pieceBytes(bytes);
    let address = this.#first;
    let place = this.#used.findIndex((piece) => {
      if (piece.address - address >= size) return true;
      address = piece.address + piece.bytes;
      return false;
    });
    if (place < 0) place = this.#used.length;
    const missing = address + size + slack - this.memory.buffer.byteLength;
    if (missing > 0) this.#grow(what, size, missing);
    this.#used.splice(place, 0, { address, bytes: size });
    this.view.fill(0, address, address + size);
    return address;
  }

  #grow(what: string, size: number, missing: number): void {
    try {
      this.memory.grow(Math.ceil(missing / pageBytes));
    } catch (cause) {
      const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;
      throw new UserError(deviceWords.noMemory(what, megabytes(size), megabytes(this.bytes)), {
        code: 'gpu-memory',
        cause,
      });
    }
  }

  /** Gives a piece back. */
  free(address: number): void {
    const place = this.#used.findIndex((piece) => piece.address === address);
    if (place < 0) throw new Error(`nothing was taken at address ${address}`);
    this.#used.splice(place, 1);
  }
}
