import { describe, expect, test } from 'vitest';
import { drawProbabilities, realisedShares } from '../../src/data/balance.ts';
import { textLoader } from '../../src/data/textRows.ts';
import { UserError } from '../../src/util/errors.ts';
import fc from '../property.ts';
import { END, sourceOf } from './sources.ts';
import type { Blend } from '../../src/config/run.ts';
import type { Batch } from '../../src/data/loader.ts';
import type { TokenSource } from '../../src/data/source.ts';
import { batchAt, countsOf } from './steps.ts';

const repeat = (length: number, count: number) => Array<number>(count).fill(length);
const sources = [
  sourceOf('short', repeat(3, 200)),
  sourceOf('mixed', [5, 40, 64, 65, 66, 200, 17, 90, 8, 30]),
  sourceOf('row', repeat(60, 40)),
  sourceOf('long', [5000]),
];
const shape = { sequences: 4, length: 64, accumulation: 2 };
const blend = { short: 1, mixed: 2, row: 3, long: 4 };

/**
 * Checks a batch against the sources alone: a row begins with an end-of-text, and every stretch of it is an end-of-text and
 * what stands in the source it is said to come from.
 */
function checkRows(batch: Batch, from: readonly TokenSource[], T: number): void {
  for (let at = 0; at < batch.tokens.length; at += T) {
    for (let i = 0; i < T; i++) {
      if (i + 1 < T) expect(batch.targets[at + i]).toBe(batch.tokens[at + i + 1]);
      const start = batch.documentStart[at + i]!;
      expect(start).toBeLessThanOrEqual(i);
      // A start is its own start and an end-of-text, as generation begins; between two a token follows the one before it.
      expect(batch.documentStart[at + start]).toBe(start);
      expect(batch.tokens[at + i] === END).toBe(start === i);
      if (start === i) continue;
      expect(batch.source[at + i]).toBe(batch.source[at + i - 1]);
      if (start === i - 1) continue;
      const tokens = from[batch.source[at + i]!]!.train.tokens.slice();
      const found = tokens.some((t, j) => t === batch.tokens[at + i] && tokens[j - 1] === batch.tokens[at + i - 1]);
      expect(found).toBe(true);
    }
  }
}

describe('a batch', () => {
  test('is a function of seed, step and micro-batch, whatever was asked before', () => {
    const fresh = (step: number, micro: number) => batchAt(textLoader(sources, shape, 7), step, micro, blend);
    const used = textLoader(sources, shape, 7);
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1), (step, micro) => {
        expect(batchAt(used, step, micro, blend)).toEqual(fresh(step, micro));
      }),
      { numRuns: 20 },
    );
    const { tokens } = fresh(3, 0);
    expect(fresh(3, 1).tokens).not.toEqual(tokens);
    expect(fresh(4, 0).tokens).not.toEqual(tokens);
    expect(batchAt(textLoader(sources, shape, 8), 3, 0, blend).tokens).not.toEqual(tokens);
  });

  test('numbers rows through steps, so that accumulation only regroups them', () => {
    const two = textLoader(sources, { sequences: 2, length: 64, accumulation: 4 }, 7);
    const four = batchAt(textLoader(sources, shape, 7), 5, 1, blend);
    const first = batchAt(two, 5, 2, blend).tokens;
    const second = batchAt(two, 5, 3, blend).tokens;
    expect([...first, ...second]).toEqual([...four.tokens]);
  });

  test('is made of stretches of documents, each token followed by its target', () => {
    const loader = textLoader(sources, shape, 1);
    for (let step = 0; step < 10; step++) checkRows(batchAt(loader, step, 0, blend), sources, 64);
  });

  test('reused buffers hold the same as new ones', () => {
    const loader = textLoader(sources, shape, 1);
    const buffers = batchAt(loader, 0, 0, blend);
    expect(batchAt(loader, 9, 1, blend, buffers)).toBe(buffers);
    expect(buffers).toEqual(batchAt(loader, 9, 1, blend));
  });

  test('every token of a long document is about equally often an input', () => {
    const T = 16;
    const [N, steps] = [400, 500];
    const end = 1000;
    const source = sourceOf('long', [N + 1], [...Array.from({ length: N }, (_, i) => i), end]);
    const loader = textLoader([source], { sequences: 50, length: T, accumulation: 1 }, 3);
    const seen = new Float64Array(end + 1);
    for (let step = 0; step < steps; step++) for (const t of batchAt(loader, step, 0, { long: 1 }).tokens) seen[t]!++;
    expect(seen[end]).toBeGreaterThan(steps * 50);
    const mean = (steps * 50 * (T - 1)) / N;
    // Counts are near Poisson with mean 940: five standard deviations is 16 %.
    for (const count of seen.subarray(0, N)) expect(Math.abs(count / mean - 1)).toBeLessThan(0.16);
  });
});

test('a document longer than a row is drawn in proportion to its length, others once each', () => {
  // Rows of 17 tokens. One document of 136 = 8 rows weighs 8; 4 of 17 and 4 of 5 tokens weigh 1 each: half of the draws.
  const lengths = [136, 17, 17, 17, 17, 5, 5, 5, 5];
  const ids = lengths.flatMap((length, document) => [...Array<number>(length - 1).fill(document), END]);
  const source = sourceOf('weighed', lengths, ids);
  const loader = textLoader([source], { sequences: 100, length: 16, accumulation: 1 }, 3);
  let long = 0;
  let row = 0;
  for (let step = 0; step < 100; step++) {
    const batch = batchAt(loader, step, 0, { weighed: 1 });
    // What a row begins with is its first draw.
    for (let at = 1; at < batch.tokens.length; at += 16, row++) if (batch.tokens[at] === 0) long++;
  }
  // Five binomial errors of 10,000 draws.
  expect(Math.abs(long / row - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / 10_000));
});

describe('shares', () => {
  test.each([
    ['very different lengths', { short: 1, long: 1 }],
    ['lengths near the row', { short: 0.2, mixed: 0.2, row: 0.6 }],
    ['a rare source', { short: 0.03, mixed: 0.9, row: 0.07 }],
    ['percentages', { short: 10, mixed: 20, row: 30, long: 40 }],
  ])('hold in tokens: %s', (_, weights: Record<string, number>) => {
    const loader = textLoader(sources, { sequences: 16, length: 64, accumulation: 1 }, 11);
    const counts = countsOf(loader, 1500, () => weights);
    const total = counts.reduce((sum, count) => sum + count, 0);
    expect(total).toBe(1500 * 16 * 64);
    const sum = Object.values(weights).reduce((all, weight) => all + weight, 0);
    // A row is at most one draw of its kind: 24,000 rows give a share to within 0.5 / sqrt(24000) = 0.3 %; three of
    // those.
    loader.names.forEach((name, s) => {
      expect(Math.abs(counts[s]! / total - (weights[name] ?? 0) / sum)).toBeLessThan(0.01);
    });
  });

  test('the draw probabilities are exact in expectation for any lengths and weights', () => {
    const T = 24;
    const distribution = fc
      .array(fc.tuple(fc.integer({ min: 1, max: T }), fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 5 })
      .map((entries) => {
        const lengths = new Float64Array(T + 1);
        const sum = entries.reduce((all, [, weight]) => all + weight, 0);
        for (const [length, weight] of entries) lengths[length]! += weight / sum;
        return lengths;
      });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(distribution, fc.integer({ min: 0, max: 20 })), { minLength: 1, maxLength: 5 }),
        (all) => {
          const sum = all.reduce((total, [, weight]) => total + weight, 0);
          fc.pre(sum > 0);
          const shares = Float64Array.from(all, ([, weight]) => weight / sum);
          const lengths = all.map(([length]) => length);
          const realised = realisedShares(drawProbabilities(shares, lengths, T), lengths, T);
          realised.forEach((share, s) => expect(Math.abs(share - shares[s]!)).toBeLessThan(1e-6));
        },
      ),
    );
  });

  test('weight over mean length alone would miss: the correction does something', () => {
    const lengths = [1, 16].map((length) => Float64Array.from({ length: 17 }, (_, j) => (j === length ? 1 : 0)));
    const naive = realisedShares(Float64Array.of(16 / 17, 1 / 17), lengths, 16);
    expect(naive[1]).toBeLessThan(0.4);
    expect(realisedShares(drawProbabilities(Float64Array.of(0.5, 0.5), lengths, 16), lengths, 16)[1]).toBeCloseTo(0.5);
  });

  test('counts agree with the source of every token, and epochs with the size of the source', () => {
    const loader = textLoader(sources, shape, 5);
    const counts = new Float64Array(4);
    for (let step = 0; step < 6; step++) {
      for (let micro = 0; micro < 2; micro++) for (const s of batchAt(loader, step, micro, blend).source) counts[s]!++;
    }
    expect(countsOf(loader, 6, () => blend)).toEqual(counts);
    const [short] = loader.describeCounts(counts);
    expect(short).toEqual({ name: 'short', tokens: counts[0], epochs: counts[0]! / 600 });
  });

  test('a blend may change from step to step', () => {
    const loader = textLoader(sources, shape, 5);
    const counts = countsOf(loader, 4, (step): Blend => (step < 2 ? { long: 1 } : { short: 1 }));
    expect([...counts]).toEqual([4 * 4 * 64, 0, 0, 4 * 4 * 64]);
  });
});

describe('bad input', () => {
  const loader = textLoader(sources, shape, 5);
  test.each([
    [{ nowhere: 1 }, /"nowhere" that does not exist; there are: "short", "mixed"/],
    [{ short: -1, long: 2 }, /"short" the weight -1/],
    [{ short: Number.NaN }, /"short" the weight NaN/],
    [{ short: 0, long: 0 }, /sum to 0 \(short = 0, long = 0\)/],
    [{}, /sum to 0 \(no source\)/],
    [{ toString: 1 }, /"toString" that does not exist/],
  ])('%j is refused', (bad, message) => {
    expect(() => loader.check(bad as Record<string, number>)).toThrow(UserError);
    expect(() => loader.check(bad as Record<string, number>)).toThrow(message);
  });

  test('a source shorter than a context is refused with both numbers', () => {
    expect(() => textLoader([sourceOf('tiny', [20, 30])], shape, 1)).toThrow(/"tiny" has 50 tokens .* \(65\)/);
    expect(() => textLoader([sourceOf('enough', [30, 35])], shape, 1)).not.toThrow();
  });
});
