import { describe, expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import type { Calibration } from '../../src/protocol.ts';
import { planRun } from '../../src/recipe/phases.ts';
import { evaluationsOf, predict } from '../../src/recipe/prediction.ts';

const calibration: Calibration = {
  prepare: 2,
  compile: 3,
  step: 0.1,
  stepLow: 0.08,
  stepHigh: 0.15,
  firstEvaluation: 4,
  evaluation: 1,
  save: 0.5,
  saveEvery: 20,
  sourceTokens: {},
};

describe('how often a run is evaluated', () => {
  test('where its three phases begin and at its end', () => {
    expect(evaluationsOf(planRun(presetConfig('smoke')), 0)).toBe(4);
    const alone = { ...presetConfig('smoke'), continued: null };
    expect(evaluationsOf(planRun(alone), 0)).toBe(2);
  });

  test('every so many steps too, and once where both fall together', () => {
    // 1200 + 240 steps: 0, 120 … 1320 are twelve, the base ends at one of them; the switch and the end are two more.
    const plan = planRun(presetConfig('tiny'));
    expect(plan.switchStep! % 120).not.toBe(0);
    expect(evaluationsOf(plan, 120)).toBe(14);
    // Counted from the continued run's own start.
    expect(evaluationsOf(planRun(presetConfig('tiny'), 'continued'), 7)).toBe(Math.ceil(240 / 7) + 2);
  });
});

describe('the seconds of a run', () => {
  test('are its parts, each as often as it comes', () => {
    const config = presetConfig('tiny');
    const { seconds, parts } = predict(config, planRun(config), calibration);
    expect(parts.start).toBe(5);
    expect(parts.train).toBeCloseTo(144, 9);
    expect(parts.measure).toBe(4 + 13);
    // At four moments, and every 20 of 161 s.
    expect(parts.save).toBe((4 + 8) * 0.5);
    expect(seconds).toBeCloseTo(5 + 144 + 17 + 6, 9);
    expect(predict(config, planRun(config), { ...calibration, evaluation: 2 }).parts.measure).toBe(4 + 2 * 13);
  });

  test('lie between those of its quickest and its slowest steps', () => {
    const config = presetConfig('tiny');
    const { low, seconds, high } = predict(config, planRun(config), calibration);
    expect(low).toBeLessThan(seconds);
    expect(high).toBeGreaterThan(seconds);
    const steady = predict(config, planRun(config), { ...calibration, stepLow: 0.2, stepHigh: 0.05 });
    expect([steady.low, steady.high]).toEqual([steady.seconds, steady.seconds]);
  });
});
