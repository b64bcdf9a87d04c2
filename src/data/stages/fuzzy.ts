/**
 * Fuzzy deduplication: of documents that are nearly the same one stays. MinHash signatures are cut into bands; documents with an equal
 * band are taken for alike (LSH), all that hang together are one cluster, and one of each stays. A pair of similarity s meets with
 * probability 1 − (1 − s^rows)^bands: with the paper's 20 bands of 13 rows 0.18 at 0.7, 0.68 at 0.8, 0.92 at 0.85.
 *
 * Two 32-bit hashes of each band are kept, in as many readings as keep that within MOST_BYTES: every reading makes its own bands'
 * signatures, so that the work is done once. With `jaccard` every document is compared shingle by shingle with two anchors of each of its
 * buckets, as NeMo-Curator does; the anchors' shingles are kept in as many readings as they need.
 */
import { BitSet, Column, PairTable } from './columns.ts';
import { jaccard, MinHash, type ShingleOptions, shingleSet, shinglesOf } from './minhash.ts';
import { type Documents, judged, type Stage, type StageSaves } from './stage.ts';
import { anySurvivor, Claims, type SurvivorOptions } from './survivors.ts';

export interface FuzzyOptions extends SurvivorOptions, ShingleOptions {
  bands: number;
  rows: number;
  /** Least similarity of a pair that is checked exactly; null: an equal band is enough. */
  jaccard: number | null;
  /** Bytes for bands, and again for anchors. */
  mostBytes: number;
  /** Where signatures are kept, so that they are not made twice where the reading is broken off; null: nowhere. */
  saves: StageSaves | null;
}

/** NeMo-Curator's: characters in runs of 24, 260 orders. */
export const paperFuzzy: FuzzyOptions = {
  ...anySurvivor,
  unit: 'characters',
  width: 24,
  bands: 20,
  rows: 13,
  jaccard: null,
  mostBytes: 160e6,
  saves: null,
};

/** Seed of the orders: NeMo-Curator's. Which orders are drawn is no choice of the experiment. */
const ORDERS = 42;

export const fuzzy: Stage<Partial<FuzzyOptions>> = (documents, given, report) =>
  judged(documents, report, async () => {
    const options = { ...paperFuzzy, ...given };
    const claims = new Claims(options);
    await documents.each((document) => claims.push(document));
    const clusters = new Clusters(claims.length);
    const pairs = new Pairs(claims.length);
    const { bands, mostBytes } = options;
    const together = Math.max(1, Math.min(bands, Math.floor(mostBytes / (8 * Math.max(1, claims.length)))));
    for (let from = 0; from < bands; from += together) {
      const keys = await bandKeys(documents, options, from, Math.min(together, bands - from));
      for (const band of keys) {
        if (options.jaccard === null) joinBuckets(band, clusters);
        else collectPairs(band, claims, pairs);
      }
    }
    if (options.jaccard !== null) await joinAlike(documents, options, pairs, clusters);
    const survivors = clusters.survivors((a, b) => claims.before(a, b));
    const indexOf = claims.index.data;
    const stays = new BitSet();
    for (const entry of survivors) stays.add(indexOf[entry]!);
    if (report.evidence) {
      const stayed = [...survivors].map((survivor, entry) => [indexOf[entry]!, indexOf[survivor]!] as const);
      report.evidence.survivorOf = new Map(stayed.filter(([index, survivor]) => index !== survivor));
    }
    report.details.clusters = clusters.larger();
    return ({ index }) => (stays.has(index) ? null : 'similar');
  });

type BandKeys = [Column<Uint32Array>, Column<Uint32Array>];

/** 64 bits of each document's signature in each of some bands; texts without characters are alike. */
async function bandKeys(documents: Documents, options: FuzzyOptions, from: number, count: number): Promise<BandKeys[]> {
  const { rows, saves } = options;
  const minHash = new MinHash(ORDERS, from, count, rows);
  const keys = Array.from({ length: count }, (): BandKeys => [new Column(Uint32Array), new Column(Uint32Array)]);
  const columns = keys.flat();
  const name = `bands-${from}-${count}`;
  const kept = saves?.load(name);
  if (kept) unpack(kept, columns);
  const done = columns[0]!.length;
  const signed = eachNumbered(documents, (entry, text) => {
    if (entry < done) return;
    const signature = minHash.take(shinglesOf(text, options));
    for (let band = 0; band < count; band++) {
      let [a, b] = [0x811c9dc5 | 0, 0x9747b28c | 0];
      for (let row = band * rows; row < (band + 1) * rows; row++) {
        const value = signature[row]!;
        a = Math.imul(a ^ value, 0x85ebca6b);
        a ^= a >>> 15;
        b = Math.imul(b ^ value, 0xc2b2ae35);
        b ^= b >>> 13;
      }
      keys[band]![0].push(a);
      keys[band]![1].push(b);
    }
  });
  // A reading that is broken off leaves whole documents behind it.
  await signed.finally(() => columns[0]!.length > done && saves?.save(name, packed(columns)));
  return keys;
}

/** Columns of one length, one after the other. */
function packed(columns: readonly Column<Uint32Array>[]): Uint8Array {
  const { length } = columns[0]!;
  const all = new Uint32Array(length * columns.length);
  columns.forEach(({ data }, i) => all.set(data.subarray(0, length), i * length));
  return new Uint8Array(all.buffer);
}

function unpack(bytes: Uint8Array, columns: readonly Column<Uint32Array>[]): void {
  const all = new Uint32Array(bytes.slice().buffer);
  const length = all.length / columns.length;
  columns.forEach((column, i) => {
    column.data = all.slice(i * length, (i + 1) * length);
    column.length = length;
  });
}

/** Everything that shares a band with another is of its cluster. */
function joinBuckets([a, b]: BandKeys, clusters: Clusters): void {
  const buckets = new PairTable();
  const first = new Column(Uint32Array);
  for (let entry = 0; entry < a.length; entry++) {
    const bucket = buckets.add(a.data[entry]!, b.data[entry]!);
    if (bucket === first.length) first.push(entry);
    else clusters.join(first.data[bucket]!, entry);
  }
}

/** Each document with its bucket's two anchors: the least by key, whatever order they come in. */
function collectPairs([a, b]: BandKeys, claims: Claims, pairs: Pairs): void {
  const buckets = new PairTable();
  const anchors = [new Column(Uint32Array), new Column(Uint32Array)] as const;
  const bucketOf = new Uint32Array(a.length);
  for (let entry = 0; entry < a.length; entry++) {
    const bucket = (bucketOf[entry] = buckets.add(a.data[entry]!, b.data[entry]!));
    const [first, second] = anchors;
    if (bucket === first.length) {
      first.push(entry);
      second.push(entry);
    } else if (claims.keyBefore(entry, first.data[bucket]!)) {
      second.data[bucket] = first.data[bucket]!;
      first.data[bucket] = entry;
    } else if (second.data[bucket] === first.data[bucket] || claims.keyBefore(entry, second.data[bucket]!)) {
      second.data[bucket] = entry;
    }
  }
  for (let entry = 0; entry < a.length; entry++) {
    for (const column of anchors) pairs.add(column.data[bucketOf[entry]!]!, entry);
  }
  pairs.settle();
}

/** Distinct pairs (anchor, document) in ascending order, each one number. */
class Pairs {
  list = new Column(Float64Array);
  readonly #documents: number;

  constructor(documents: number) {
    this.#documents = documents;
  }

  add(anchor: number, document: number): void {
    if (anchor !== document) this.list.push(anchor * this.#documents + document);
  }

  /** Sorted, each once. */
  settle(): void {
    const sorted = this.list.data.subarray(0, this.list.length).sort();
    let count = 0;
    for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[count++] = sorted[i]!;
    this.list.length = count;
  }

  get(i: number): [anchor: number, document: number] {
    const pair = this.list.data[i]!;
    return [Math.floor(pair / this.#documents), pair % this.#documents];
  }
}

/** Joins the pairs whose shingles are as alike as is asked. */
async function joinAlike(documents: Documents, options: FuzzyOptions, pairs: Pairs, clusters: Clusters): Promise<void> {
  for (let begin = 0; begin < pairs.list.length;) {
    // As many anchors, in their order, as there is room for.
    const wanted = new Map<number, Int32Array | null>();
    for (let i = begin; i < pairs.list.length; i++) wanted.set(pairs.get(i)[0], null);
    let bytes = 0;
    let last = -1;
    await eachNumbered(documents, (entry, text) => {
      if (!wanted.has(entry) || (bytes >= options.mostBytes && last >= 0)) return;
      const set = shingleSet(text, options);
      bytes += set.byteLength;
      wanted.set(entry, set);
      last = entry;
    });
    let end = begin;
    const partners = new Map<number, number[]>();
    for (; end < pairs.list.length; end++) {
      const [anchor, document] = pairs.get(end);
      if (anchor > last) break;
      const list = partners.get(document);
      if (list) list.push(anchor);
      else partners.set(document, [anchor]);
    }
    await eachNumbered(documents, (entry, text) => {
      const anchors = partners.get(entry);
      if (!anchors) return;
      const set = shingleSet(text, options);
      for (const anchor of anchors) {
        if (jaccard(wanted.get(anchor)!, set) >= options.jaccard!) clusters.join(anchor, entry);
      }
    });
    begin = end;
  }
}

async function eachNumbered(documents: Documents, visit: (entry: number, text: string) => void): Promise<void> {
  let entry = 0;
  await documents.each(({ text }) => visit(entry++, text));
}

/** Connected components by union and find. */
class Clusters {
  readonly #parent: Uint32Array;

  constructor(count: number) {
    this.#parent = Uint32Array.from({ length: count }, (_, entry) => entry);
  }

  #root(entry: number): number {
    const parent = this.#parent;
    while (parent[entry] !== entry) {
      parent[entry] = parent[parent[entry]!]!;
      entry = parent[entry]!;
    }
    return entry;
  }

  join(a: number, b: number): void {
    const [rootA, rootB] = [this.#root(a), this.#root(b)];
    // The smaller number leads: entries come in order, and lone ones are most.
    if (rootA < rootB) this.#parent[rootB] = rootA;
    else this.#parent[rootA] = rootB;
  }

  /** Of every document the one of its cluster that stays. */
  survivors(before: (a: number, b: number) => boolean): Uint32Array {
    const best = Uint32Array.from(this.#parent, (_, entry) => entry);
    for (let entry = 0; entry < best.length; entry++) {
      const root = this.#root(entry);
      if (before(entry, best[root]!)) best[root] = entry;
    }
    return best.map((_, entry) => best[this.#root(entry)]!);
  }

  /** How many clusters have more than one document, and how many the largest has. */
  larger(): { count: number; largest: number } {
    const sizes = this.#sizes();
    return {
      count: sizes.reduce((sum, size) => sum + (size > 1 ? 1 : 0), 0),
      largest: sizes.reduce((a, b) => Math.max(a, b), 0),
    };
  }

  #sizes(): Uint32Array {
    const sizes = new Uint32Array(this.#parent.length);
    for (let entry = 0; entry < sizes.length; entry++) sizes[this.#root(entry)]!++;
    return sizes;
  }
}
