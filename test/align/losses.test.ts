/** The losses of alignment in doubles: their derivatives, limits and rests. */
import { describe, expect, it } from 'vitest';
import {
  distances,
  dpoLoss,
  maskedSftLoss,
  maskedSquaredError,
  pairLoss,
  policyGap,
  rpoLoss,
  type Slope,
} from '../../src/align/losses.ts';
import fc from '../property.ts';

/** Central differences in f64: with step 1e-5 truncation and rounding are some 1e-10 of values of order 1 … 100. */
const step = 1e-5;
const tolerance = 1e-6;
const slopeOf = (loss: (x: number) => number, x: number): number => (loss(x + step) - loss(x - step)) / (2 * step);
const near = (got: number, want: number): void =>
  expect(Math.abs(got - want)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(want)));

const gap = fc.double({ min: -20, max: 20, noNaN: true });
const positive = fc.double({ min: 0.01, max: 2, noNaN: true });

describe('losses of pairs', () => {
  it('have the derivatives of finite differences', () => {
    fc.assert(
      fc.property(gap, gap, positive, positive, (delta, rewardGap, beta, eta) => {
        near(
          dpoLoss(delta, beta).slope,
          slopeOf((d) => dpoLoss(d, beta).loss, delta),
        );
        for (const distance of distances) {
          const of = (d: number): Slope => rpoLoss(d, rewardGap, beta, eta, distance);
          near(
            of(delta).slope,
            slopeOf((d) => of(d).loss, delta),
          );
        }
      }),
    );
  });

  it('are at rest where the policy’s gap is the reward’s, to the bit where a = b', () => {
    for (const distance of ['backward', 'forward', 'squared'] as const) {
      const { loss, slope } = rpoLoss(3, 1.5, 0.5, 1, distance);
      expect(Math.abs(loss)).toBeLessThan(1e-15); // a difference of logarithms near 1
      expect(slope).toBeCloseTo(0, 15);
    }
    expect(rpoLoss(3, 1.5, 0.5, 1, 'backward').slope).toBe(0);
    expect(rpoLoss(1, 7, 0.5, 1, 'ipo')).toEqual({ loss: 0, slope: 0 });
  });

  it('go over into DPO where the reward is certain', () => {
    fc.assert(
      fc.property(gap, positive, (delta, beta) => {
        const [rpo, dpo] = [rpoLoss(delta, Infinity, beta, 1, 'backward'), dpoLoss(delta, beta)];
        expect(rpo.loss).toBeCloseTo(dpo.loss, 12);
        expect(rpo.slope).toBeCloseTo(dpo.slope, 12);
        // 40 nats are certain to 4e-18.
        expect(rpoLoss(delta, 40 / beta, beta, beta, 'backward').loss).toBeCloseTo(dpo.loss, 12);
      }),
    );
  });

  it('pass on to both answers, and the SFT weight to the chosen one', () => {
    const [policy, reference] = [
      { chosen: -3, rejected: -5 },
      { chosen: -4, rejected: -4.5 },
    ];
    expect(policyGap(policy, reference)).toBe(1.5);
    const of = (chosen: number, rejected: number) =>
      pairLoss({ chosen, rejected }, reference, (delta) => dpoLoss(delta, 0.3), 0.05);
    const { slopes } = of(-3, -5);
    near(
      slopes.chosen,
      slopeOf((x) => of(x, -5).loss, -3),
    );
    near(
      slopes.rejected,
      slopeOf((x) => of(-3, x).loss, -5),
    );
    expect(slopes.chosen + slopes.rejected).toBeCloseTo(-0.05, 15);
  });
});

describe('masked losses', () => {
  it('count what is not masked and give the rest gradient 0', () => {
    const logProbs = [-1, -2, -4, -8];
    const { loss, slopes } = maskedSftLoss(logProbs, [false, true, false, true]);
    expect(loss).toBe(5);
    expect(slopes).toEqual([0, -0.5, 0, -0.5]);
    expect(maskedSftLoss(logProbs, [0, 0, 0, 0]).loss).toBe(0);
  });

  it.each([5, 9])('of %i attributes have the derivatives of finite differences', (outputs) => {
    const predicted = Array.from({ length: 3 * outputs }, (_, i) => Math.sin(i) * 3);
    const labels = predicted.map((_, i) => i % 5);
    const mask = predicted.map((_, i) => i % 4 !== 1);
    const { slopes } = maskedSquaredError(predicted, labels, mask);
    predicted.forEach((value, i) => {
      near(
        slopes[i]!,
        slopeOf((x) => maskedSquaredError(predicted.with(i, x), labels, mask).loss, value),
      );
      if (!mask[i]) expect(slopes[i]).toBe(0);
    });
    expect(
      maskedSquaredError(
        predicted,
        labels,
        mask.map(() => false),
      ).loss,
    ).toBe(0);
  });
});
