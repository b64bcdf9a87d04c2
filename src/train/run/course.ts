/** Where a run stands: the one state that its parts (run.ts, reads.ts, evaluations.ts, saves.ts) work on. */
import type { RunConfig } from '../../config/run.ts';
import type { Weights } from '../../export/parts.ts';
import type { Notice, RunState } from '../../protocol.ts';
import type { Taken } from '../../recipe/baseCheckpoint.ts';
import type { RunPart, RunPlan } from '../../recipe/phases.ts';
import { type Place, placeOfStep } from '../../recipe/place.ts';
import type { Engine } from '../engine/engine.ts';
import type { Progress } from '../saved/checkpoint.ts';
import type { Keeper } from '../saved/keeper.ts';
import type { TrainingData } from './data.ts';
import type { Disturb } from './faults.ts';
import { newHealth } from './health.ts';
import type { RunListener } from './listener.ts';
import type { Watch } from './watch.ts';

/** A base that a run continues: its weights, and the tokens they were trained on. */
export interface Origin {
  weights: Weights;
  metadata: { tokens: number; drawn: Place };
}

export interface RunOptions {
  part: RunPart;
  /** Where a base left off; absent: after the base's steps in this run's own batch. */
  origin?: Origin['metadata'];
  /** What the first weights know is known already: the first evaluation is left out. */
  evaluated?: boolean;
  keeper?: Keeper;
  /** Where to go on; the engine has its pools. */
  from?: Progress;
  /** Goes back to the last save, past the batches of the trouble, instead of giving up, and after a spike too. */
  automatic?: boolean;
  /** Tests only. */
  disturb?: Disturb;
}

/** Steps taken, tokens and data, those of a base included, and the rate of the last step. */
export function takenBy(plan: RunPlan, { step, tokens, place }: Progress): Taken {
  return { steps: step, rate: plan.at(Math.max(step - 1, plan.firstStep)).lr, tokens, drawn: place };
}

/** Where a run begins that goes on from no save. `sources`: how many its batches count. */
export function begun(plan: RunPlan, config: RunConfig, sources: number, { origin, evaluated }: RunOptions): Progress {
  const { firstStep, phases } = plan;
  const before = placeOfStep(firstStep, config.batch, config.base);
  return {
    step: firstStep,
    phase: phases[0]!.name,
    momentsFrom: firstStep,
    place: origin?.drawn ?? before,
    tokens: origin?.tokens ?? before.tokens,
    evaluated: evaluated ? firstStep : null,
    counts: Array.from({ length: sources }, () => 0),
    health: newHealth(),
    watched: { steps: 0, clipped: 0 },
  };
}

/** Why a run cannot just go on. */
export interface Trouble {
  /** The last step to be taken back. */
  step: number;
  message: string;
  /** By a person, and not a reason to give up. */
  asked: boolean;
}

export interface Course {
  readonly config: RunConfig;
  readonly plan: RunPlan;
  readonly part: RunPart;
  readonly data: TrainingData;
  readonly engine: Engine;
  readonly listener: RunListener;
  readonly watch: Watch;
  readonly keeper: Keeper | undefined;
  /** Goes back to the last save, past the batches of the trouble, instead of giving up, and after a spike too. */
  readonly automatic: boolean;
  progress: Progress;
  trouble: Trouble | null;
  paused: boolean;
  stopped: boolean;
  /** Steps that may still be taken while paused. */
  allowance: number;
  /** Evaluations of the weights that `progress.step` finds are under way. */
  evaluating: boolean;
  /** The page may be gone in a moment. */
  leaving: boolean;
  /** Nothing is submitted: the run has not begun, is paused or has ended. */
  resting: boolean;
}

/** Tokens trained on before `step`, of this run or its base. */
export const tokensBefore = ({ progress, plan }: Course, step: number): number =>
  progress.tokens + plan.tokensBefore(step) - plan.tokensBefore(progress.step);

export const tellState = ({ listener }: Course, said: RunState): void => listener.tell({ kind: 'state', said });
export const tellNotice = ({ listener }: Course, said: Notice): void => listener.tell({ kind: 'notice', said });
