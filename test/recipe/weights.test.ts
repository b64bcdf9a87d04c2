import { describe, expect, test } from 'vitest';
import {
  alphaSampling,
  type Bucket,
  clippedExcess,
  doremiMean,
  doremiStep,
  fineGrained,
  grouped,
  MANY_EPOCHS,
  normalized,
  preferenceWeights,
  unimax,
  weightsOf,
} from '../../src/recipe/weights.ts';
import fc from '../property.ts';

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const sizes = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 8 });

describe('weights of sources', () => {
  test('set by hand are what was set', () => expect(preferenceWeights([2, 1, 1])).toEqual([0.5, 0.25, 0.25]));

  test('are refused where they are none', () => {
    for (const bad of [[], [0, 0], [1, -1], [NaN, 1], [Infinity]]) expect(() => normalized(bad)).toThrow(RangeError);
  });

  test('by alpha flatten, or sharpen, by their exponent', () => {
    fc.assert(
      fc.property(sizes, (list) => {
        for (const [sign, exponent] of [
          ['flat', 1 / 1.3],
          ['sharp', 1.3],
        ] as const) {
          const raised = list.map((n) => (n / sum(list)) ** exponent);
          alphaSampling(list, 1.3, sign).forEach((share, i) => expect(share).toBeCloseTo(raised[i]! / sum(raised), 12));
        }
      }),
    );
    expect(alphaSampling([1, 9])[0]).toBeGreaterThan(0.1);
    expect(alphaSampling([1, 9], 1.3, 'sharp')[0]).toBeLessThan(0.1);
  });
});

describe('UniMax', () => {
  test('deals a budget as worked out by hand', () => {
    expect(unimax([10, 100, 1000], 300, 1)).toEqual([10, 100, 190]);
    expect(unimax([10, 100, 1000], 300, 2)).toEqual([20, 140, 140]);
    expect(unimax([1000, 10, 100], 300, 1)).toEqual([190, 10, 100]);
    expect(unimax([10, 20], 300, 4)).toEqual([40, 80]);
  });

  test('fills a level: every source stands at it or at its own end', () => {
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: 0.01, max: 2, noNaN: true }),
        (list, epochs, share) => {
          const budget = share * epochs * sum(list);
          const tokens = unimax(list, budget, epochs);
          // The largest of those not at their end is the level that all of these stand at.
          const level = Math.max(...tokens);
          const near = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(1, budget);
          tokens.forEach((n, i) => expect(near(n, epochs * list[i]!) || near(n, level)).toBe(true));
          tokens.forEach((n, i) => expect(n).toBeLessThanOrEqual(epochs * list[i]!));
          expect(near(sum(tokens), Math.min(budget, epochs * sum(list)))).toBe(true);
        },
      ),
    );
  });
});

describe('DoReMi', () => {
  test('steps as its equation says', () => {
    const [weights, excess] = [
      [0.2, 0.3, 0.5],
      [0.1, 0, 0.7],
    ];
    const moved = weights.map((a, k) => a * Math.exp(2 * excess[k]!));
    const expected = moved.map((a) => 0.99 * (a / sum(moved)) + 0.01 / 3);
    doremiStep(weights, excess, { rate: 2, smoothing: 0.01 }).forEach((a, k) =>
      expect(a).toBeCloseTo(expected[k]!, 14),
    );
  });

  test('counts only what the proxy is worse in, token by token', () => {
    expect(clippedExcess([3, 1, 2], [1, 2, 2])).toBe(2 / 3);
    expect(clippedExcess([], [])).toBe(0);
  });

  test('never runs over, and never starves a domain', () => {
    const weights = doremiStep([0.5, 0.5], [5000, 0], { smoothing: 0.001 });
    expect(weights[1]).toBeCloseTo(0.0005, 12);
    expect(sum(weights)).toBeCloseTo(1, 12);
  });

  test('ends with the mean of its steps', () => {
    doremiMean([
      [0.5, 0.5],
      [0.7, 0.3],
    ]).forEach((share, k) => expect(share).toBeCloseTo([0.6, 0.4][k]!, 12));
  });
});

describe('buckets', () => {
  const buckets: Bucket[] = [
    { source: 'web', label: 'High', tokens: 10 },
    { source: 'web', label: 'Low', tokens: 90 },
    { source: 'news', label: 'High', tokens: 30 },
    { source: 'news', label: 'Low', tokens: 0 },
  ];
  const even = (list: readonly number[]) => list.map(() => 1);

  test('fine-grained keep each source’s share', () => {
    expect(fineGrained(buckets, { web: 0.6, news: 0.4 }, even)).toEqual([0.3, 0.3, 0.4, 0]);
    const byAlpha = fineGrained(buckets, { web: 0.6, news: 0.4 }, alphaSampling);
    expect(byAlpha[0]! + byAlpha[1]!).toBeCloseTo(0.6, 12);
    expect(byAlpha[0]! / byAlpha[1]!).toBeCloseTo((10 / 90) ** (1 / 1.3), 12);
  });

  test('grouped weigh labels over the whole corpus', () => {
    expect(grouped(buckets, even)).toEqual([0.125, 0.5, 0.375, 0]);
  });
});

test('epochs are told, and more than four are flagged', () => {
  const [small, large] = weightsOf({ small: 10, large: 1000 }, [0.5, 0.5], 100);
  expect(small).toEqual({ name: 'small', tokens: 10, share: 0.5, epochs: 5, repeated: true });
  expect(large).toMatchObject({ epochs: 0.05, repeated: false });
  expect(MANY_EPOCHS).toBe(4);
});
