/**
 * A run as phases: the base run, then continued pretraining on the general and on the QA blend. Pure functions of the
 * configuration: what the trainer follows is what the page draws beforehand.
 *
 * Steps are counted over base and continued run together. A continued run that starts from a base checkpoint keeps that
 * count (its first step is base.steps), so that it is step for step the second half of the run in one go.
 */
import { type BatchStage, batchStages, rowsBefore, sequencesAt, stepAfter } from '../config/ramp.ts';
import type { Blend, RunConfig } from '../config/run.ts';
import { rate, switchStep } from '../optim/schedule.ts';
import { raisedSources } from './groups.ts';

export type PhaseName = 'base' | 'general' | 'qa';

export interface Phase {
  name: PhaseName;
  firstStep: number;
  steps: number;
  blend: Blend;
}

export interface PlannedStep {
  phase: Phase;
  blend: Blend;
  /** η of the step's update. */
  lr: number;
  /** Its micro-batches. */
  accumulation: number;
}

export interface RunPlan {
  /** In order, without gaps, each at least one step long. */
  phases: readonly Phase[];
  firstStep: number;
  /** One past the last step. */
  endStep: number;
  /** Of a step of the whole batch, which all are after a ramp. */
  tokensPerStep: number;
  /** Stretches of steps with one batch each, counted from the base's first step. */
  stages: readonly BatchStage[];
  /** Tokens of all steps before `step`, a base's included as if it had been trained in this batch; `stepOf` is its inverse. */
  tokensBefore(step: number): number;
  stepOf(tokens: number): number;
  /** First step on the QA blend; null if the run has none, or one that is the blend before it. */
  switchStep: number | null;
  /** What a step of the run does. RangeError outside firstStep … endStep − 1. */
  at(step: number): PlannedStep;
}

/** Which part of a configuration is run: a continued part goes on from a base checkpoint. */
export type RunPart = 'all' | 'base' | 'continued';

/**
 * First step of the continued run, counted from its own start, that is on the QA blend; null: never. By the rate
 * (papers.md §1.9) unless a share of the steps is stated; a share rounds to the nearest step.
 */
export function blendSwitch(continued: NonNullable<RunConfig['continued']>): number | null {
  const { steps, schedule, switchDivisor, switchShare } = continued;
  if (switchShare !== null) {
    const step = Math.round(switchShare * steps);
    return step < steps ? step : null;
  }
  return switchDivisor === 0 ? null : switchStep(schedule, steps, switchDivisor);
}

/** What a continued run reads just before its switch: the general blend, or the base's where the QA blend comes first. */
export function blendBefore({ base, continued }: RunConfig): Blend {
  return continued && blendSwitch(continued) !== 0 ? continued.general : base.blend;
}

/** Sources that the QA blend adds or raises; none without one, or where it changes nothing. */
export const raisedByQa = (config: RunConfig): string[] =>
  config.continued ? raisedSources(blendBefore(config), config.continued.qa) : [];

/** The phases of a run, in order. */
export function phasesOf(config: RunConfig, part: RunPart = 'all'): Phase[] {
  const { base, continued } = config;
  const phases: Phase[] = [];
  const add = (name: PhaseName, firstStep: number, endStep: number, blend: Blend) => {
    if (endStep > firstStep) phases.push({ name, firstStep, steps: endStep - firstStep, blend });
  };
  if (part !== 'continued') add('base', 0, base.steps, base.blend);
  if (part !== 'base' && continued) {
    const end = base.steps + continued.steps;
    const change = base.steps + (blendSwitch(continued) ?? continued.steps);
    add('general', base.steps, change, continued.general);
    add('qa', change, end, continued.qa);
  }
  return phases;
}

/** A run, step by step. RangeError if the part has no steps (a continued part that is off). */
export function planRun(config: RunConfig, part: RunPart = 'all'): RunPlan {
  const { base, continued, batch } = config;
  const phases = phasesOf(config, part);
  const last = phases.at(-1);
  if (!last) throw new RangeError(`The ${part} part of this run has no steps`);
  const { firstStep } = phases[0]!;
  const endStep = last.firstStep + last.steps;
  const stages = batchStages(batch, base);
  const whole = stages.at(-1)!.sequences;
  // Without a ramp steps are their own measure.
  const position = base.batchRamp && ((step: number) => rowsBefore(stages, step) / whole);
  return {
    phases,
    firstStep,
    endStep,
    tokensPerStep: whole * batch.length,
    stages,
    tokensBefore: (step) => rowsBefore(stages, step) * batch.length,
    stepOf: (tokens) => stepAfter(stages, tokens / batch.length),
    switchStep: last.name === 'qa' && raisedByQa(config).length > 0 ? last.firstStep : null,
    at(step) {
      const phase = phases.find((one) => step >= one.firstStep && step < one.firstStep + one.steps);
      if (!phase) throw new RangeError(`Step ${step} is outside this run's ${firstStep} … ${endStep - 1}`);
      const lr =
        phase.name === 'base'
          ? rate(base.schedule, step, base.steps, position)
          : rate(continued!.schedule, step - base.steps, continued!.steps);
      return { phase, blend: phase.blend, lr, accumulation: sequencesAt(stages, step) / batch.sequences };
    },
  };
}
