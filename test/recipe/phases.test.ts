import { describe, expect, test } from 'vitest';
import { presetConfig, PRESETS } from '../../src/config/presets.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { rate } from '../../src/optim/schedule.ts';
import { phasesOf, planRun } from '../../src/recipe/phases.ts';

const smoke = presetConfig('smoke');
const withSet = (...set: string[]) => resolveConfig({ preset: 'smoke', set });

describe('a run in one go', () => {
  test.each(PRESETS)('$name: phases follow each other without a gap and cover every step', ({ config }) => {
    const { phases, firstStep, endStep } = planRun(config);
    let next = firstStep;
    for (const phase of phases) {
      expect(phase.firstStep).toBe(next);
      expect(phase.steps).toBeGreaterThan(0);
      next += phase.steps;
    }
    expect([firstStep, next, endStep]).toEqual([0, endStep, config.base.steps + (config.continued?.steps ?? 0)]);
  });

  test('goes on at the rate where the base ended, and falls to a hundredth of it', () => {
    const plan = planRun(smoke);
    expect(plan.at(239)).toMatchObject({ phase: { name: 'base' }, lr: 8e-4 });
    expect(plan.at(240)).toMatchObject({ phase: { name: 'general' }, lr: 8e-4, blend: smoke.continued!.general });
    expect(plan.at(299)).toMatchObject({ phase: { name: 'qa' }, lr: 8e-6, blend: smoke.continued!.qa });
  });

  test('changes the blend where the rate has fallen to a fifth', () => {
    const { switchStep, at } = planRun(smoke);
    expect(at(switchStep! - 1).lr).toBeGreaterThan(8e-4 / 5);
    expect(at(switchStep!).lr).toBeLessThanOrEqual(8e-4 / 5);
    expect(Math.abs(switchStep! - 240 - 0.71131 * 60)).toBeLessThanOrEqual(1);
    expect([at(switchStep! - 1), at(switchStep!)].map(({ phase }) => phase.name)).toEqual(['general', 'qa']);
  });

  test('the switch can be from the start, never, or at a share of the steps', () => {
    const names = (...set: string[]) => phasesOf(withSet(...set)).map(({ name, steps }) => `${name} ${steps}`);
    expect(names('continued.switchDivisor=1')).toEqual(['base 240', 'qa 60']);
    expect(names('continued.switchDivisor=0')).toEqual(['base 240', 'general 60']);
    expect(names('continued.switchShare=0.5')).toEqual(['base 240', 'general 30', 'qa 30']);
    expect(names('continued.switchShare=0')).toEqual(['base 240', 'qa 60']);
    expect(names('continued.switchShare=1')).toEqual(['base 240', 'general 60']);
    // To the nearest of 60 steps: 30.48, 30.504, and 59.52, which is past the last.
    expect(names('continued.switchShare=0.508')).toEqual(['base 240', 'general 30', 'qa 30']);
    expect(names('continued.switchShare=0.5084')).toEqual(['base 240', 'general 31', 'qa 29']);
    expect(names('continued.switchShare=0.991')).toEqual(['base 240', 'general 59', 'qa 1']);
    expect(names('continued.switchShare=0.992')).toEqual(['base 240', 'general 60']);
    expect(names('continued=off')).toEqual(['base 240']);
    expect(planRun(withSet('continued.switchDivisor=0')).switchStep).toBe(null);
  });
});

describe('in parts', () => {
  test('base and continued part together are the whole run, step for step', () => {
    const whole = planRun(smoke);
    const [base, continued] = [planRun(smoke, 'base'), planRun(smoke, 'continued')];
    expect([base.firstStep, base.endStep, continued.firstStep, continued.endStep]).toEqual([0, 240, 240, 300]);
    for (let step = 0; step < 300; step++) {
      expect((step < 240 ? base : continued).at(step)).toEqual(whole.at(step));
    }
    expect(continued.switchStep).toBe(whole.switchStep);
  });

  test('a step outside the part, or a part that is off, is an error', () => {
    expect(() => planRun(smoke, 'continued').at(239)).toThrow(/Step 239 is outside this run's 240 … 299/);
    expect(() => planRun(smoke).at(300)).toThrow(RangeError);
    expect(() => planRun(withSet('continued=off'), 'continued')).toThrow(/continued part of this run has no steps/);
  });

  test('rates are those of each phase’s own schedule', () => {
    const config = withSet('base.schedule.kind=wsd', 'continued.schedule.kind=linear');
    const { at, tokensPerStep } = planRun(config);
    expect(tokensPerStep).toBe(256);
    for (const step of [0, 5, 100, 239]) expect(at(step).lr).toBe(rate(config.base.schedule, step, 240));
    for (const step of [240, 270, 299]) expect(at(step).lr).toBe(rate(config.continued!.schedule, step - 240, 60));
  });
});
