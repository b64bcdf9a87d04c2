/** Every setting and every number that is drawn says what it means and where that is known from. */
import { describe, expect, test } from 'vitest';
import type { Source } from '../../src/config/option.ts';
import { BLENDS, OPTIONS } from '../../src/config/options.ts';
import { METRICS } from '../../src/ui/metrics.ts';

/** Longest explanation: what is read at a glance, in four lines of a tip. */
const LONGEST = 200;

function expectExplained(explanation: string): void {
  expect(explanation.length).toBeGreaterThan(15);
  expect(explanation.length).toBeLessThanOrEqual(LONGEST);
  expect(explanation).toMatch(/^([A-Z`η]|d, ).*\.$/su);
}

/** The paper's or the model's own, with the section of the notes where it was read and how well it is backed; or ours. */
function expectSource({ from, notes, mark }: Source): void {
  // Our own choices have no paper to name; their reasons stand in the explanation.
  if (from === 'this project' && notes === undefined) return;
  if (from === 'this project') return expect(notes).toMatch(/^toy-world\.md §\d/);
  expect(notes).toMatch(/^papers\.md §\d/);
  expect(mark).toBeDefined();
}

describe('settings', () => {
  test.each([...OPTIONS, ...BLENDS].map((option) => [option.key, option] as const))('%s', (_, { explanation, source }) => {
    expectExplained(explanation);
    expectSource(source);
  });
});

describe('numbers', () => {
  test.each(Object.entries(METRICS))('%s', (_, { explanation, source }) => {
    expectExplained(explanation);
    // A section of the notes, or a formula.
    expect(source).toMatch(/papers\.md §\d|[=‖Σ]/);
  });
});
