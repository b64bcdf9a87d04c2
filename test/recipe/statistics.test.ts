import { describe, expect, test } from 'vitest';
import {
  mean,
  pairedDifference,
  signed,
  standardDeviation,
  standardError,
  tQuantile,
  verdict,
} from '../../src/recipe/statistics.ts';

test('mean, deviation and error of a mean', () => {
  expect(mean([2, 4, 9])).toBe(5);
  expect(standardDeviation([2, 4, 9])).toBeCloseTo(Math.sqrt(13), 12);
  expect(standardError([2, 4, 9])).toBeCloseTo(Math.sqrt(13 / 3), 12);
  expect(standardError([2])).toBeNaN();
});

// Closed forms for 1 and 2 degrees of freedom; the others from printed tables of Student's t, to their digits.
test.each([
  [0.975, 1, Math.tan(Math.PI * 0.475), 9],
  [0.975, 2, 0.95 * Math.sqrt(2 / (1 - 0.95 ** 2)), 10],
  [0.975, 4, 2.776, 3],
  [0.975, 7, 2.365, 3],
  [0.975, 30, 2.042, 3],
  [0.95, 5, 2.015, 3],
  [0.995, 10, 3.169, 3],
  [0.975, 1e6, 1.95997, 5],
])('t quantile at p = %d, %d degrees of freedom', (p, df, value, digits) => {
  expect(tQuantile(p, df)).toBeCloseTo(value, digits);
  expect(tQuantile(1 - p, df)).toBeCloseTo(-value, digits);
});
test('the t quantile refuses what has none', () => {
  expect(() => tQuantile(1, 3)).toThrow(RangeError);
  expect(() => tQuantile(0.9, 0)).toThrow(RangeError);
});

describe('a paired difference', () => {
  test('is taken seed by seed: seeds that differ widely leave it sharp', () => {
    const { mean: centre, interval, wins, n } = pairedDifference([0.5, 0.7, 0.9], [0.48, 0.67, 0.88])!;
    expect(n).toBe(3);
    expect(wins).toBe(3);
    expect(centre).toBeCloseTo(0.07 / 3, 12);
    // t(0.975; 2) = 4.302653, SE = 0.01/3.
    expect(interval![0]).toBeCloseTo(0.07 / 3 - (4.302653 * 0.01) / 3, 7);
    expect(interval![1]).toBeCloseTo(0.07 / 3 + (4.302653 * 0.01) / 3, 7);
  });
  test('is won by seeds that are above, and by none that are equal', () => {
    expect(pairedDifference([1, 2, 3], [2, 1, 3])!.wins).toBe(1);
  });
  test('of one seed has no interval, of none is none, of unequal lists an error', () => {
    expect(pairedDifference([0.5], [0.4])!.interval).toBeNull();
    expect(pairedDifference([], [])).toBeNull();
    expect(() => pairedDifference([1], [])).toThrow(RangeError);
  });
});

describe('a verdict', () => {
  const say = (a: number[], b: number[]) => verdict('recipe', 'control', pairedDifference(a, b));
  test('says above or below where the interval leaves zero out', () => {
    expect(say([0.5, 0.7, 0.9], [0.48, 0.67, 0.88])).toBe(
      'recipe is above control by 2.3 points (95 % interval +0.9 to +3.8, 3 seeds).',
    );
    expect(say([0.48, 0.67, 0.88], [0.5, 0.7, 0.9])).toMatch(
      /^recipe is below control by 2.3 points \(95 % interval −3.8 to −0.9/,
    );
  });
  test('shows no difference where it spans zero', () => {
    expect(say([0.5, 0.7], [0.4, 0.75])).toMatch(/^No difference shown between recipe and control: \+2.5 points/);
  });
  test('never tells a difference of 0.0 points', () => {
    expect(say([0.5003, 0.5005, 0.5004], [0.5, 0.5002, 0.5001])).toMatch(
      /^recipe is above control by less than 0\.1 points/,
    );
  });

  test('of one seed claims nothing', () => {
    expect(say([0.5], [0.4])).toMatch(/^One seed: recipe − control is \+10.0 points, and one seed cannot/);
    expect(verdict('a', 'b', null)).toMatch(/nothing to compare/);
  });
});

test('signs are printed, also of what rounds to zero', () => {
  expect([signed(1.25), signed(-1.26), signed(-0.01), signed(0)]).toEqual(['+1.3', '−1.3', '−0.0', '+0.0']);
});
