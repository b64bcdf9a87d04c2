/**
 * Batches as a pure function of (seed, place, blend): nothing to save but how much was drawn, nothing to replay. Text and worlds are
 * drawn alike: a row of T + 1 tokens is filled by draws of a source and a document of it, until it is full; the last document is cut.
 * The blend's shares hold for tokens, not for documents: see balance.ts.
 */
import type { Blend } from '../config/run.ts';
import type { Place } from '../recipe/place.ts';
import { drawProbabilities, type LengthDistribution, runningSum } from './balance.ts';
import { blendShares } from './blend.ts';

/** Target of a position that has none. */
export const IGNORED = 0xffffffff;

/** B rows of T tokens, row by row. */
export interface Batch {
  /** (B, T). */
  tokens: Uint32Array;
  /** (B, T): the next token; training rows have one everywhere. */
  targets: Uint32Array;
  /** (B, T): index within the row at which this position's document begins. */
  documentStart: Uint32Array;
  /** (B, T): index of the source each input token came from. */
  source: Uint8Array | Uint16Array;
  /** Input tokens per source; sums to B · T. */
  counts: Float64Array;
}

export interface LoaderShape {
  /** B. */
  sequences: number;
  /** T. */
  length: number;
  /** Micro-batches a step. */
  accumulation: number;
}

/** Blends remembered with their draw probabilities; a run has a handful. */
const REMEMBERED_BLENDS = 64;

/** What rows are filled from: tokenized text (textRows.ts), or a world that is written as it is drawn. */
export interface RowSources {
  /** Names a blend may use, in the order of `Batch.source` and of counts. */
  readonly names: readonly string[];
  /** Tokens of one pass over each source; null: it is endless. */
  readonly sizes: readonly (number | null)[];
  /** By source, how many tokens one draw of it adds to an empty row. */
  lengths(): readonly LengthDistribution[];
  /** Row `b` of a batch, the one at `place` of all: T tokens and their targets, documents, sources and counts. `draws`: running sums to 1. */
  write(place: Place, draws: Float64Array, into: Batch, b: number): void;
}

export class Loader {
  readonly shape: LoaderShape;
  readonly #rows: RowSources;
  #lengths: readonly LengthDistribution[] | null = null;
  /** Running sums of draw probabilities by blend. */
  readonly #draws = new Map<string, Float64Array>();

  constructor(rows: RowSources, shape: LoaderShape) {
    this.shape = shape;
    this.#rows = rows;
  }

  get names(): readonly string[] {
    return this.#rows.names;
  }

  /** Checks that a blend can be drawn from; call it for every phase before the first step. */
  check(blend: Blend): void {
    this.#drawsOf(blend);
  }

  /** New buffers for `draw` to fill. */
  allocate(): Batch {
    const size = this.shape.sequences * this.shape.length;
    return {
      tokens: new Uint32Array(size),
      targets: new Uint32Array(size),
      documentStart: new Uint32Array(size),
      source: this.names.length <= 256 ? new Uint8Array(size) : new Uint16Array(size),
      counts: new Float64Array(this.names.length),
    };
  }

  /** The batch of the rows from a place on, written into `into` where given. */
  draw({ rows, tokens }: Place, blend: Blend, into: Batch = this.allocate()): Batch {
    const draws = this.#drawsOf(blend);
    const { sequences, length } = this.shape;
    into.counts.fill(0);
    for (let b = 0; b < sequences; b++)
      this.#rows.write({ rows: rows + b, tokens: tokens + b * length }, draws, into, b);
    return into;
  }

  /** Counts with names, and how many passes over the source's own training tokens they make: none over an endless one. */
  describeCounts(counts: Float64Array): { name: string; tokens: number; epochs: number }[] {
    return this.names.map((name, s) => {
      const size = this.#rows.sizes[s];
      return { name, tokens: counts[s]!, epochs: size ? counts[s]! / size : 0 };
    });
  }

  #drawsOf(blend: Blend): Float64Array {
    const key = JSON.stringify(blend);
    let draws = this.#draws.get(key);
    if (draws === undefined) {
      const shares = blendShares(blend, this.names);
      this.#lengths ??= this.#rows.lengths();
      draws = runningSum(drawProbabilities(shares, this.#lengths, this.shape.length));
      if (this.#draws.size >= REMEMBERED_BLENDS) this.#draws.clear();
      this.#draws.set(key, draws);
    }
    return draws;
  }
}
