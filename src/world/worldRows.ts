/**
 * Rows of a world. A row starts with <eos>; then a source is drawn, its next document is written with an <eos> after it, and so on
 * until T + 1 tokens stand; the last document is cut. Documents are numbered by the tokens drawn before, so an endless source never
 * gives the same one twice, whatever the rows' lengths, and two runs whose blends agree in a row see the same text.
 */
import { indexAbove, type LengthDistribution } from '../data/balance.ts';
import { type Batch, Loader, type LoaderShape, type RowSources } from '../data/loader.ts';
import type { Place } from '../recipe/place.ts';
import { streamOf } from '../util/random.ts';
import { type WorldCorpus, HELD_OUT } from './corpus.ts';
import { Draws } from './draws.ts';
import { Line } from './line.ts';

const STREAM = streamOf('world.rows');

/** Batches of a world. */
export const worldLoader = (corpus: WorldCorpus, shape: LoaderShape, seed: number): Loader =>
  new Loader(new WorldRows(corpus, shape.length, seed), shape);

class WorldRows implements RowSources {
  readonly names: readonly string[];
  readonly sizes: readonly (number | null)[];
  readonly #corpus: WorldCorpus;
  readonly #T: number;
  readonly #seed: number;
  readonly #draws = new Draws();
  readonly #line = new Line();
  /** The row being filled: T + 1 tokens. */
  readonly #row: Uint32Array;

  constructor(corpus: WorldCorpus, T: number, seed: number) {
    this.names = corpus.sources.map(({ name }) => name);
    this.sizes = this.names.map((name) => corpus.poolTokens(name));
    this.#corpus = corpus;
    this.#T = T;
    this.#seed = seed;
    this.#row = new Uint32Array(T + 1);
  }

  lengths(): LengthDistribution[] {
    return this.names.map((name) => {
      const lengths = this.#corpus.lengths(name);
      const shares = new Float64Array(this.#T + 1);
      for (const length of lengths) shares[Math.min(length, this.#T)]! += 1 / lengths.length;
      return shares;
    });
  }

  write(
    place: Place,
    cumulative: Float64Array,
    { tokens, targets, documentStart, source, counts }: Batch,
    b: number,
  ): void {
    const T = this.#T;
    const row = this.#row;
    const line = this.#line;
    const end = this.#corpus.world.tokenizer.endOfText;
    const draws = this.#draws.open(this.#seed, STREAM, place.rows);
    const at = b * T;
    row[0] = end;
    for (let filled = 1, start = 0, number = 0; filled <= T; start = filled, number++) {
      const s = indexAbove(cumulative, draws.uniform());
      line.length = 0;
      // A row of T tokens holds fewer than T documents, so numbers never meet before 2³¹ tokens are drawn.
      this.#corpus.write(this.names[s]!, (place.tokens + number) % HELD_OUT, line);
      line.put(end);
      const length = Math.min(line.length, T + 1 - filled);
      for (let i = 0; i < length; i++) row[filled + i] = line.ids[i]!;
      filled += length;
      const inputs = Math.min(filled, T);
      documentStart.fill(start, at + start, at + inputs);
      source.fill(s, at + start, at + inputs);
      counts[s]! += inputs - start;
    }
    tokens.set(row.subarray(0, T), at);
    targets.set(row.subarray(1), at);
  }
}
