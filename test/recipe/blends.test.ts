import { expect, test } from 'vitest';
import {
  GENERAL_BLEND_TABLES,
  mayBeShown,
  PRETRAINING_BLEND,
  QA_BLEND_TABLES,
  QA_MIX_TABLES,
  QA_SET_TOKENS,
} from '../../src/recipe/blends.ts';

const sum = (weights: object) => Object.values(weights).reduce((all: number, weight) => all + Number(weight), 0);

test('what was read or measured may be shown as the paper’s; readings by machine and memories may not', () => {
  expect((['T', 'P', 'S', 'C'] as const).map(mayBeShown)).toEqual([true, true, true, true]);
  expect((['V', 'M', 'M?', 'D'] as const).map(mayBeShown)).toEqual([false, false, false, false]);
  expect(Object.values(QA_BLEND_TABLES).some(({ mark }) => mayBeShown(mark))).toBe(false);
  for (const table of [PRETRAINING_BLEND, ...Object.values(GENERAL_BLEND_TABLES), ...Object.values(QA_MIX_TABLES)]) {
    expect([table.mark, table.average.mark].every(mayBeShown), table.name).toBe(true);
  }
});

test('tables have their key as name, and complete ones add up to 100', () => {
  const all = { pretraining: PRETRAINING_BLEND, ...GENERAL_BLEND_TABLES, ...QA_MIX_TABLES, ...QA_BLEND_TABLES };
  for (const [key, { name, weights }] of Object.entries(all)) {
    expect(name).toBe(key);
    const complete = Object.values(weights).every((weight) => typeof weight === 'number');
    // Bar heights are read to 0.1: ten of them may be off by half a point together (papers.md §8: 99.9–100).
    if (complete) expect(Math.abs(sum(weights) - 100), key).toBeLessThan(0.5);
  }
});

test('the paper’s structure holds between the tables', () => {
  const { 'no-web': noWeb, 'upweight-non-web': upweight, 'reweight-domains': reweight } = GENERAL_BLEND_TABLES;
  // papers.md §1.5: the chosen blend is "no web" scaled by 58/70 with 12 % web put back; reweighting scales English by 80/70.
  for (const kind of ['books', 'news', 'papers', 'encyclopedia', 'legal', 'finance', 'misc'] as const) {
    expect(upweight.weights[kind] - (noWeb.weights[kind] * 58) / 70, kind).toBeCloseTo(0, 0);
    expect(Math.abs(reweight.weights[kind] - (PRETRAINING_BLEND.weights[kind] * 80) / 70), kind).toBeLessThan(0.15);
  }
  // papers.md §1.6: the best QA mix is the one in proportion to the set's sizes.
  const total = sum(QA_SET_TOKENS);
  for (const [category, tokens] of Object.entries(QA_SET_TOKENS)) {
    const natural = (100 * tokens) / total;
    const { weights } = QA_MIX_TABLES['stem-chat'];
    expect(Math.abs(weights[category as keyof typeof weights] - natural), category).toBeLessThan(0.3);
  }
});
