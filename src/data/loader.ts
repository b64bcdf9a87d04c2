/**
 * Batches as a pure function of (seed, place, blend): nothing to save but how much was drawn, nothing to replay.
 *
 * A row of T + 1 tokens is filled by draws: a source by the blend, then a unit of that source, until the row is full;
 * the last unit is cut. A unit is an endOfText and a whole document, so that every row begins as generation does, with an
 * endOfText alone, and an endOfText counts to the document whose first token it predicts. Of a document longer than a row
 * it is an endOfText and T tokens from a uniformly random place, read round the end (the end of the text, then its
 * beginning as a document of its own), and such a document is drawn in proportion to its length. So every token of a long
 * document is equally likely, and so is every document of a short-document source. The blend's shares hold for tokens, not
 * for documents: see balance.ts.
 */
import { UserError } from '../util/errors.ts';
import { pcg3d, streamOf } from '../util/random.ts';
import { drawProbabilities } from './balance.ts';
import { blendShares } from './blend.ts';
import type { Place } from '../recipe/place.ts';
import type { Blend } from '../config/run.ts';
import type { LengthDistribution } from './balance.ts';
import type { TokenSource } from './source.ts';
import { dataWords } from '../words/data.ts';

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

const STREAM = streamOf('batch');
/** Blends remembered with their draw probabilities; a run has a handful. */
const REMEMBERED_BLENDS = 64;

/** What drawing from one source needs. */
interface Units {
  tokens: Uint16Array | Uint32Array;
  starts: Uint32Array;
  endOfText: number;
  /** Running sum of the documents' draw weights, scaled to end at 1. */
  cumulative: Float64Array;
  lengths: LengthDistribution;
}

export class Loader {
  readonly sources: readonly TokenSource[];
  readonly shape: LoaderShape;
  readonly #seed: number;
  readonly #units: Units[];
  readonly #names: string[];
  /** Running sums of draw probabilities by blend. */
  readonly #draws = new Map<string, Float64Array>();
  /** The row being filled and the source of its tokens: T + 1 each. */
  readonly #row: Uint32Array;

  constructor(sources: readonly TokenSource[], shape: LoaderShape, seed: number) {
    this.sources = sources;
    this.shape = shape;
    this.#seed = seed;
    this.#names = sources.map(({ name }) => name);
    this.#row = new Uint32Array(shape.length + 1);
    this.#units = sources.map((source) => unitsOf(source, shape.length));
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
      source: this.sources.length <= 256 ? new Uint8Array(size) : new Uint16Array(size),
      counts: new Float64Array(this.sources.length),
    };
  }

  /** The batch of the rows from a place on, written into `into` where given. */
  draw({ rows }: Place, blend: Blend, into: Batch = this.allocate()): Batch {
    const draws = this.#drawsOf(blend);
    into.counts.fill(0);
    for (let b = 0; b < this.shape.sequences; b++) this.#fillRow(rows + b, draws, into, b);
    return into;
  }

  /** Counts with names, and how many passes over the source's own training tokens they make. */
  describeCounts(counts: Float64Array): { name: string; tokens: number; epochs: number }[] {
    return this.sources.map(({ name, train }, s) => ({
      name,
      tokens: counts[s]!,
      epochs: counts[s]! / train.tokens.length,
    }));
  }

  #fillRow(rowNumber: number, draws: Float64Array, batch: Batch, b: number): void {
    const T = this.shape.length;
    const row = this.#row;
    const at = b * T;
    const { documentStart, source, counts } = batch;
    for (let filled = 0, draw = 0; filled <= T; draw++) {
      const [forSource, forDocument, forOffset] = pcg3d(this.#seed ^ STREAM, rowNumber, draw);
      const s = search(draws, forSource / 4294967296);
      const { tokens, starts, endOfText, cumulative } = this.#units[s]!;
      const document = search(cumulative, forDocument / 4294967296);
      const start = starts[document]!;
      const length = starts[document + 1]! - start;
      const end = start + length - 1; // of its text: an endOfText stands there
      const inputs = Math.min(filled + length, T) - Math.min(filled, T);
      counts[s]! += inputs;
      source.fill(s, at + filled, at + filled + inputs);

      const long = length > T + 1;
      let from = start + (long ? Math.floor((forOffset / 4294967296) * length) : 0);
      if (from === end) from = start; // behind the last token comes the first
      // One stretch, or two when reading goes round the end of a long document.
      for (let left = Math.min(length, T + 1 - filled); left > 0; from = start) {
        const stretch = Math.min(left, 1 + end - from);
        row[filled] = endOfText;
        for (let i = 1; i < stretch; i++) row[filled + i] = tokens[from + i - 1]!;
        documentStart.fill(filled, at + filled, at + Math.min(filled + stretch, T));
        filled += stretch;
        left -= stretch;
      }
    }
    batch.tokens.set(row.subarray(0, T), at);
    batch.targets.set(row.subarray(1), at);
  }

  #drawsOf(blend: Blend): Float64Array {
    const key = JSON.stringify(blend);
    let cumulative = this.#draws.get(key);
    if (cumulative === undefined) {
      const shares = blendShares(blend, this.#names);
      const lengths = this.#units.map((unit) => unit.lengths);
      cumulative = runningSum(drawProbabilities(shares, lengths, this.shape.length));
      if (this.#draws.size >= REMEMBERED_BLENDS) this.#draws.clear();
      this.#draws.set(key, cumulative);
    }
    return cumulative;
  }
}

function unitsOf({ name, train: { tokens, starts } }: TokenSource, T: number): Units {
  if (tokens.length < T + 1) {
    throw new UserError(dataWords.shortSource(name, tokens.length, T, T + 1));
  }
  const documents = starts.length - 1;
  const weights = new Float64Array(documents);
  const lengths = new Float64Array(T + 1);
  for (let i = 0; i < documents; i++) {
    const length = starts[i + 1]! - starts[i]!;
    weights[i] = Math.max(1, length / (T + 1));
    lengths[Math.min(length, T)]! += weights[i]!;
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const endOfText = tokens.at(-1)!; // every document ends with it
  return {
    tokens,
    starts,
    endOfText,
    cumulative: runningSum(weights),
    lengths: lengths.map((weight) => weight / total),
  };
}

/** Running sum, scaled to end at exactly 1. */
function runningSum(weights: Float64Array): Float64Array {
  let sum = 0;
  const sums = weights.map((weight) => (sum += weight));
  return sums.map((value) => value / sum);
}

/**
 * Index of the first entry above u in [0, 1); entries ascend to 1. An entry equal to the one before it is never found.
 */
function search(cumulative: Float64Array, u: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > u) high = middle;
    else low = middle + 1;
  }
  return low;
}
