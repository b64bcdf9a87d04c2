/**
 * Data selection by importance resampling (Xie et al., 2023): of every source a share stays, drawn without replacement with weights
 *
 *     log w(x) = Σ_b c_b(x) · (log p̂_b − log q̂_b)
 *
 * where c counts hashed words and pairs in buckets, p̂ is the target's distribution over them and q̂ the source's own. The k with the
 * largest log w + Gumbel noise are such a draw; the noise is a function of seed and document. The paper draws from every crawl by itself.
 */
import { ln } from '../../util/elementary.ts';
import { pcg3d, streamOf } from '../../util/random.ts';
import { BitSet, Column } from './columns.ts';
import { bucketsOf } from './words.ts';
import { judged, keyOf, type RawDocument, type Stage, tieDate } from './stage.ts';
import { reasonWords } from '../../words/curation.ts';

export interface DsirOptions {
  /** Sources that are the target, and are kept whole. */
  clean: readonly string[];
  /** What else is the target, in place of the clean sources: documents of low toxicity and high quality, for example. */
  target: ((document: RawDocument) => boolean) | null;
  buckets: number;
  /** Share of each source's documents that stays. */
  keep: number;
  /** All sources as one, or each by itself. */
  pooled: boolean;
  /** Added to the count of every bucket, so that one the target lacks is unlikely and not impossible. */
  smoothing: number;
  seed: number;
}

export const paperDsir: DsirOptions = {
  clean: [],
  target: null,
  buckets: 10_000,
  keep: 0.85,
  pooled: false,
  smoothing: 0.5,
  seed: 1,
};

const STREAM = streamOf('curation.gumbel');

export const dsir: Stage<Partial<DsirOptions>> = (documents, given, report) =>
  judged(documents, report, async () => {
    const options = { ...paperDsir, ...given };
    const { buckets, seed } = options;
    const clean = new Set(options.clean);
    const isTarget = options.target ?? (({ source }: RawDocument) => clean.has(source));
    const groupOf = (source: string) => (options.pooled ? '' : source);

    const target = new Float64Array(buckets);
    const raw = new Map<string, Float64Array>();
    await documents.each((document) => {
      const features = bucketsOf(document.text, buckets);
      if (isTarget(document)) for (const bucket of features) target[bucket]!++;
      if (clean.has(document.source)) return;
      const group = groupOf(document.source);
      let counts = raw.get(group);
      if (!counts) raw.set(group, (counts = new Float64Array(buckets)));
      for (const bucket of features) counts[bucket]!++;
    });
    const weights = new Map([...raw].map(([group, counts]) => [group, logRatios(target, counts, options.smoothing)]));
    if (report.evidence) report.evidence.logRatios = (source) => weights.get(groupOf(source))!;

    const drawn = new Map<string, Draw>();
    await documents.each((document) => {
      if (clean.has(document.source)) return;
      const group = groupOf(document.source);
      let draw = drawn.get(group);
      if (!draw) drawn.set(group, (draw = new Draw()));
      draw.add(document, logWeight(document.text, weights.get(group)!) + gumbel(seed, document));
    });
    const stays = new BitSet();
    for (const draw of drawn.values()) draw.largest(Math.round(options.keep * draw.size), stays);
    return ({ source, index }) => (clean.has(source) || stays.has(index) ? null : reasonWords.unlikeTarget);
  });

/** log p̂ − log q̂ of every bucket. */
export function logRatios(target: Float64Array, raw: Float64Array, smoothing: number): Float64Array {
  const total = (counts: Float64Array) => counts.reduce((sum, count) => sum + count, 0) + smoothing * counts.length;
  const difference = ln(total(raw)) - ln(total(target));
  return target.map((count, b) => ln(count + smoothing) - ln(raw[b]! + smoothing) + difference);
}

export function logWeight(text: string, ratios: Float64Array): number {
  let sum = 0;
  const features = bucketsOf(text, ratios.length);
  for (let i = 0; i < features.length; i++) sum += ratios[features[i]!]!;
  return sum;
}

/** What each word of a text adds to its log weight, the pair that it ends included. */
export function featureWeights(text: string, ratios: Float64Array): Float64Array {
  const features = bucketsOf(text, ratios.length);
  // Words first, then pairs.
  const words = Math.ceil(features.length / 2);
  return Float64Array.from(
    { length: words },
    (_, i) => ratios[features[i]!]! + (i === 0 ? 0 : ratios[features[words + i - 1]!]!),
  );
}

/** Gumbel(0, 1) of seed and document: uniform bits, shifted off both ends, so that it is finite. */
export function gumbel(seed: number, document: RawDocument): number {
  const [high, low] = keyOf(document);
  const [bits] = pcg3d(seed ^ STREAM, high, low);
  return -ln(-ln((bits + 0.5) / 4294967296));
}

/** Documents with their scores. */
class Draw {
  readonly #index = new Column(Uint32Array);
  readonly #score = new Column(Float64Array);
  readonly #date = new Column(Float64Array);

  get size(): number {
    return this.#index.length;
  }

  add(document: RawDocument, score: number): void {
    this.#index.push(document.index);
    this.#score.push(score);
    this.#date.push(tieDate(document));
  }

  /** Adds to a set the `count` with the largest scores; of equal ones the earlier. */
  largest(count: number, stays: BitSet): void {
    if (count <= 0) return;
    const { size } = this;
    const scores = this.#score.data;
    const least = scores.slice(0, size).sort()[size - count]!;
    const ties: number[] = [];
    let larger = 0;
    for (let i = 0; i < size; i++) {
      if (scores[i]! > least) {
        stays.add(this.#index.data[i]!);
        larger++;
      } else if (scores[i] === least) ties.push(i);
    }
    const dates = this.#date.data;
    // Infinity − Infinity is no order: what is equal in its date too stays in the order it came in.
    ties.sort((a, b) => (dates[a] === dates[b] ? 0 : dates[a]! - dates[b]!));
    for (const i of ties.slice(0, count - larger)) stays.add(this.#index.data[i]!);
  }
}
