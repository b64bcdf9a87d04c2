/**
 * Random numbers of one document: f(seed, source, index, counter), so that document 1,000,000 costs as much as
 * document 0 and no state is ever saved. Integer arithmetic only: the same text in every engine.
 */
import { pcg3d } from '../util/random.ts';

export class Draws {
  #a = 0;
  #b = 0;
  #counter = 0;
  /** Two words left over from the last mixing. */
  #second = 0;
  #third = 0;
  #left = 0;

  /** Starts the numbers of document `index` (0 … 2³² − 1) of a stream. */
  open(seed: number, stream: number, index: number): this {
    [this.#a, this.#b] = pcg3d(seed, stream, index);
    this.#counter = 0;
    this.#left = 0;
    return this;
  }

  u32(): number {
    if (this.#left === 2) {
      this.#left = 1;
      return this.#second;
    }
    if (this.#left === 1) {
      this.#left = 0;
      return this.#third;
    }
    const [first, second, third] = pcg3d(this.#a, this.#b, this.#counter++);
    this.#second = second;
    this.#third = third;
    this.#left = 2;
    return first;
  }

  /** Uniform in [0, 1), a multiple of 2⁻³². */
  uniform(): number {
    return this.u32() / 4294967296;
  }

  /** Uniform in 0 … n − 1. */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Uniform in 0 … n − 1, but not `taken`. */
  other(n: number, taken: number): number {
    const k = this.integer(n - 1);
    return k < taken ? k : k + 1;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)]!;
  }

  /** Fisher–Yates, in place. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = items[i];
      items[i] = items[j];
      items[j] = held;
    }
    return items;
  }
}
