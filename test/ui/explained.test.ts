/** Every setting and every number that is drawn says what it means and where that is known from. */
import { describe, expect, test } from 'vitest';
import type { SettingSource } from '../../src/config/option.ts';
import { BLENDS, OPTIONS } from '../../src/config/options.ts';
import { type Metric, METRICS } from '../../src/ui/words/metrics.ts';

/** Longest explanation: what is read at a glance, in four lines of a tip. */
const LONGEST = 200;

function expectExplained(explanation: string): void {
  expect(explanation.length).toBeGreaterThan(15);
  expect(explanation.length).toBeLessThanOrEqual(LONGEST);
  expect(explanation).toMatch(/^([A-Z`η]|d, ).*\.$/su);
}

/** The paper's, with a place in it; the model's own; or ours, whose reasons stand in the explanation. Nothing less well backed is shown. */
function expectSource({ from, where, mark }: SettingSource): void {
  if (from === 'this project') return;
  expect(mark).toMatch(/^[TSPC]$/);
  if (from === "Reuse, Don't Retrain") expect(where).toMatch(/^(Figures?|Tables?) \d|^base model$|^the recipe$/);
}

describe('settings', () => {
  test.each([...OPTIONS, ...BLENDS].map((option) => [option.key, option] as const))(
    '%s',
    (_, { explanation, source }) => {
      expectExplained(explanation);
      expectSource(source);
    },
  );
});

describe('numbers', () => {
  test.each(Object.entries(METRICS))('%s', (_, metric: Metric) => {
    expectExplained(metric.explanation);
    if (metric.source) expectSource(metric.source);
    else expect(metric.formula).toMatch(/[=‖Σ]/);
  });
});
