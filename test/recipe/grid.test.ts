import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import {
  cellConfig,
  checkGrid,
  gridCells,
  type GridRow,
  gridTable,
  proposedGrid,
  roundedTokens,
} from '../../src/recipe/grid.ts';

const smoke = presetConfig('smoke');

it('is proposed about the recipe: five rates, half its batch and its own, a tenth of its steps', () => {
  const { base, batch } = smoke;
  const at = (peak: number, steps: number, sequences: number) =>
    proposedGrid({
      ...smoke,
      base: { ...base, steps, schedule: { ...base.schedule, peak } },
      batch: { ...batch, sequences, accumulation: 2 },
    });
  expect(at(2e-3, 4000, 8)).toEqual({
    rates: [5e-4, 1e-3, 2e-3, 4e-3, 8e-3],
    batches: [4, 8],
    tokens: 400 * 8 * batch.length * 2,
  });
  // No rate above 1, no batch of nothing, no fewer than a hundred steps.
  expect(at(0.5, 300, 1)).toEqual({ rates: [0.125, 0.25, 0.5, 1], batches: [1], tokens: 100 * batch.length * 2 });
});

describe('a cell of a grid', () => {
  it('trains the tokens asked for whatever its batch, on the preset’s schedule scaled', () => {
    for (const sequences of [2, 4, 8]) {
      const { base, batch, continued, seed } = cellConfig(smoke, { rate: 2e-3, sequences, seed: 7 }, 51_200);
      expect(base.steps * sequences * batch.length).toBe(51_200);
      expect([seed, continued, batch.sequences]).toEqual([7, null, sequences]);
      expect(base.schedule.peak).toBe(2e-3);
      expect(base.schedule.end / base.schedule.peak).toBeCloseTo(
        smoke.base.schedule.end / smoke.base.schedule.peak,
        12,
      );
      expect(base.schedule.warmupSteps / base.steps).toBeCloseTo(0.05, 2);
    }
  });

  it('counts every micro-batch, and begins its warm-up at the same share of its peak', () => {
    const { base, batch } = smoke;
    const schedule = { ...base.schedule, warmupStart: base.schedule.peak / 4 };
    const config = { ...smoke, base: { ...base, schedule }, batch: { ...batch, accumulation: 2 } };
    const cell = cellConfig(config, { rate: 2 * base.schedule.peak, sequences: 4, seed: 7 }, 51_200).base;
    expect(cell.steps * 4 * batch.length * 2).toBe(51_200);
    expect(cell.schedule.warmupStart).toBeCloseTo(base.schedule.peak / 2, 12);
  });

  it('that cannot be trained is refused before anything is', () => {
    const plan = { rates: [1e-3], batches: [4], tokens: 51_200, seeds: [1] };
    expect(() => checkGrid(smoke, plan)).not.toThrow();
    expect(() => checkGrid(smoke, { ...plan, tokens: 300 })).toThrow(/300 tokens.*warm-up/);
    expect(() => checkGrid(smoke, { ...plan, rates: [5] })).toThrow(/peak/);
    expect(() => checkGrid(smoke, { ...plan, rates: [] })).toThrow(/at least one/);
    expect(() => checkGrid(smoke, { ...plan, batches: Array.from({ length: 50 }, (_, i) => i + 1) })).toThrow(
      /at most 40 cells/,
    );
  });
});

describe('tokens that are no whole number of steps', () => {
  const config = presetConfig('ci');
  const perStep = (sequences: number) => sequences * config.batch.length * config.batch.accumulation;
  const of = (tokens: number) => roundedTokens(config, { rates: [1e-3], batches: [2, 4], tokens, seeds: [1] });

  it('are told with what is taken instead, and a whole number is not', () => {
    expect(of(perStep(4) * 10)).toBeNull();
    expect(of(perStep(2) * 5)).toMatch(
      new RegExp(`^${perStep(2) * 5} tokens .*: runs take ${perStep(4) * 3} with 4 rows\\.$`),
    );
    const cell = cellConfig(config, { rate: 1e-3, sequences: 4, seed: 1 }, perStep(2) * 5);
    expect(cell.base.steps * perStep(4)).toBe(perStep(4) * 3);
  });
});

describe('what a grid shows', () => {
  const row = (rate: number, seed: number, loss: number | null): GridRow => ({ rate, sequences: 4, seed, loss });
  const rows = [
    row(1e-3, 1, 3.0),
    row(1e-3, 2, 3.2),
    row(1e-3, 3, 3.1),
    // Within the noise of the first: better in one seed.
    row(2e-3, 1, 3.05),
    row(2e-3, 2, 3.19),
    row(2e-3, 3, 3.16),
    // Worse in every seed by nearly the same.
    row(4e-3, 1, 3.3),
    row(4e-3, 2, 3.51),
    row(4e-3, 3, 3.4),
    row(8e-3, 1, 3.4),
    row(8e-3, 2, null),
    row(8e-3, 3, 3.0),
  ];

  it('is a best cell, ties that no interval tells from it, and cells that are worse', () => {
    const cells = gridCells(rows);
    expect(cells.map(({ rate, standing }) => [rate, standing])).toEqual([
      [1e-3, 'best'],
      [2e-3, 'tie'],
      [4e-3, 'worse'],
      [8e-3, 'diverged'],
    ]);
    expect(cells[0]!.mean).toBeCloseTo(3.1, 12);
    expect(cells[0]!.standardError).toBeCloseTo(0.1 / Math.sqrt(3), 12);
    expect(cells[2]!.difference!.mean).toBeCloseTo(0.30333, 4);
    const table = gridTable({ tokens: 1000 }, rows);
    const more = gridTable({ tokens: 1000 }, [...rows.toReversed(), { ...rows[0]!, sequences: 2, rate: 4e-4 }]);
    expect(more.split('\n').slice(0, 4)).toEqual([
      ...['| peak rate | 2 rows | 4 rows |', '| --- | --- | --- |'],
      expect.stringMatching(/^\| 0\.000400 \| \*\*3\.0000\*\* best \|  \|$|^\| 0\.000400 \| 3\.0000 .* \|  \|$/),
      expect.stringMatching(/^\| 0\.00100 \|  \| /),
    ]);
    expect(table).toContain('| 0.00100 | **3.1000 ± 0.0577** best |');
    expect(table).toMatch(/\| 0\.00200 \|.* tie \|/);
    expect(table).toContain('| 0.00800 | diverged (1 of 3) |');
  });

  it('is nothing from one seed, and no best that lacks seeds the others have', () => {
    expect(gridCells([row(1e-3, 1, 3), row(2e-3, 1, 2)]).map(({ standing }) => standing)).toEqual(['one seed', 'best']);
    const unfinished = [...rows.slice(0, 6), row(5e-4, 1, 2.5)];
    expect(gridCells(unfinished).find(({ rate }) => rate === 5e-4)!.standing).toBe('one seed');
  });
});
