/** The arithmetic behind the experiments' figures. */
import { describe, expect, test } from 'vitest';
import { EXPERIMENTS, experimentNamed } from '../../src/recipe/experiments.ts';
import type { ResultRow } from '../../src/recipe/results/results.ts';
import { looksOf } from '../../src/ui/experiments/look.ts';
import {
  chanceOfBenchmarks,
  CurveBuilder,
  meanLine,
  resultsOf,
  seedsOf,
  traceOf,
  valuesOf,
} from '../../src/ui/experiments/results.ts';
import { extent, linear, spreadLabels, ticks } from '../../src/ui/experiments/scale.ts';
import { words } from '../../src/ui/experiments/words.ts';
import { viewOf } from '../../src/ui/page/route.ts';
import { recordedFiles } from './fake/recorded.ts';
import { wholeColumns } from '../../src/recipe/measurements.ts';

test('every experiment has a name that its list does not cut', () => {
  // What the column holds at 1440 px, beside the list's arrow.
  const most = 28;
  expect(EXPERIMENTS.map(({ name }) => words.choices[name]?.length ?? 0).filter((n) => n === 0 || n > most)).toEqual(
    [],
  );
});

describe('scales', () => {
  test('ticks are round, inside, and exact', () => {
    expect(ticks(0, 1, 4)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks(-0.031, 0.052, 4)).toEqual([-0.02, 0, 0.02, 0.04]);
    expect(ticks(0, 59_904, 6)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000]);
    expect(ticks(0.1, 0.7, 6)).toContain(0.3);
    expect(ticks(2, 2, 3)).toEqual([2]);
  });

  test('a linear scale may run backwards', () => {
    const y = linear(0, 10, 100, 0);
    expect([y(0), y(5), y(10)]).toEqual([100, 50, 0]);
  });

  test('an extent has air, at least so much room, and leaves out what is no number', () => {
    expect(extent([1, 3, Number.NaN], 0.5, 0)).toEqual([0, 4]);
    expect(extent([1, 1], 0.1, 2)).toEqual([0, 2]);
    expect(extent([], 0.1, 1)).toEqual([0, 1]);
  });

  test('labels keep their order and their distance, and stay inside where there is room', () => {
    const wanted = [50, 50, 49, 98, 3];
    const placed = spreadLabels(wanted, 10, 0, 100);
    const order = (list: number[]) => list.map((_, i) => i).sort((a, b) => list[a]! - list[b]! || a - b);
    expect(order(placed)).toEqual(order(wanted));
    const sorted = placed.toSorted((a, b) => a - b);
    for (let i = 1; i < sorted.length; i++) expect(sorted[i]! - sorted[i - 1]!).toBeGreaterThanOrEqual(10 - 1e-9);
    expect(sorted[0]).toBeGreaterThanOrEqual(0);
    expect(sorted.at(-1)).toBeLessThanOrEqual(100);
  });
});

test('no two arms of an experiment look the same', () => {
  for (const experiment of EXPERIMENTS) {
    const looks = [...looksOf(experiment).values()].map(({ colour, dash }) => `${colour} ${dash}`);
    expect(new Set(looks).size, experiment.name).toBe(experiment.arms.length);
  }
});

test('a mean line is of the steps that all lines have', () => {
  expect(
    meanLine([
      [
        [10, 1],
        [20, 3],
      ],
      [[10, 2]],
    ]),
  ).toEqual([[10, 1.5]]);
  expect(meanLine([])).toEqual([]);
});

test('a curve under way becomes the finished one: means of as many neighbours', () => {
  const curve = new CurveBuilder(96);
  const losses = Float64Array.from([4, 2, 3, 1, 9]);
  const none = new Float64Array(5);
  const columns = { tokens: none, lr: none, gradNorm: none, tokensPerSecond: none, phase: new Uint8Array(5) };
  curve.append(wholeColumns({ ...columns, step: Float64Array.from([0, 1, 2, 3, 4]), loss: losses }));
  expect(curve.points).toEqual([
    [1, 3],
    [3, 2],
  ]);
});

test('an experiment shows its own arms and the base', async () => {
  const file = (await recordedFiles())['ci.json'] as {
    preset: string;
    rows: ResultRow[];
    experiment: string;
    chance: never;
  };
  const all = { ...file, traces: file.rows.map(traceOf) };
  const f1 = resultsOf(experimentNamed('f1'), all);
  expect(new Set(f1.rows.map(({ arm }) => arm))).toEqual(new Set(['base', 'pretraining-blend', 'recipe']));
  expect(seedsOf(f1)).toEqual([1, 2, 3, 4, 5]);
  expect(valuesOf(f1, 'recipe', ({ retention }) => retention)).toHaveLength(5);
  expect(chanceOfBenchmarks(f1)).toBeCloseTo((2 / 16 + 2 * 0.25) / 4);
});

test('an address names a sheet, a recipe, or a place on the sheet that is shown', () => {
  expect(viewOf('')).toBe('run');
  expect(viewOf('#v=1&p=ci')).toBe('run');
  expect(viewOf('#run')).toBe('run');
  expect(viewOf('#experiments')).toBe('experiments');
  expect(viewOf('#experiments&x=f3&p=ci')).toBe('experiments');
  expect(viewOf('#chart')).toBeNull();
});
