/**
 * Learning rate η as a function of the step, and its inverse: the step at which η has fallen to a given fraction of
 * its peak, which is where the recipe changes its data blend (papers.md §1.8, §1.9).
 *
 * Steps of a phase are 0 … steps − 1. With W warm-up steps and E = steps − 1:
 *
 *     step 0 … W − 1    linear from warmupStart (at step 0) towards the peak
 *     step W            exactly `peak`
 *     step E            exactly `end`, when the kind decays; a phase of a single decaying step is at `end`
 *
 * Between W and E the rate never rises. Every kind is peak times a remaining share g(q) of the way down:
 * η = end + (peak − end)·g(q), g(0) = 1, g(1) = 0.
 */
import type { ScheduleConfig } from '../config/run.ts';

export type DecayShape = ScheduleConfig['decayShape'];

/** Share of (peak − end) left at progress q in [0, 1] of a decay. 'minus_sqrt' is Megatron's name for 1 − √q. */
export function remaining(shape: DecayShape, q: number): number {
  switch (shape) {
    case 'linear':
      return 1 - q;
    case 'cosine':
      return 0.5 * (1 + Math.cos(Math.PI * q));
    case 'minus_sqrt':
      return 1 - Math.sqrt(q);
  }
}

/**
 * How far a step is along the schedule, in steps of the whole batch: tokens before it over those of such a step. With one batch
 * throughout it is the step itself. A schedule by tokens has its corners at the same steps: W, and the last.
 */
export type Position = (step: number) => number;
const itself: Position = (step) => step;

/**
 * The decaying part of a phase, as positions: the last one at the peak, how far from there to the end, the shape. Null: it never
 * decays.
 */
export function decayOf(
  schedule: ScheduleConfig,
  steps: number,
  at = itself,
): { from: number; length: number; shape: DecayShape } | null {
  const last = at(steps - 1);
  const warm = Math.min(last, at(schedule.warmupSteps));
  switch (schedule.kind) {
    case 'constant':
      return null;
    case 'wsd': {
      const length = Math.min(last - warm, Math.max(1, Math.round(schedule.decayShare * at(steps))));
      return { from: last - length, length, shape: schedule.decayShape };
    }
    case 'cosine':
    case 'linear':
      return { from: warm, length: last - warm, shape: schedule.kind };
  }
}

/** η at `step` of a phase of `steps` steps. Steps past the end keep the end's rate. */
export function rate(schedule: ScheduleConfig, step: number, steps: number, at = itself): number {
  const { peak, end, warmupSteps, warmupStart } = schedule;
  if (step < warmupSteps) return warmupStart + (peak - warmupStart) * (at(step) / at(warmupSteps));
  const decay = decayOf(schedule, steps, at);
  if (!decay) return peak;
  if (step >= steps - 1) return end;
  const position = at(step);
  if (position <= decay.from) return peak;
  return end + (peak - end) * remaining(decay.shape, (position - decay.from) / decay.length);
}

/** η at the last step: what a continued run starts from. */
export function finalRate(schedule: ScheduleConfig, steps: number): number {
  return rate(schedule, steps - 1, steps);
}

/**
 * Rates are typed as decimals, and 0.0003/5 is not the double nearest 0.00006: what falls short of a threshold by less than this
 * share of it has reached it. Far above the few roundings of a quotient (2⁻⁵³ each), far below what two steps' rates differ by.
 */
const ROUNDING = 1e-12;

/**
 * First step at or after the warm-up whose rate is ≤ peak / divisor; null if there is none. A divisor of 1 or less is the peak itself,
 * met as soon as the warm-up is over. The rate never rises from there on, so the step is found by halving. Of a cosine that ends at
 * m·peak it is at t/T = (1/π)·arccos(2(1/divisor − m)/(1 − m) − 1) of the decay (papers.md §1.9).
 */
export function switchStep(schedule: ScheduleConfig, steps: number, divisor: number): number | null {
  const threshold = (schedule.peak / divisor) * (1 + ROUNDING);
  let [from, to] = [schedule.warmupSteps, steps];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (rate(schedule, middle, steps) <= threshold) to = middle;
    else from = middle + 1;
  }
  return from < steps ? from : null;
}
