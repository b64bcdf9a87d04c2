/** Seconds a whole run takes, from a few of its steps that were timed (train/trials/calibrate.ts). Pure. */
import type { RunConfig } from '../config/run.ts';
import type { Calibration } from '../protocol.ts';
import type { RunPlan } from './phases.ts';

export interface Prediction {
  seconds: number;
  /** At the speed of the quickest and of the slowest tenth of the steps that were timed. */
  low: number;
  high: number;
  /** Where the seconds go: text and kernels, steps, held-out losses with benchmarks and samples, saves. */
  parts: { start: number; train: number; measure: number; save: number };
}

/** How often a run is evaluated: where a phase begins, every so many steps, and at its end; never twice at one step. */
export function evaluationsOf({ firstStep, endStep, phases }: RunPlan, everySteps: number): number {
  const at = new Set([...phases.map((phase) => phase.firstStep), endStep]);
  if (everySteps > 0) for (let step = firstStep; step < endStep; step += everySteps) at.add(step);
  return at.size;
}

/**
 * start + steps · step + evaluations · evaluation + saves · save. A run is saved before its first step, at each change of phase, at
 * its end, and in between every `saveEvery` seconds; saves by share of a short run take a hundredth of it at most and are not counted.
 */
export function predict(
  { evaluation: { everySteps } }: RunConfig,
  plan: RunPlan,
  calibration: Calibration,
): Prediction {
  const { prepare, compile, step, stepLow, stepHigh, firstEvaluation, evaluation, save, saveEvery } = calibration;
  // Timed were steps of the whole batch.
  const steps = (plan.tokensBefore(plan.endStep) - plan.tokensBefore(plan.firstStep)) / plan.tokensPerStep;
  const start = prepare + compile;
  const measure = firstEvaluation + (evaluationsOf(plan, everySteps) - 1) * evaluation;
  const total = (perStep: number) => {
    const train = steps * perStep;
    const saves = plan.phases.length + 1 + Math.floor((train + measure) / saveEvery);
    return { seconds: start + train + measure + saves * save, parts: { start, train, measure, save: saves * save } };
  };
  // Groups of steps scatter on both sides of the mean; few of them may not reach it.
  const [low, high] = [Math.min(stepLow, step), Math.max(stepHigh, step)];
  return { ...total(step), low: total(low).seconds, high: total(high).seconds };
}
