/** What x counts, in terms of steps. Tokens and FLOPs count every step from 0, a base trained before included. */
import type { RunConfig } from '../../config/run.ts';
import type { RunPlan } from '../../recipe/phases.ts';
import { trainingFlopsPerToken } from '../../model/estimate.ts';
import type { History } from './columns.ts';
import { lowerBound } from './downsample.ts';
import type { AxisChoice, Unit } from './scale.ts';

type UnitOfSteps = NonNullable<AxisChoice['unit']>;

/** Steps ↔ steps, tokens or FLOPs before a step; FLOPs in the usual convention, 6 a parameter and token and attention's own. */
export function countedIn(unit: Exclude<Unit, 'seconds'>, config: RunConfig, plan: RunPlan): UnitOfSteps {
  if (unit === 'step') return { of: (step) => step, step: (value) => value };
  const each = unit === 'tokens' ? 1 : trainingFlopsPerToken(config.model, config.batch.length).total;
  return { of: (step) => plan.tokensBefore(step) * each, step: (value) => plan.stepOf(value / each) };
}

/** Steps ↔ seconds of training: between logged steps in a straight line, beyond the last at the pace so far. */
export function secondsOf(history: History, firstStep: number) {
  const { step: steps, seconds, length } = history;
  const last = length - 1;
  // Before two steps are logged a step is taken for a second: the numbers mean nothing yet, the shape is right.
  const pace = last > 0 && seconds[last] > 0 ? seconds[last] / (steps[last] - steps[0]) : 1;
  const start = last >= 0 ? steps[0] : firstStep;
  const between = (from: Float64Array, to: Float64Array, value: number) => {
    const right = Math.max(1, Math.min(last, lowerBound(from, length, value)));
    const extent = from[right] - from[right - 1];
    const share = extent > 0 ? (value - from[right - 1]) / extent : 0;
    return to[right - 1] + share * (to[right] - to[right - 1]);
  };
  return {
    of(step: number): number {
      if (last < 1 || step <= start) return (step - start) * pace;
      return step >= steps[last] ? seconds[last] + (step - steps[last]) * pace : between(steps, seconds, step);
    },
    step(value: number): number {
      if (last < 1 || value <= 0) return start + value / pace;
      return value >= seconds[last] ? steps[last] + (value - seconds[last]) / pace : between(seconds, steps, value);
    },
  };
}
