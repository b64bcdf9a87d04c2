/** A batch ramp: the steps and tokens of its stages by a plain count, the rate by tokens, and how it is written. */
import { describe, expect, test } from 'vitest';
import { describeDifference } from '../../src/config/difference.ts';
import { batchStages } from '../../src/config/ramp.ts';
import { presetConfig } from '../../src/config/presets.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import type { BatchConfig, RampStage, RunConfig } from '../../src/config/run.ts';
import { decodeHash, encodeHash } from '../../src/config/url.ts';
import { estimate } from '../../src/model/estimate.ts';
import { rate, remaining } from '../../src/optim/schedule.ts';
import { baseMetadata, configureFromBase, parseBaseMetadata } from '../../src/recipe/baseCheckpoint.ts';
import { planRun } from '../../src/recipe/phases.ts';
import fc from '../property.ts';

const smoke = presetConfig('smoke');
const ramped = (ramp: string, ...set: string[]): RunConfig =>
  resolveConfig({ preset: 'smoke', set: ['batch.accumulation=3', `base.batchRamp=${ramp}`, ...set] });

/** Rows of every step: a step is of the stage in which the rows before it end, counted one by one. */
function plainCount(steps: number, { sequences, accumulation }: BatchConfig, ramp: readonly RampStage[]): number[] {
  const whole = sequences * accumulation;
  const left = 1 - ramp.reduce((sum, { share }) => sum + share, 0);
  const all = steps / ramp.reduce((sum, one) => sum + one.share / one.sequences, left / whole);
  const rows: number[] = [];
  let taken = 0;
  while (rows.length < steps) {
    let [end, size] = [0, whole];
    for (const one of ramp) {
      end += one.share * all;
      if (taken < end - 1e-6) {
        size = one.sequences;
        break;
      }
    }
    rows.push(size);
    taken += size;
  }
  return rows;
}

describe('stages', () => {
  test('have the steps of a plain count, whose rows are the place in the data', () => {
    let grown = 0;
    fc.assert(
      fc.property(
        fc.record({ steps: fc.integer({ min: 1, max: 400 }), B: fc.integer({ min: 1, max: 6 }) }),
        fc.uniqueArray(fc.integer({ min: 1, max: 11 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.double({ min: 0.001, max: 0.24, noNaN: true }), { minLength: 4, maxLength: 4 }),
        ({ steps, B }, micros, shares) => {
          const ramp = micros.toSorted((a, b) => a - b).map((n, i) => ({ sequences: n * B, share: shares[i]! }));
          const batch = { sequences: B, length: 7, accumulation: 12 };
          const config = { ...smoke, batch, base: { ...smoke.base, steps, batchRamp: ramp } };
          const plan = planRun(config);
          const rows = plainCount(steps, batch, ramp);
          let tokens = 0;
          for (const [step, count] of rows.entries()) {
            expect(plan.at(step).accumulation * B).toBe(count);
            expect(plan.tokensBefore(step)).toBe(tokens);
            expect(plan.stepOf(tokens)).toBeCloseTo(step, 9);
            tokens += count * 7;
          }
          // What follows takes the whole batch, however short the base was.
          for (let step = steps; step < plan.endStep; step++) {
            expect(plan.at(step).accumulation).toBe(12);
            expect(plan.tokensBefore(step)).toBe(tokens + (step - steps) * 12 * B * 7);
          }
          expect(estimate(config).tokens).toBe(plan.tokensBefore(plan.endStep));
          if (plan.stages.length > 2) grown++;
        },
      ),
    );
    expect(grown).toBeGreaterThan(20);
  });

  test("are the 15B report's: 200, 200 and 7,600 billion tokens in batches of 384, 768 and 1152", () => {
    const steps = [200e9, 200e9, 7600e9].map((tokens, i) => tokens / (384 * (i + 1) * 4096));
    const all = Math.round(steps.reduce((sum, one) => sum + one));
    const batchRamp = [384, 768].map((sequences) => ({ sequences, share: 0.025 }));
    const stages = batchStages(
      { sequences: 384, length: 4096, accumulation: 3 },
      { ...smoke.base, steps: all, batchRamp },
    );
    expect(stages.map(({ sequences }) => sequences)).toEqual([384, 768, 1152]);
    // To a step: the report's own are 127, 64 and 1,610 thousand.
    for (const [i, first] of [0, steps[0]!, steps[0]! + steps[1]!].entries())
      expect(Math.abs(stages[i]!.firstStep - first)).toBeLessThanOrEqual(1.5);
  });
});

test('the rate follows tokens between the same corners: the end of the warm-up and the last step', () => {
  for (const kind of ['cosine', 'linear', 'wsd', 'constant'] as const) {
    const config = ramped('4:0.1,8:0.2', `base.schedule.kind=${kind}`, 'base.schedule.warmupSteps=20');
    const { at, tokensBefore, tokensPerStep } = planRun(config);
    const { peak, end, decayShare } = config.base.schedule;
    const [warm, last] = [tokensBefore(20), tokensBefore(239)];
    const length = Math.round((decayShare * tokensBefore(240)) / tokensPerStep) * tokensPerStep;
    for (let step = 0; step < 240; step++) {
      const tokens = tokensBefore(step);
      const q = kind === 'wsd' ? Math.max(0, tokens - (last - length)) / length : (tokens - warm) / (last - warm);
      const down = kind === 'constant' ? 1 : remaining(kind === 'wsd' ? 'linear' : kind, q);
      const wanted = step < 20 ? (peak * tokens) / warm : end + (peak - end) * down;
      if (kind !== 'constant' || step >= 20)
        expect(at(step).lr, `${kind} ${step}`).toBeCloseTo(kind === 'constant' ? peak : wanted, 14);
    }
    expect(at(20).lr).toBe(peak);
    expect(at(239).lr).toBe(kind === 'constant' ? peak : end);
    // By steps it would be another.
    if (kind !== 'constant')
      expect(at(120).lr).not.toBeCloseTo(rate(config.base.schedule, kind === 'wsd' ? 230 : 120, 240), 6);
  }
});

describe('is written', () => {
  test('as one word, in a link and as JSON, and comes back', () => {
    const config = ramped('4:0.025,8:0.025');
    expect(config.base.batchRamp).toEqual([
      { sequences: 4, share: 0.025 },
      { sequences: 8, share: 0.025 },
    ]);
    expect(encodeHash(config)).toBe('#v=1&p=smoke&batch.accumulation=3&base.batchRamp=4:0.025%2C8:0.025');
    expect(decodeHash(encodeHash(config))).toEqual({ config, problems: [] });
    expect(resolveConfig({ file: JSON.parse(JSON.stringify(config)) })).toEqual(config);
    expect(describeDifference(config, smoke)).toBe('micro-batches 1→3, base batch ramp none→4:0.025,8:0.025');
  });

  test('none leaves nothing behind', () => {
    const config = resolveConfig({
      file: { ...ramped('4:0.1') },
      set: ['base.batchRamp=none', 'batch.accumulation=1'],
    });
    expect(JSON.stringify(config)).toBe(JSON.stringify(smoke));
    expect(resolveConfig({ preset: 'smoke', file: { base: { batchRamp: null } } })).toEqual(smoke);
  });

  test.each([
    ['8:0.1,4:0.1', 'base.batchRamp is 8:0.1,4:0.1: it must be none, or stages such as'],
    ['4:0.5,8:0.5', 'below 1 together'],
    ['4:0', 'base.batchRamp is 4:0: it must be'],
    ['4', 'base.batchRamp is "4": it must be'],
    ['', 'it must be none'],
    ['6:0.1', 'a stage of 6 sequences: it must be a multiple of batch.sequences (4) below the whole batch of 12'],
    ['4:0.1,12:0.1', 'a stage of 12 sequences'],
    [Array.from({ length: 9 }, (_, i) => `${4 * (i + 1)}:0.01`).join(), 'it must be none'],
  ])('%s is refused', (ramp, problem) => {
    expect(() => ramped(ramp)).toThrow(problem);
  });

  test('in a base’s record, from which a run in another batch continues', () => {
    const made = ramped('4:0.1,8:0.2');
    const meta = baseMetadata(made, 'a'.repeat(64));
    expect(meta.tokens).toBe(planRun(made).tokensBefore(240));
    const read = parseBaseMetadata(JSON.parse(JSON.stringify(meta)));
    expect(read).toEqual(meta);
    const config = resolveConfig({
      preset: 'smoke',
      set: ['batch.sequences=5'],
      from: (preset) => configureFromBase(read, preset),
    });
    expect(config.base.batchRamp).toEqual(made.base.batchRamp);
    const plan = planRun(config, 'continued');
    expect([plan.at(240).accumulation, plan.at(299).accumulation]).toEqual([1, 1]);
  });
});
