/** A run as it is planned, step by step, before anything is trained: what the page draws at rest and under the measured lines. */
import type { Blend, ContinuedConfig, RunConfig } from '../../config/run.ts';
import type { PhaseName } from '../../protocol.ts';
import { rate, switchStep } from '../../optim/schedule.ts';

export interface PlannedPhase {
  name: PhaseName;
  /** Steps from … to − 1, counted over the whole run. */
  from: number;
  to: number;
  /** Shares that sum to 1. */
  blend: Blend;
}

export interface Plan {
  /** Steps of base run and continued run together. */
  steps: number;
  tokensPerStep: number;
  phases: PlannedPhase[];
  /** First step of the QA blend over the whole run; null when the rate never falls that far or the switch is off. */
  switchStep: number | null;
  /** η at a step of the whole run. */
  rate(step: number): number;
  /** Highest rate of the run, for the scale. */
  peak: number;
}

export function planOf(config: RunConfig): Plan {
  const { base, continued, batch } = config;
  const phases: PlannedPhase[] = [{ name: 'base', from: 0, to: base.steps, blend: shares(base.blend) }];
  let steps = base.steps;
  let switchAt: number | null = null;
  if (continued) {
    steps += continued.steps;
    const within = switchWithin(continued);
    switchAt = within === null ? null : base.steps + within;
    const generalEnd = switchAt ?? steps;
    if (generalEnd > base.steps) {
      phases.push({ name: 'general', from: base.steps, to: generalEnd, blend: shares(continued.general) });
    }
    if (switchAt !== null) phases.push({ name: 'qa', from: switchAt, to: steps, blend: shares(continued.qa) });
  }
  return {
    steps,
    tokensPerStep: batch.sequences * batch.length * batch.accumulation,
    phases,
    switchStep: switchAt,
    rate: (step) =>
      step < base.steps || !continued
        ? rate(base.schedule, step, base.steps)
        : rate(continued.schedule, step - base.steps, continued.steps),
    peak: Math.max(base.schedule.peak, continued?.schedule.peak ?? 0),
  };
}

/** First step of the QA blend, counted within the continued run: at a fixed share if one is set, else where the rate says. */
export function switchWithin({ schedule, steps, switchDivisor, switchShare }: ContinuedConfig): number | null {
  if (switchShare !== null) return switchShare < 1 ? Math.round(switchShare * steps) : null;
  return switchDivisor === 0 ? null : switchStep(schedule, steps, switchDivisor);
}

/** Weights as shares of 1, in the order given; all zero when the weights are. */
export function shares(blend: Blend): Blend {
  const sum = Object.values(blend).reduce((total, weight) => total + weight, 0);
  return Object.fromEntries(Object.entries(blend).map(([name, weight]) => [name, sum > 0 ? weight / sum : 0]));
}

/** Every source of a run, in the order in which the phases first name it: the order of colours. */
export function sourcesOf(config: RunConfig): string[] {
  const blends = [config.base.blend, config.continued?.general ?? {}, config.continued?.qa ?? {}];
  return [...new Set(blends.flatMap((blend) => Object.keys(blend)))];
}
