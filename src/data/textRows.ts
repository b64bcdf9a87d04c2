/**
 * Rows of text. A unit is an endOfText and a whole document, so that every row begins as generation does, with an
 * endOfText alone, and an endOfText counts to the document whose first token it predicts. Of a document longer than a row
 * it is an endOfText and T tokens from a uniformly random place, read round the end (the end of the text, then its
 * beginning as a document of its own), and such a document is drawn in proportion to its length. So every token of a long
 * document is equally likely, and so is every document of a short-document source.
 */
import type { Place } from '../recipe/place.ts';
import { UserError } from '../util/errors.ts';
import { pcg3d, streamOf } from '../util/random.ts';
import { indexAbove, type LengthDistribution, runningSum } from './balance.ts';
import { type Batch, Loader, type LoaderShape, type RowSources } from './loader.ts';
import type { TokenSource } from './source.ts';
import type { TokenIds } from './tokenIds.ts';
import { dataWords } from '../words/data.ts';

const STREAM = streamOf('batch');

/** What drawing from one source needs. */
interface Units {
  tokens: TokenIds;
  starts: Uint32Array;
  endOfText: number;
  /** Running sum of the documents' draw weights, scaled to end at 1. */
  cumulative: Float64Array;
  lengths: LengthDistribution;
}

/** Batches of text. */
export const textLoader = (sources: readonly TokenSource[], shape: LoaderShape, seed: number): Loader =>
  new Loader(new TextRows(sources, shape.length, seed), shape);

class TextRows implements RowSources {
  readonly names: readonly string[];
  readonly sizes: readonly number[];
  readonly #T: number;
  readonly #seed: number;
  readonly #units: Units[];
  /** The row being filled: T + 1 tokens. */
  readonly #row: Uint32Array;

  constructor(sources: readonly TokenSource[], T: number, seed: number) {
    this.names = sources.map(({ name }) => name);
    this.sizes = sources.map(({ train }) => train.tokens.length);
    this.#T = T;
    this.#seed = seed;
    this.#units = sources.map((source) => unitsOf(source, T));
    this.#row = new Uint32Array(T + 1);
  }

  lengths(): LengthDistribution[] {
    return this.#units.map(({ lengths }) => lengths);
  }

  write({ rows: rowNumber }: Place, draws: Float64Array, batch: Batch, b: number): void {
    const T = this.#T;
    const row = this.#row;
    const at = b * T;
    const { documentStart, source, counts } = batch;
    for (let filled = 0, draw = 0; filled <= T; draw++) {
      const [forSource, forDocument, forOffset] = pcg3d(this.#seed ^ STREAM, rowNumber, draw);
      const s = indexAbove(draws, forSource / 4294967296);
      const { tokens, starts, endOfText, cumulative } = this.#units[s]!;
      const document = indexAbove(cumulative, forDocument / 4294967296);
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
        tokens.copy(from, from + stretch - 1, row, filled + 1);
        documentStart.fill(filled, at + filled, at + Math.min(filled + stretch, T));
        filled += stretch;
        left -= stretch;
      }
    }
    batch.tokens.set(row.subarray(0, T), at);
    batch.targets.set(row.subarray(1), at);
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
  const endOfText = tokens.at(tokens.length - 1); // every document ends with it
  return {
    tokens,
    starts,
    endOfText,
    cumulative: runningSum(weights),
    lengths: lengths.map((weight) => weight / total),
  };
}
