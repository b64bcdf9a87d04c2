import { describe, expect, test } from 'vitest';
import type { ScheduleConfig } from '../../src/config/run.ts';
import { decayOf, finalRate, rate, switchStep } from '../../src/optim/schedule.ts';
import fc from '../property.ts';

const cosine = (peak: number, end: number, more: Partial<ScheduleConfig> = {}): ScheduleConfig => ({
  kind: 'cosine',
  peak,
  end,
  warmupSteps: 0,
  warmupStart: 0,
  decayShare: 0.2,
  decayShape: 'linear',
  ...more,
});

const shape = fc.constantFrom('linear', 'cosine', 'minus_sqrt');
const phase = fc
  .record({
    kind: fc.constantFrom('cosine', 'linear', 'wsd', 'constant'),
    peak: fc.double({ min: 1e-6, max: 1, noNaN: true }),
    endShare: fc.double({ min: 0, max: 1, noNaN: true }),
    steps: fc.integer({ min: 1, max: 3000 }),
    warmupShare: fc.double({ min: 0, max: 0.9, noNaN: true }),
    startShare: fc.double({ min: 0, max: 1, noNaN: true }),
    decayShare: fc.double({ min: 0.01, max: 1, noNaN: true }),
    decayShape: shape,
  })
  .map(({ kind, peak, endShare, steps, warmupShare, startShare, decayShare, decayShape }) => ({
    steps,
    schedule: {
      kind,
      peak,
      end: peak * endShare,
      warmupSteps: Math.floor(warmupShare * steps),
      warmupStart: peak * startShare,
      decayShare,
      decayShape,
    } as ScheduleConfig,
  }));

describe('rate', () => {
  test('has the ends it is given: warm-up start, peak, end', () => {
    fc.assert(
      fc.property(phase, ({ schedule, steps }) => {
        const { kind, peak, end, warmupSteps, warmupStart } = schedule;
        if (warmupSteps > 0) expect(rate(schedule, 0, steps)).toBe(warmupStart);
        if (warmupSteps < steps - 1) expect(rate(schedule, warmupSteps, steps)).toBe(peak);
        expect(finalRate(schedule, steps)).toBe(kind === 'constant' ? peak : end);
        expect(rate(schedule, steps + 5, steps)).toBe(kind === 'constant' ? peak : end);
      }),
      { seed: 1 },
    );
  });

  test('rises in the warm-up and never after', () => {
    fc.assert(
      fc.property(phase, ({ schedule, steps }) => {
        // Rounding of end + (peak − end)·g may rise by an ulp or two where the curve is flat.
        const slack = 4 * Number.EPSILON * schedule.peak;
        const rates = Array.from({ length: steps }, (_, step) => rate(schedule, step, steps));
        const wrong = rates.findIndex((now, step) => {
          if (step === 0) return false;
          const change = now - rates[step - 1]!;
          if (step > schedule.warmupSteps) return !(change <= slack);
          // A phase whose warm-up takes all but its last step has no room for the peak.
          return step < steps - 1 && !(change >= -slack);
        });
        expect(wrong, 'the first step at which it does not').toBe(-1);
      }),
      { numRuns: 60, seed: 2 },
    );
  });

  test('is the paper’s cosine', () => {
    // η(t) = η_min + ½(η_max − η_min)(1 + cos(π t/T)), papers.md §1.8: a half of the way down at half the steps.
    expect(rate(cosine(4.5e-5, 4.5e-7), 150, 301)).toBeCloseTo((4.5e-5 + 4.5e-7) / 2, 12);
    expect(rate(cosine(1, 0), 25, 101)).toBeCloseTo(0.5 * (1 + Math.SQRT1_2), 12);
  });

  test('warms up in a straight line, keeps a WSD stable, and ends it in its shape', () => {
    const wsd = cosine(1, 0, { kind: 'wsd', warmupSteps: 10, warmupStart: 0.2, decayShare: 0.25 });
    expect(rate(wsd, 5, 101)).toBeCloseTo(0.6, 12);
    expect([10, 50, 75].map((step) => rate(wsd, step, 101))).toEqual([1, 1, 1]);
    expect(rate(wsd, 80, 101)).toBeCloseTo(0.8, 12);
    expect(rate({ ...wsd, decayShape: 'minus_sqrt' }, 81, 101)).toBeCloseTo(1 - Math.sqrt(6 / 25), 12);
    expect(rate({ ...wsd, decayShape: 'cosine' }, 100, 101)).toBe(0);
  });

  test('of a decay: its last step at the peak, its length and its shape', () => {
    const wsd = cosine(1, 0, { kind: 'wsd', warmupSteps: 10, decayShare: 0.25, decayShape: 'minus_sqrt' });
    expect(decayOf(wsd, 101)).toEqual({ from: 75, length: 25, shape: 'minus_sqrt' });
    // At least a step, and none before the warm-up is over.
    expect(decayOf({ ...wsd, decayShare: 0.001 }, 101)).toMatchObject({ from: 99, length: 1 });
    expect(decayOf({ ...wsd, decayShare: 1 }, 101)).toMatchObject({ from: 10, length: 90 });
    expect(decayOf({ ...wsd, kind: 'linear' }, 101)).toEqual({ from: 10, length: 90, shape: 'linear' });
    expect(decayOf({ ...wsd, kind: 'cosine' }, 8)).toEqual({ from: 7, length: 0, shape: 'cosine' });
    expect(decayOf({ ...wsd, kind: 'constant' }, 101)).toBe(null);
  });

  test('of a phase of one step is its end', () => expect(rate(cosine(1, 0.1), 0, 1)).toBe(0.1));
});

describe('the switch', () => {
  test('positions of the paper’s Table 9', () => {
    // papers.md §1.9: switch at η_max/f of a cosine to a hundredth, as a share of the decay.
    const steps = 10_001;
    const position = (f: number, more: Partial<ScheduleConfig> = {}) =>
      switchStep(cosine(1, 0.01, more), steps, f)! / (steps - 1);
    const positions = { 1: 0, 2: 0.503, 5: 0.711, 10: 0.805, 50: 0.936 };
    for (const [f, share] of Object.entries(positions)) expect(position(Number(f))).toBeCloseTo(share, 3);
    // The other shapes at a fifth, along their decay: 80.8 % linear, 65.3 % for 1 − √q.
    expect(position(5, { kind: 'linear' })).toBeCloseTo(0.808, 3);
    expect(position(5, { kind: 'wsd', decayShare: 1, decayShape: 'minus_sqrt' })).toBeCloseTo(0.653, 3);
  });

  test('is the first step at or under peak / f, found by search', () => {
    fc.assert(
      fc.property(phase, fc.double({ min: 1, max: 200, noNaN: true }), ({ schedule, steps }, divisor) => {
        const found = switchStep(schedule, steps, divisor);
        let searched: number | null = null;
        for (let step = schedule.warmupSteps; step < steps && searched === null; step++) {
          // What rounding leaves above the threshold has reached it.
          if (rate(schedule, step, steps) <= (schedule.peak / divisor) * (1 + 1e-12)) searched = step;
        }
        expect(found).toBe(searched);
      }),
      { numRuns: 400, seed: 4 },
    );
  });

  test('of a cosine is where the closed form says, within a step', () => {
    const run = fc.record({
      steps: fc.integer({ min: 2, max: 100_000 }),
      f: fc.double({ min: 0.02, max: 1, noNaN: true }),
      m: fc.double({ min: 0, max: 0.019, noNaN: true }),
    });
    fc.assert(
      fc.property(run, ({ steps, f, m }) => {
        const found = switchStep(cosine(1, m), steps, 1 / f)!;
        const closed = (Math.acos((2 * (f - m)) / (1 - m) - 1) / Math.PI) * steps;
        expect(Math.abs(found - closed)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500, seed: 5 },
    );
  });

  test('an end typed as the decimal peak / f is reached, and one a ten-thousandth above it is not', () => {
    const wrong: string[] = [];
    for (let digits = 1; digits <= 99; digits++) {
      for (let power = -6; power <= -1; power++) {
        for (const divisor of [2, 2.5, 4, 5, 8, 10, 20, 25, 50, 100]) {
          const peak = Number(`${digits}e${power}`);
          const end = Number(`${Number((digits / divisor).toPrecision(12))}e${power}`);
          // The last step alone is at the end's rate of a cosine.
          if (switchStep(cosine(peak, end), 60, divisor) !== 59) wrong.push(`${peak}/${divisor} = ${end}`);
          if (switchStep(cosine(peak, end * 1.0001), 60, divisor) !== null)
            wrong.push(`${peak}/${divisor} < ${end * 1.0001}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('does not happen where the rate never falls so far, and ignores the warm-up', () => {
    expect(switchStep(cosine(1, 0.5), 100, 5)).toBe(null);
    expect(switchStep(cosine(1, 0, { kind: 'constant' }), 100, 5)).toBe(null);
    expect(switchStep(cosine(1, 0.2), 100, 5)).toBe(99);
    expect(switchStep(cosine(1, 0, { warmupSteps: 10 }), 100, 1)).toBe(10);
    expect(switchStep(cosine(1, 0, { kind: 'constant' }), 100, 1)).toBe(0);
    expect(switchStep(cosine(1, 0.5), 100, 0.5), 'above the peak is met at once').toBe(0);
    expect(switchStep(cosine(1, 0, { warmupSteps: 100 }), 100, 1), 'nothing comes after the warm-up').toBe(null);
  });
});
