/**
 * Counter-based random numbers: value = f(seed, stream, counter), with no state to save or to run in order, so that a batch is a
 * function of (seed, step) and an initial weight a function of (seed, tensor, index). The mixing is PCG-style output permutation
 * applied twice to three words ("pcg3d", Jarzynski & Olano, JCGT 2020): 32-bit integer arithmetic only, the same bits everywhere.
 */

/** Three mixed 32-bit words of three 32-bit words. */
export function pcg3d(x: number, y: number, z: number): [number, number, number] {
  x = (Math.imul(x, 1664525) + 1013904223) | 0;
  y = (Math.imul(y, 1664525) + 1013904223) | 0;
  z = (Math.imul(z, 1664525) + 1013904223) | 0;
  x = (x + Math.imul(y, z)) | 0;
  y = (y + Math.imul(z, x)) | 0;
  z = (z + Math.imul(x, y)) | 0;
  x ^= x >>> 16;
  y ^= y >>> 16;
  z ^= z >>> 16;
  x = (x + Math.imul(y, z)) | 0;
  y = (y + Math.imul(z, x)) | 0;
  z = (z + Math.imul(x, y)) | 0;
  return [x >>> 0, y >>> 0, z >>> 0];
}

/** A 32-bit number for a name: FNV-1a over UTF-16 code units. Gives every purpose ("init", "batch", …) its own stream. */
export function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Uniform 32-bit integer of (seed, stream, counter). */
export function randomU32(seed: number, stream: number, counter: number): number {
  return pcg3d(seed, stream, counter)[0];
}

/** Uniform in [0, 1), a multiple of 2^-32. */
export function randomUniform(seed: number, stream: number, counter: number): number {
  return randomU32(seed, stream, counter) / 4294967296;
}

/** Uniform integer in [0, n): the high word of a 32 × 32-bit product, biased by at most n / 2^32. */
export function randomInteger(seed: number, stream: number, counter: number, n: number): number {
  return Math.floor(randomUniform(seed, stream, counter) * n);
}

/** Standard normal by Box–Muller. u1 is shifted off zero so that the logarithm is finite. */
export function randomNormal(seed: number, stream: number, counter: number): number {
  const [a, b] = pcg3d(seed, stream, counter);
  const u1 = (a + 0.5) / 4294967296;
  const u2 = b / 4294967296;
  return Math.sqrt(-2 * Math.log(u1)) * Math.cos(2 * Math.PI * u2);
}

/** A sequential reader over one stream, for code that draws a varying number of values (document generators, samplers). */
export class RandomStream {
  readonly #seed: number;
  readonly #stream: number;
  #counter = 0;

  constructor(seed: number, name: string | number) {
    this.#seed = seed;
    this.#stream = typeof name === 'number' ? name : streamOf(name);
  }

  u32(): number {
    return randomU32(this.#seed, this.#stream, this.#counter++);
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return randomUniform(this.#seed, this.#stream, this.#counter++);
  }

  /** Uniform integer in [0, n). */
  integer(n: number): number {
    return randomInteger(this.#seed, this.#stream, this.#counter++, n);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)]!;
  }

  /** Fisher–Yates, in place. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [items[i], items[j]] = [items[j]!, items[i]!];
    }
    return items;
  }
}
