/**
 * Whether a step's numbers are sound: a judgement from measurements alone, so that the same run is judged the same
 * wherever it is resumed.
 *
 * Bad: loss, gradient norm, a weight or a moment was not finite; the GPU has found that by its bits and suppressed the
 * update. Spike: the loss stands far above its recent mean, for more than a step. Both are rare and survivable: PaLM (Chowdhery et al. 2022,
 * §5.1) saw some 20 spikes, went back about 100 steps, passed over 200 to 500 batches, and saw none of them again.
 */
import type { StepMetrics } from '../engine/engine.ts';
import { alertWords } from '../../words/notices.ts';

/** Bad steps in a row after which going on is pointless: a bad batch is one step, a broken state all of them. */
export const mostBadInARow = 3;
/** Times a run goes back before it is given up. */
export const mostRollbacks = 3;

/** Steps of a phase before spikes are looked for. */
const warmup = 50;
/** Steps over which the mean fades: over 50, the fall of a young run's loss counts as noise and hides a spike of four times the loss. */
const fading = 20;
/** Standard deviations above the mean. In 300,000 steps of normal noise the highest was 5.0, for so short a mean. */
const deviations = 6;
/** As many are enough where the loss has doubled. */
const deviationsDoubled = 5;
/**
 * Steps in a row so high. One alone is an odd batch: in ten seeds of `smoke`, batches of four rows, there were seven, at the same steps
 * whether the rate was the preset's or thirty times as high. Two in a row were in none of 22 runs of `smoke`, `ci` and `tiny`
 * at the preset's rate.
 */
const lasting = 2;
/** Nats: below it no jump matters, however quiet the run is; a blend of sources alone makes steps differ this much. */
const leastJump = 0.3;

/** Plain data, saved with a checkpoint. */
export interface Health {
  /** Of the loss, since the phase began; fading. */
  mean: number;
  variance: number;
  seen: number;
  /** Steps that the loss has stood above the limit for; from `lasting` on it is a spike, told once. */
  highInARow: number;
  badInARow: number;
  rollbacks: number;
}

export type StepVerdict =
  | { kind: 'fine' }
  | { kind: 'bad'; what: string; inARow: number }
  | { kind: 'spike'; from: number; to: number };

export const newHealth = (): Health => ({ mean: 0, variance: 0, seen: 0, highInARow: 0, badInARow: 0, rollbacks: 0 });

/** Judges a step and remembers it in `health`. */
export function judge(health: Health, row: StepMetrics): StepVerdict {
  if (row.update === 'suppressed' || row.update === 'partial')
    return { kind: 'bad', what: whatIsBad(row), inARow: ++health.badInARow };
  health.badInARow = 0;
  const { loss } = row;
  const jump = loss - health.mean;
  const deviation = Math.sqrt(health.variance);
  const limit = Math.max(
    Math.min(deviations * deviation, Math.max(deviationsDoubled * deviation, health.mean)),
    leastJump,
  );
  const high = health.seen >= warmup && jump > limit;
  const from = health.mean;
  health.highInARow = high ? health.highInARow + 1 : 0;
  // An odd batch leaves nothing behind; a loss that stays high is the new mean before long.
  if (!high) remember(health, loss);
  else if (health.highInARow >= lasting) remember(health, health.mean + limit);
  return health.highInARow === lasting ? { kind: 'spike', from, to: loss } : { kind: 'fine' };
}

/** Another blend has another loss: the mean starts anew. */
export function beginPhase(health: Health): void {
  Object.assign(health, { mean: 0, variance: 0, seen: 0, highInARow: 0 });
}

/** A plain mean at first, then a fading one. */
function remember(health: Health, loss: number): void {
  const weight = 1 / Math.min(++health.seen, fading);
  const difference = loss - health.mean;
  health.mean += weight * difference;
  health.variance = (1 - weight) * (health.variance + weight * difference * difference);
}

function whatIsBad({ loss, gradNorm, update }: StepMetrics): string {
  if (update === 'partial') return alertWords.weightOrMoment;
  const bad = [
    !Number.isFinite(loss) && alertWords.loss(loss),
    !Number.isFinite(gradNorm) && alertWords.gradientNorm(gradNorm),
  ];
  return bad.filter(Boolean).join(alertWords.and) || alertWords.gradientNorm();
}

/** Why a run is given up at this step. */
export function divergedMessage({ step, loss, gradNorm, lr }: StepMetrics, what: string): string {
  return alertWords.diverged(mostBadInARow, what, step, loss, gradNorm, lr);
}
