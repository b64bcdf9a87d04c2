import { expect, test } from 'vitest';
import { GENERAL_BLEND_TABLES, PRETRAINING_BLEND, QA_MIX_TABLES, QA_SET_TOKENS } from '../../src/recipe/blends.ts';

const sum = (weights: object) => Object.values(weights).reduce((all: number, weight) => all + Number(weight), 0);

/** Read in a table, measured on a figure, stated in a text, read in code: what may be shown as the paper's own. */
const SHOWN = ['T', 'P', 'S', 'C'];

test('every table is the paper’s own: nothing is a reading by machine or a memory', () => {
  for (const table of [PRETRAINING_BLEND, ...Object.values(GENERAL_BLEND_TABLES), ...Object.values(QA_MIX_TABLES)]) {
    expect(SHOWN, table.name).toContain(table.mark);
    expect(SHOWN, table.name).toContain(table.average.mark);
  }
});

test('tables have their key as name, and add up to 100', () => {
  const all = { pretraining: PRETRAINING_BLEND, ...GENERAL_BLEND_TABLES, ...QA_MIX_TABLES };
  for (const [key, { name, weights }] of Object.entries(all)) {
    expect(name).toBe(key);
    // Bar heights are read to 0.1: ten of them may be off by half a point together (papers.md §8: 99.9–100).
    expect(Math.abs(sum(weights) - 100), key).toBeLessThan(0.5);
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
