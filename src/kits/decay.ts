/**
 * A schedule in the numbers that Megatron and torchtitan are told it by. W warm-up steps, E = S − 1 the step that ends at `end`; all as
 * positions, which are steps where no batch grows.
 */
import { decayOf } from '../optim/schedule.ts';
import type { KitPlan } from './plan.ts';

/** Names of Megatron's decay shapes are the project's own. */
export interface StackDecay {
  kind: 'constant' | 'cosine' | 'linear' | 'wsd';
  shape: 'cosine' | 'linear' | 'minus_sqrt';
  /** Last step at the peak. */
  from: number;
  /** Steps from there to the end; at least 1, which a schedule of one step has not. */
  length: number;
  /** from + length: the first step at the end's rate. */
  end: number;
}

export function stackDecay({ schedule, steps, position }: KitPlan): StackDecay {
  const decay = decayOf(schedule, steps, position);
  if (!decay) {
    const end = Math.max(position(schedule.warmupSteps) + 1, position(steps - 1));
    return { kind: 'constant', shape: 'cosine', from: end - 1, length: 1, end };
  }
  const length = Math.max(1, decay.length);
  return { kind: schedule.kind, shape: decay.shape, from: decay.from, length, end: decay.from + length };
}
