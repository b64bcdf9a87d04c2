import { describe, expect, it } from 'vitest';
import {
  hasDiverged,
  type RangePoint,
  rangeSentence,
  type RangeVerdict,
  readRange,
  sweepRates,
} from '../../src/recipe/rangeTest.ts';
import { randomNormal } from '../../src/util/random.ts';

/** A sweep whose loss follows a formula of log₁₀ of the rate, with noise. */
const swept = (loss: (power: number) => number, noise = 0.05): RangePoint[] =>
  sweepRates().map((rate, i) => ({ rate, loss: loss(Math.log10(rate)) + noise * randomNormal(1, 1, i), gradNorm: 1 }));

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** From 5.5 to 2.5, steepest at 10^−2.5; up again steeply from 10^−1 on. */
const untrained = (power: number): number => 5.5 - 3 * sigmoid(4 * (power + 2.5)) + 40 * Math.max(0, power + 1) ** 2;
/** Flat at 1.2, up from 10^−1.5 on. */
const trained = (power: number): number => 1.2 + 20 * Math.max(0, power + 1.5) ** 2;

describe('a range test', () => {
  it('sweeps 40 steps a decade, both ends included', () => {
    const rates = sweepRates();
    expect(rates).toHaveLength(201);
    expect(rates[0]).toBe(1e-5);
    expect(rates.at(-1)).toBeCloseTo(1, 12);
    expect(rates[40]).toBeCloseTo(1e-4, 12);
  });

  it('ends a nat above the best, or at a number that is not finite, and not before', () => {
    const points = swept(untrained);
    const end = points.findIndex((_, i) => hasDiverged(points.slice(0, i + 1)));
    expect(Math.log10(points[end]!.rate)).toBeGreaterThan(-1 + Math.sqrt(1 / 40));
    expect(Math.log10(points[end]!.rate)).toBeLessThan(-1 + Math.sqrt(1 / 40) + 0.25);
    expect(hasDiverged(swept(() => 5.5, 0.3))).toBe(false);
    expect(hasDiverged([{ rate: 1, loss: Number.NaN, gradNorm: 1 }])).toBe(true);
    expect(hasDiverged([{ rate: 1, loss: 2, gradNorm: Number.POSITIVE_INFINITY }])).toBe(true);
  });

  it('reads a band from the descent of untrained weights', () => {
    const { steepest, lowest, edge, band, rule } = readRange(swept(untrained));
    expect(rule).toBe('descent');
    // To a sixth of a decade, the reach of the smoothing.
    expect(Math.abs(Math.log10(steepest!) + 2.5)).toBeLessThan(1 / 6);
    // The basin is flat: any of its rates, to within the noise of the losses.
    expect(untrained(Math.log10(lowest)) - untrained(-1)).toBeLessThan(0.05);
    expect(edge!).toBeGreaterThan(lowest);
    expect(band).toEqual([steepest, Math.min(lowest, edge! / 3)]);
  });

  it('reads it from the edge where nothing falls', () => {
    const { steepest, edge, band, rule } = readRange(swept(trained));
    expect([rule, steepest]).toEqual(['edge', null]);
    expect(Math.log10(edge!)).toBeGreaterThan(-1.5 - 1 / 6);
    expect(Math.log10(edge!)).toBeLessThan(-1.2);
    expect(band).toEqual([edge! / 10, edge! / 3]);
  });

  it('names none where the loss neither falls nor rises', () => {
    expect(readRange(swept(() => 3))).toMatchObject({ band: null, rule: 'none' });
    expect(readRange([])).toMatchObject({ band: null, rule: 'none' });
    expect(readRange(swept(() => Number.NaN))).toMatchObject({ band: null, rule: 'none' });
  });

  it('takes a sweep that ended at infinity for one with an edge', () => {
    const points = [...swept(() => 1.2).slice(0, 100), { rate: 0.01, loss: Number.POSITIVE_INFINITY, gradNorm: 1 }];
    expect(readRange(points)).toMatchObject({ rule: 'edge', edge: points[99]!.rate });
  });
});

it('is told in words by its rule, and so that nothing was found', () => {
  const found = { smoothed: [], steepest: 2e-3, lowest: 3e-2, edge: 0.12, band: [1e-3, 4e-2] as [number, number] };
  const told = (change: Partial<RangeVerdict>) => rangeSentence({ ...found, rule: 'descent', ...change });
  const rates = (sentence: string) => sentence.match(/\de−?-?\d|\d\.\de-?\d/g);
  expect(rates(told({}))).toEqual(['2e-3', '3e-2', '1.2e-1', '1e-3', '4e-2']);
  expect(rates(told({ edge: null }))).toEqual(['2e-3', '3e-2', '1e-3', '4e-2']);
  expect(rates(told({ rule: 'edge' }))).toEqual(['1.2e-1', '1e-3', '4e-2']);
  expect(rates(told({ band: null }))).toBeNull();
});
