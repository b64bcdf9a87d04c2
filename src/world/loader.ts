/**
 * Batches of a world as a pure function of (seed, place, blend), of the same shape as those of real text
 * (data/loader.ts).
 *
 * A row starts with <eos>; then a source is drawn, its next document is written with an <eos> after it, and so on
 * until T + 1 tokens stand; the last document is cut. Documents are numbered by the tokens drawn before, so an endless source never
 * gives the same one twice, whatever the rows' lengths, and two runs whose blends agree in a row see the same text. Blends are shares of tokens
 * (data/balance.ts).
 */
import type { Blend } from '../config/run.ts';
import { drawProbabilities, type LengthDistribution } from '../data/balance.ts';
import { blendShares } from '../data/blend.ts';
import type { Batch, LoaderShape } from '../data/loader.ts';
import type { Place } from '../recipe/place.ts';
import type { TokenText } from '../data/source.ts';
import { streamOf } from '../util/random.ts';
import { type WorldCorpus, HELD_OUT } from './corpus.ts';
import { Draws } from './draws.ts';
import { Line } from './line.ts';

const STREAM = streamOf('world.rows');
/** Blends remembered with their draw probabilities; a run has a handful. */
const REMEMBERED_BLENDS = 64;

export class WorldLoader {
  readonly corpus: WorldCorpus;
  readonly shape: LoaderShape;
  /** Names a blend may use, in the order of `Batch.source` and of counts. */
  readonly names: readonly string[];
  readonly #seed: number;
  readonly #draws = new Draws();
  readonly #line = new Line();
  readonly #row: Uint32Array;
  readonly #lengths: LengthDistribution[] = [];
  /** Running sums of draw probabilities by blend. */
  readonly #remembered = new Map<string, Float64Array>();

  constructor(corpus: WorldCorpus, shape: LoaderShape, seed: number) {
    this.corpus = corpus;
    this.shape = shape;
    this.names = corpus.sources.map(({ name }) => name);
    this.#seed = seed;
    this.#row = new Uint32Array(shape.length + 1);
  }

  /** Checks that a blend can be drawn from; call it for every phase before the first step. */
  check(blend: Blend): void {
    this.#probabilities(blend);
  }

  allocate(): Batch {
    const size = this.shape.sequences * this.shape.length;
    return {
      tokens: new Uint32Array(size),
      targets: new Uint32Array(size),
      documentStart: new Uint32Array(size),
      source: new Uint8Array(size),
      counts: new Float64Array(this.names.length),
    };
  }

  /** The batch of the rows from a place on, written into `into` where given. */
  draw({ rows, tokens }: Place, blend: Blend, into: Batch = this.allocate()): Batch {
    const cumulative = this.#probabilities(blend);
    into.counts.fill(0);
    const { sequences, length } = this.shape;
    for (let b = 0; b < sequences; b++)
      this.#fillRow({ rows: rows + b, tokens: tokens + b * length }, cumulative, into, b);
    return into;
  }

  /**
   * Counts with names. Passes over a source are 0 where it is endless and count the pool's tokens where it is the Q&A
   * set.
   */
  describeCounts(counts: Float64Array): { name: string; tokens: number; epochs: number }[] {
    return this.names.map((name, s) => {
      const size = this.corpus.poolTokens(name);
      return { name, tokens: counts[s]!, epochs: size ? counts[s]! / size : 0 };
    });
  }

  /** At least `tokens` held-out tokens of a source, whole documents with their <eos>. */
  heldOut(source: string, tokens: number): TokenText {
    const line = this.#line;
    const ids: number[] = [];
    const starts = [0];
    let bytes = 0;
    for (let index = HELD_OUT; ids.length < tokens; index++) {
      line.length = 0;
      this.corpus.write(source, index, line);
      for (let i = 0; i < line.length; i++) {
        ids.push(line.ids[i]!);
        bytes += this.corpus.world.tokenizer.bytes(line.ids[i]!).length;
      }
      bytes--; // no space after the last word
      ids.push(this.corpus.world.tokenizer.endOfText);
      starts.push(ids.length);
    }
    return { tokens: Uint16Array.from(ids), starts: Uint32Array.from(starts), bytes };
  }

  #fillRow(
    place: Place,
    cumulative: Float64Array,
    { tokens, targets, documentStart, source, counts }: Batch,
    b: number,
  ): void {
    const T = this.shape.length;
    const row = this.#row,
      line = this.#line;
    const end = this.corpus.world.tokenizer.endOfText;
    const draws = this.#draws.open(this.#seed, STREAM, place.rows);
    const at = b * T;
    row[0] = end;
    for (let filled = 1, start = 0, number = 0; filled <= T; start = filled, number++) {
      const s = search(cumulative, draws.uniform());
      line.length = 0;
      // A row of T tokens holds fewer than T documents, so numbers never meet before 2³¹ tokens are drawn.
      this.corpus.write(this.names[s]!, (place.tokens + number) % HELD_OUT, line);
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

  #probabilities(blend: Blend): Float64Array {
    const key = JSON.stringify(blend);
    let cumulative = this.#remembered.get(key);
    if (cumulative === undefined) {
      const shares = blendShares(blend, this.names);
      this.names.forEach((_, s) => (this.#lengths[s] ??= this.#lengthsOf(s)));
      let sum = 0;
      cumulative = drawProbabilities(shares, this.#lengths, this.shape.length).map(
        (probability) => (sum += probability),
      );
      if (this.#remembered.size >= REMEMBERED_BLENDS) this.#remembered.clear();
      this.#remembered.set(key, cumulative);
    }
    return cumulative;
  }

  #lengthsOf(s: number): LengthDistribution {
    const T = this.shape.length;
    const lengths = this.corpus.lengths(this.names[s]!);
    const shares = new Float64Array(T + 1);
    for (const length of lengths) shares[Math.min(length, T)]! += 1 / lengths.length;
    return shares;
  }
}

/** Index of the first entry above u; the last one where rounding left the sum below it. */
function search(cumulative: Float64Array, u: number): number {
  let s = 0;
  while (s < cumulative.length - 1 && cumulative[s]! <= u) s++;
  return s;
}
