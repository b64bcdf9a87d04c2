import { describe, expect, test } from 'vitest';
import type { StepMetrics } from '../../src/train/engine/engine.ts';
import { beginPhase, judge, newHealth, type StepVerdict } from '../../src/train/run/health.ts';
import { randomNormal, randomUniform } from '../../src/util/random.ts';

const row = (step: number, loss: number, clip = 1, gradNorm = 0.5): StepMetrics => ({
  step,
  loss,
  gradNorm,
  clip,
  lr: 1e-3,
  update: clip > 0 ? 'made' : clip === 0 ? 'suppressed' : 'partial',
});

/** A descent from 6 to `end` nats with noise of `sigma`, the shape of a run's losses. */
const descent =
  (seed: number, sigma: number, end = 2) =>
  (step: number) =>
    end + (6 - end) * Math.exp(-step / 300) + sigma * randomNormal(seed, 1, step);

function verdicts(losses: (step: number) => number, steps: number): StepVerdict[] {
  const health = newHealth();
  return Array.from({ length: steps }, (_, step) => judge(health, row(step, losses(step))));
}

describe('bad numbers', () => {
  test('are named, counted in a row, and leave the mean alone', () => {
    const health = newHealth();
    for (let step = 0; step < 60; step++) judge(health, row(step, 3));
    const before = { ...health };
    expect(judge(health, row(60, Number.NaN, 0))).toEqual({ kind: 'bad', what: 'the loss (NaN)', inARow: 1 });
    expect(judge(health, row(61, 3, 0, Infinity))).toEqual({
      kind: 'bad',
      what: 'the gradient norm (Infinity)',
      inARow: 2,
    });
    expect(judge(health, row(62, 3, -1))).toEqual({ kind: 'bad', what: 'a weight or moment', inARow: 3 });
    expect(health).toEqual({ ...before, badInARow: 3 });
    expect(judge(health, row(63, 3))).toEqual({ kind: 'fine' });
    expect(health.badInARow).toBe(0);
    expect(judge(health, row(64, NaN, 0, NaN))).toMatchObject({
      what: 'the loss (NaN) and the gradient norm (NaN)',
      inARow: 1,
    });
  });
});

describe('spikes', () => {
  test('none in 30,000 clean steps, whatever the noise', () => {
    for (const [seed, sigma] of [0, 0.01, 0.05, 0.2, 0.5, 0.7].entries()) {
      expect(
        verdicts(descent(seed, sigma, 4), 30_000).filter(({ kind }) => kind !== 'fine'),
        `noise ${sigma}`,
      ).toEqual([]);
    }
    // A task learnt by heart: the loss is small and its noise is of its own size.
    const small = (step: number) => 0.02 * randomUniform(9, 1, step) ** 2;
    expect(verdicts(small, 30_000).every(({ kind }) => kind === 'fine')).toBe(true);
  });

  test('a jump that lasts is one alarm, in its second step', () => {
    for (const [seed, sigma] of [0, 0.05, 0.2].entries()) {
      for (const lasting of [2, 20, 1000]) {
        const clean = descent(seed, sigma);
        const found = verdicts((step) => clean(step) + (step >= 700 && step < 700 + lasting ? 2.5 : 0), 2000);
        const alarms = found.flatMap(({ kind }, step) => (kind === 'spike' ? [step] : []));
        expect(alarms, `noise ${sigma}, ${lasting} steps`).toEqual([701]);
      }
    }
  });

  test('twice the mean is one even where the noise is large', () => {
    const noisy = descent(5, 0.5, 1.5);
    const found = verdicts((step) => (step === 900 || step === 901 ? 4.2 : noisy(step)), 1000);
    expect(found[901]).toMatchObject({ kind: 'spike', to: 4.2 });
  });

  test('an odd batch is none, however high, and leaves the mean alone', () => {
    const clean = descent(3, 0.1);
    const odd = verdicts((step) => clean(step) + (step % 100 === 99 ? 5 : 0), 2000);
    expect(odd.filter(({ kind }) => kind !== 'fine')).toEqual([]);
    const [alone, beside] = [newHealth(), newHealth()];
    for (let step = 0; step < 200; step++) for (const one of [alone, beside]) judge(one, row(step, clean(step)));
    judge(beside, row(200, 9));
    expect(beside).toEqual({ ...alone, highInARow: 1 });
  });

  test('not while the run is young, nor for the jump to another blend', () => {
    expect(verdicts((step) => (step < 30 ? 3 : 8), 40).every(({ kind }) => kind === 'fine')).toBe(true);
    const health = newHealth();
    for (let step = 0; step < 500; step++) judge(health, row(step, 2));
    beginPhase(health);
    for (let step = 500; step < 1000; step++) expect(judge(health, row(step, 4)).kind).toBe('fine');
  });
});
