import { describe, expect, test } from 'vitest';
import { exact, hash128 } from '../../../src/data/stages/exact.ts';
import { fuzzy, type FuzzyOptions } from '../../../src/data/stages/fuzzy.ts';
import { jaccard, MinHash, shingleSet, shinglesOf } from '../../../src/data/stages/minhash.ts';
import { collect, type Documents, inMemory, type RawDocument, StageReport } from '../../../src/data/stages/stage.ts';
import { Draws } from '../../../src/world/draws.ts';
import { asSet, COUNT, groupBy, randomDocuments, run, shuffled } from './documents.ts';

const documents = randomDocuments();

/** MurmurHash3_x86_128 once more, over bytes and BigInt. */
function murmur(bytes: Uint8Array): bigint[] {
  const M = 0xffffffffn;
  const rotate = (x: bigint, by: bigint) => ((x << by) | (x >> (32n - by))) & M;
  const c = [0x239b961bn, 0xab0e9789n, 0x38b34ae5n, 0xa1e38b93n];
  const [turnK, turnH, add] = [
    [15n, 16n, 17n, 18n],
    [19n, 17n, 15n, 13n],
    [0x561ccd1bn, 0x0bcaa747n, 0x96cd1c35n, 0x32ac3b17n],
  ];
  const h = [0n, 0n, 0n, 0n];
  const scramble = (k: bigint, i: number) => (rotate((k * c[i]!) & M, turnK[i]!) * c[(i + 1) % 4]!) & M;
  const word = (at: number) => [0, 1, 2, 3].reduce((sum, b) => sum | (BigInt(bytes[at + b] ?? 0) << BigInt(8 * b)), 0n);
  const whole = bytes.length - (bytes.length % 16);
  for (let at = 0; at < whole; at += 16) {
    for (let i = 0; i < 4; i++) {
      h[i]! ^= scramble(word(at + 4 * i), i);
      h[i] = ((rotate(h[i]!, turnH[i]!) + h[(i + 1) % 4]!) * 5n + add[i]!) & M;
    }
  }
  for (let i = 0; i < 4; i++) h[i]! ^= scramble(word(whole + 4 * i), i) ^ BigInt(bytes.length);
  const gather = () => {
    h[0] = h.reduce((a, b) => a + b) & M;
    for (let i = 1; i < 4; i++) h[i] = (h[i]! + h[0]) & M;
  };
  gather();
  for (let i = 0; i < 4; i++) {
    let x = h[i]!;
    x = ((x ^ (x >> 16n)) * 0x85ebca6bn) & M;
    x = ((x ^ (x >> 13n)) * 0xc2b2ae35n) & M;
    h[i] = x ^ (x >> 16n);
  }
  gather();
  return h;
}

/** The document that stays of equal or similar ones, said in another way: sorted by what decides. */
const oldest = (list: readonly RawDocument[], sources: string[]): RawDocument =>
  [...list].sort(
    (a, b) =>
      (a.date ?? Infinity) - (b.date ?? Infinity) ||
      (sources.includes(a.source) ? sources.indexOf(a.source) : 99) -
        (sources.includes(b.source) ? sources.indexOf(b.source) : 99),
  )[0]!;

describe('exact deduplication', () => {
  test('hashes as MurmurHash3 does', () => {
    for (const text of ['', 'a', 'hello', 'ünïcode 漢字 🙂', ...documents.slice(0, 20).map(({ text: one }) => one)]) {
      const units = new Uint8Array(2 * text.length);
      for (let i = 0; i < text.length; i++) {
        units[2 * i] = text.charCodeAt(i) & 255;
        units[2 * i + 1] = text.charCodeAt(i) >> 8;
      }
      expect(hash128(text).map(BigInt)).toEqual(murmur(units));
    }
  });

  test('keeps the oldest of every text, and nothing else', async () => {
    const sources = ['wiki', 'web', 'forum'];
    const { kept, report } = await run(exact, documents, { survivor: 'older', sources });
    const groups = groupBy(documents, ({ text }) => text);
    expect(kept.length).toBe(groups.size);
    expect(report.reasons.get('equal')).toBe(documents.length - groups.size);
    for (const one of kept) {
      const { date, source } = oldest(groups.get(one.text)!, sources);
      expect([one.date, one.source]).toEqual([date, source]);
    }
  });

  test('keeps the newest where that is asked for', async () => {
    const { kept } = await run(exact, documents, { survivor: 'newer' });
    const groups = groupBy(documents, ({ text }) => text);
    for (const one of kept) {
      const dates = groups.get(one.text)!.flatMap(({ date }) => date ?? []);
      expect(one.date).toBe(dates.length === 0 ? null : Math.max(...dates));
    }
  });

  test.each(['older', 'newer', 'random'] as const)('keeps the same set in any order of input: %s', async (survivor) => {
    const expected = asSet((await run(exact, documents, { survivor })).kept);
    for (const seed of [1, 2])
      expect(asSet((await run(exact, shuffled(documents, seed), { survivor })).kept)).toEqual(expected);
  });

  test('copies without ids that differ in their dates alone leave the same one, in any order of input', async () => {
    const kept = async (dates: (number | null)[]) => {
      const copies = dates.map((date, index): RawDocument => ({ index, id: null, source: 'wiki', text: 'x', date }));
      return (await run(exact, copies, { survivor: 'random' })).kept.map(({ date }) => date);
    };
    for (const dates of [
      [null, 14, 8],
      [8, 14, null],
      [14, null, 8],
    ])
      expect(await kept(dates)).toEqual([8]);
  });

  test('draws another survivor with another seed', async () => {
    const kept = async (seed: number) => asSet((await run(exact, documents, { survivor: 'random', seed })).kept);
    expect(await kept(1)).not.toEqual(await kept(2));
  });
});

/** Shingles as strings, without a hash. */
const plainShingles = (text: string, width: number): Set<string> =>
  new Set(Array.from({ length: Math.max(1, text.length - width + 1) }, (_, i) => text.slice(i, i + width)));

function sharedPart(one: Set<string>, other: Set<string>): number {
  let shared = 0;
  for (const gram of one) if (other.has(gram)) shared++;
  return shared / (one.size + other.size - shared);
}

const plainJaccard = (a: string, b: string, width: number): number =>
  sharedPart(plainShingles(a, width), plainShingles(b, width));

const characters = { unit: 'characters', width: 24 } as const;
const unchecked: Partial<FuzzyOptions> = {};

/** Clusters by comparing all with all. */
function plainClusters(list: readonly RawDocument[], alike: (a: number, b: number) => boolean): RawDocument[][] {
  const cluster = list.map((_, i) => i);
  for (let i = 0; i < list.length; i++) {
    for (let j = 0; j < i; j++) {
      if (cluster[i] === cluster[j] || !alike(i, j)) continue;
      const [from, to] = [cluster[i]!, cluster[j]!];
      cluster.forEach((one, k) => one === from && (cluster[k] = to));
    }
  }
  return [...groupBy(list, (_, i) => cluster[i]!).values()];
}

describe('fuzzy deduplication', () => {
  test('shingles are the runs of 24 characters', () => {
    for (const { text } of documents.slice(0, 40)) {
      const strings = Array.from({ length: text.length - 23 }, (_, i) => text.slice(i, i + 24));
      const hashes = [...shinglesOf(text, characters)];
      expect(hashes.length).toBe(strings.length);
      expect(new Set(hashes).size).toBe(new Set(strings).size);
      strings.forEach((gram, i) => expect(hashes[i]).toBe(shinglesOf(gram, characters)[0]));
    }
    expect(shinglesOf('short', characters).length).toBe(1);
  });

  test('exact Jaccard is that of sets of strings', () => {
    for (let i = 1; i < documents.length; i += 7) {
      const [a, b] = [documents[i]!.text, documents[i - 1]!.text];
      expect(jaccard(shingleSet(a, characters), shingleSet(b, characters))).toBe(plainJaccard(a, b, 24));
    }
  });

  test('signatures by vectors are those by plain numbers, for any bands and rows and beyond a chunk of shingles', () => {
    const long = Array.from({ length: 4000 }, (_, i) => `word${(i * i) % 977}`).join(' ');
    const texts = ['', 'x', documents[1]!.text, documents[2]!.text, long];
    expect(shinglesOf(long, characters).length).toBeGreaterThan(16_384);
    for (const [from, bands, rows] of [
      [0, 20, 13],
      [3, 1, 2],
      [0, 4, 5],
      [7, 13, 13],
      [0, 24, 3],
    ] as const) {
      const [vectors, numbers] = [true, false].map((simd) => new MinHash(42, from, bands, rows, simd));
      for (const text of texts) {
        const shingles = shinglesOf(text, characters);
        const signature = vectors!.take(shingles);
        expect(signature, `${bands} bands of ${rows}, ${text.length} characters`).toEqual(numbers!.take(shingles));
        expect(new Set(signature).size).toBe(text === '' ? 1 : bands * rows);
      }
    }
  });

  test('MinHash tells Jaccard within its binomial error: no bias, and the spread of as many independent draws', () => {
    const orders = 260;
    const [one, other] = [new MinHash(42, 0, 20, 13), new MinHash(42, 0, 20, 13)];
    const errors = similarPairs(2 * COUNT).map(([a, b, similarity]) => {
      const [x, y] = [one.take(shinglesOf(a, characters)), other.take(shinglesOf(b, characters))];
      const estimate = x.reduce((same, value, k) => same + (value === y[k] ? 1 : 0), 0) / orders;
      return (estimate - similarity) / Math.sqrt((similarity * (1 - similarity)) / orders);
    });
    // Five standard deviations of a binomial: one pair in two millions is further off.
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(5);
    // Of n pairs the mean has a deviation of 1 / √n where there is no bias, and the variance, 1, one of √(2 / n).
    const n = errors.length;
    expect(Math.abs(errors.reduce((a, b) => a + b) / n)).toBeLessThan(4 / Math.sqrt(n));
    const variance = errors.reduce((sum, z) => sum + z * z, 0) / n;
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
  });

  test.each([
    [0.7, 0.18],
    [0.8, 0.68],
    [0.85, 0.92],
  ])('pairs of similarity %f meet with probability %f', async (similarity, expected) => {
    const curve = 1 - (1 - similarity ** 13) ** 20;
    expect(curve).toBeCloseTo(expected, 2);
    const trials = 500;
    let met = 0;
    for (let trial = 0; trial < trials; trial++) {
      const [a, b] = pairOfSimilarity(similarity, trial);
      const list = [a, b].map((text, index): RawDocument => ({
        index,
        id: `${index}`,
        source: 'web',
        text,
        date: index,
      }));
      met += 2 - (await run(fuzzy, list, unchecked)).kept.length;
    }
    // 95 % bounds of a binomial share.
    expect(Math.abs(met / trials - curve)).toBeLessThan(1.96 * Math.sqrt((curve * (1 - curve)) / trials));
  });

  test('clusters are those of comparing every signature with every other', async () => {
    const minHash = new MinHash(42, 0, 20, 13);
    const bandsOf = documents.map(({ text }) => {
      const signature = minHash.take(shinglesOf(text, characters));
      return Array.from({ length: 20 }, (_, band) => signature.slice(13 * band, 13 * (band + 1)).join());
    });
    const meet = (i: number, j: number) => bandsOf[i]!.some((one, band) => one === bandsOf[j]![band]);
    const clusters = plainClusters(documents, meet);
    const { kept, report } = await run(fuzzy, documents, { sources: ['wiki'] });
    expect(kept.length).toBe(clusters.length);
    for (const cluster of clusters) {
      const inCluster = new Set(cluster.map(({ index }) => index));
      const survivors = kept.filter(({ index }) => inCluster.has(index));
      const { date, source } = oldest(cluster, ['wiki']);
      expect(survivors.length).toBe(1);
      expect(survivors[0]!.date).toBe(date);
      if (source === 'wiki') expect(survivors[0]!.source).toBe(source);
    }
    expect(report.details.clusters).toEqual({
      count: clusters.filter(({ length }) => length > 1).length,
      largest: Math.max(...clusters.map(({ length }) => length)),
    });
  });

  test('checked exactly, no one is dropped that has nothing alike', async () => {
    const { kept } = await run(fuzzy, documents, { jaccard: 0.8, bands: 60, rows: 4 });
    const left = new Set(kept.map(({ index }) => index));
    const shingles = documents.map(({ text }) => plainShingles(text, 24));
    for (const [i, one] of shingles.entries()) {
      if (left.has(i)) continue;
      expect(shingles.some((other) => other !== one && sharedPart(one, other) >= 0.8)).toBe(true);
    }
    expect(kept.length).toBeLessThan(documents.length);
  });

  test('reads as often as its room asks for, to the same end', async () => {
    for (const jaccardLimit of [null, 0.8]) {
      const wide = asSet((await run(fuzzy, documents, { jaccard: jaccardLimit })).kept);
      const narrow = asSet((await run(fuzzy, documents, { jaccard: jaccardLimit, mostBytes: 24 * COUNT })).kept);
      expect(narrow).toEqual(wide);
    }
  });

  test('makes no signature twice where a reading is broken off', async () => {
    const kept = new Map<string, Uint8Array>();
    const saves = {
      load: (name: string) => kept.get(name) ?? null,
      save: (name: string, bytes: Uint8Array) => void kept.set(name, bytes.slice()),
    };
    // Every one of another date: what decides between those of the same is drawn from their texts, which change below.
    const dated = documents.map((one) => ({ ...one, date: one.index }));
    const expected = (await run(fuzzy, dated, {})).kept.map(({ index }) => index);
    const half = COUNT / 2;
    let readings = 0;
    const breaking: Documents = {
      async each(visit) {
        readings++;
        for (const one of dated) {
          // The first reading asks for dates and sources, the second signs.
          if (readings === 2 && one.index === half) throw new Error('broken off');
          visit(one);
        }
      },
    };
    await expect(collect(fuzzy(breaking, { saves }, new StageReport('fuzzy')))).rejects.toThrow('broken off');
    expect(kept.size).toBe(1);
    // What was signed already is not looked at again, whatever it says now.
    const changed = dated.map((one) => (one.index < half ? { ...one, text: 'something else' } : one));
    const resumed = await collect(fuzzy(inMemory(changed), { saves }, new StageReport('fuzzy')));
    expect(resumed.map(({ index }) => index)).toEqual(expected);
  });

  test.each([
    ['older', null],
    ['newer', 0.8],
    ['random', null],
  ] as const)('keeps the same set in any order of input: %s, Jaccard %s', async (survivor, jaccardLimit) => {
    const options = { survivor, jaccard: jaccardLimit };
    const expected = asSet((await run(fuzzy, documents, options)).kept);
    expect(asSet((await run(fuzzy, shuffled(documents, 3), options)).kept)).toEqual(expected);
  });

  test('shingles of words find copies in which words were changed', async () => {
    const text = Array.from({ length: 34 }, (_, i) => `word${i}`).join(' ');
    const list = [
      text,
      text.replace('word20', 'other'),
      'something else altogether that nobody has written before',
    ].map((one, index): RawDocument => ({ index, id: null, source: 'web', text: one, date: index }));
    const { kept } = await run(fuzzy, list, { unit: 'words', width: 3, bands: 25, rows: 4, jaccard: 0.5 });
    expect(kept.map(({ index }) => index)).toEqual([0, 2]);
  });
});

/** Two texts whose shingles are as alike as is asked, to a hundredth: a common head, and tails of their own. */
function pairOfSimilarity(similarity: number, trial: number): [string, string] {
  const draws = new Draws().open(trial, 79, Math.round(1000 * similarity));
  const letters = (count: number) =>
    Array.from({ length: count }, () => String.fromCharCode(97 + draws.integer(26))).join('');
  // s = shared / (shared + 2 own), with 400 shingles in each text.
  const each = 400;
  const shared = Math.round((2 * each * similarity) / (1 + similarity));
  const head = letters(shared + 23);
  return [head + letters(each - shared), head + letters(each - shared)];
}

function similarPairs(count: number): [string, string, number][] {
  return Array.from({ length: count }, (_, i) => {
    const [a, b] = pairOfSimilarity(0.3 + (0.65 * i) / count, i);
    return [a, b, plainJaccard(a, b, 24)];
  });
}
