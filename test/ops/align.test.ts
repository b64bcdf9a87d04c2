/** What pairs of answers and labelled ones lose: kernels against doubles, those against finite differences. */
import { describe, it } from 'vitest';
import { pairMeasures } from '../../src/ops/align/pairMeasures.ts';
import { preference, preferenceKinds } from '../../src/ops/align/preference.ts';
import { rewardLoss } from '../../src/ops/align/rewardLoss.ts';
import { checkOp } from './checkOp.ts';

/** Gaps from near ties to certain ones; every fifth pair fills a batch up. */
const pairs = (P: number) => ({
  logProbs: { shape: [2 * P], value: (i: number) => -3 - 5 * Math.sin(7 * i) },
  references: { shape: [2 * P], value: (i: number) => -4 - 3 * Math.cos(5 * i) },
  counts: { shape: [2 * P], value: (i: number) => (Math.floor(i / 2) % 5 === 4 ? 0 : 1) },
});
const rewards = (P: number) => ({ rewards: { shape: [2 * P], value: (i: number) => 4 * Math.sin(i) } });

describe('preference', () => {
  it.each(preferenceKinds)('%s', (kind) =>
    checkOp({
      inputs: { ...pairs(70), ...rewards(70) },
      record: (g, { logProbs, references, counts, rewards: r }) =>
        preference(
          g,
          { logProbs: logProbs!, references: references!, rewards: r!, counts: counts! },
          { kind, beta: 0.3, eta: 0.7, sftWeight: 0.05 },
        ),
      differentiate: ['logProbs'],
      outputs: ['pair slopes'],
    }),
  );
});

describe('pairMeasures', () => {
  it('are those of pairs that count', () =>
    checkOp({
      inputs: pairs(70),
      record: (g, { logProbs, references, counts }) =>
        pairMeasures(g, { logProbs: logProbs!, references: references!, counts: counts! }).chosen,
      outputs: ['rejected', 'chosen gain', 'rejected gain', 'right'],
      forwardOnly: true,
    }));
});

describe('rewardLoss', () => {
  it.each([
    [5, 8],
    [9, 12],
  ])('of %i attributes in %i columns', (outputs, O) => {
    const [B, T] = [7, 6];
    return checkOp({
      inputs: {
        predictions: { shape: [B * T, O] },
        last: { shape: [B], dtype: 'u32', value: (b) => (5 * b) % T },
        labels: { shape: [B * outputs], value: (i) => i % 5 },
        mask: { shape: [B * outputs], value: (i) => (i % 4 === 1 ? 0 : 1) },
      },
      record: (g, { predictions, last, labels, mask }) =>
        rewardLoss(g, predictions!, { last: last!, labels: labels!, mask: mask! }, outputs),
      differentiate: ['predictions'],
      outputs: ['row slopes'],
    });
  });
});
