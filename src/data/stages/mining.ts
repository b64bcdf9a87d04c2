/**
 * Document mining ("Reuse, Don't Retrain"): the documents nearest to the questions and answers of a QA set, to be trained on again. Near
 * is the cosine of hashed TF-IDF vectors of words and pairs, and a document's is that of the nearest QA example. The paper compares
 * learnt embeddings; these need no model.
 */
import { ln } from '../../util/elementary.ts';
import { Column } from './columns.ts';
import { bucketsOf } from './words.ts';
import { type Documents, judged, keyOf, type Stage, tieDate } from './stage.ts';
import { reasonWords } from '../../words/curation.ts';

export interface MiningOptions {
  /** Texts of the QA set. */
  examples: readonly string[];
  buckets: number;
  /** Documents that stay. */
  count: number;
}

export const usualMining: MiningOptions = { examples: [], buckets: 1 << 16, count: 1000 };

export const mining: Stage<Partial<MiningOptions>> = (documents, given, report) =>
  judged(documents, report, async () => {
    const options = { ...usualMining, ...given };
    const index = new QaIndex(options.examples, await idfOf(documents, options.buckets));
    const [scores, ties, dates] = [new Column(Float64Array), new Column(Float64Array), new Column(Float64Array)];
    await documents.each((document) => {
      const [high, low] = keyOf(document);
      scores.push(index.nearest(document.text));
      ties.push(high * 2 ** 20 + (low >>> 12));
      dates.push(tieDate(document));
    });
    const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort(
      // Without a date twice, Infinity − Infinity is no order: they stay as they came.
      (a, b) =>
        scores.data[b]! - scores.data[a]! ||
        ties.data[a]! - ties.data[b]! ||
        (dates.data[a] === dates.data[b] ? 0 : dates.data[a]! - dates.data[b]!),
    );
    const near = new Uint8Array(order.length);
    for (const entry of order.subarray(0, options.count)) near[entry] = 1;
    report.details.least = scores.data[order[Math.min(options.count, order.length) - 1] ?? 0];
    // Judged in the order they were scored in.
    let entry = 0;
    return () => (near[entry++] === 1 ? null : reasonWords.farFromQa);
  });

/** ln((1 + N) / (1 + documents with the bucket)) + 1, of every bucket. */
export async function idfOf(documents: Documents, buckets: number): Promise<Float64Array> {
  const having = new Float64Array(buckets);
  const last = new Uint32Array(buckets);
  let count = 0;
  await documents.each(({ text }) => {
    count++;
    for (const bucket of bucketsOf(text, buckets)) {
      if (last[bucket] !== count) having[bucket]!++;
      last[bucket] = count;
    }
  });
  return having.map((documentsWith) => ln((1 + count) / (1 + documentsWith)) + 1);
}

/** QA examples by bucket, so that a document meets only those it shares a bucket with. */
export class QaIndex {
  readonly #idf: Float64Array;
  /** Bucket → (example, weight) of those that have it, vectors of length 1. */
  readonly #postings = new Map<number, { example: number; weight: number }[]>();
  readonly #products: Float64Array;

  constructor(examples: readonly string[], idf: Float64Array) {
    this.#idf = idf;
    this.#products = new Float64Array(examples.length);
    examples.forEach((text, example) => {
      for (const [bucket, weight] of this.#vector(text)) {
        const list = this.#postings.get(bucket);
        if (list) list.push({ example, weight });
        else this.#postings.set(bucket, [{ example, weight }]);
      }
    });
  }

  /** Largest cosine with an example; 0 without any. */
  nearest(text: string): number {
    this.#products.fill(0);
    for (const [bucket, weight] of this.#vector(text)) {
      for (const { example, weight: other } of this.#postings.get(bucket) ?? [])
        this.#products[example]! += weight * other;
    }
    return this.#products.reduce((a, b) => Math.max(a, b), 0);
  }

  #vector(text: string): Map<number, number> {
    const counts = new Map<number, number>();
    for (const bucket of bucketsOf(text, this.#idf.length)) counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    let squares = 0;
    for (const [bucket, count] of counts) {
      const weight = count * this.#idf[bucket]!;
      counts.set(bucket, weight);
      squares += weight * weight;
    }
    const length = Math.sqrt(squares) || 1;
    for (const [bucket, weight] of counts) counts.set(bucket, weight / length);
    return counts;
  }
}
