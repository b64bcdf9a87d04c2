/**
 * What a kit says, whatever the stack: the continued part of a run (of a run without one, its base part), its steps counted from its
 * own start. S steps; step `switchStep` is the first on the second blend.
 */
import { type BatchStage, batchStages, rowsBefore, wholeBatch } from '../config/ramp.ts';
import type { Blend, RunConfig, ScheduleConfig } from '../config/run.ts';
import { type Position, rate } from '../optim/schedule.ts';
import { UserError } from '../util/errors.ts';
import { phasesOf } from '../recipe/phases.ts';
import { recipeWords } from '../words/recipe.ts';

/** Raised when a field of recipe.json changes its meaning. */
export const RECIPE_VERSION = 1;

export const STACKS = ['megatron-lm', 'hf-trainer', 'megatron-bridge', 'torchtitan'] as const;
export type Stack = (typeof STACKS)[number];

export interface KitFile {
  /** Below the kit's folder, with slashes. */
  name: string;
  text: string;
}

/** Of which models a kit is made, and what the classes of HuggingFace are called. */
export const FAMILIES = { nemotron: 'Nemotron', llama: 'Llama', qwen2: 'Qwen2' } as const;
export type ModelFamily = keyof typeof FAMILIES;

export interface KitPlan {
  config: RunConfig;
  family: ModelFamily;
  schedule: ScheduleConfig;
  /** S. */
  steps: number;
  /** Null: one blend from the first step to the last. */
  switchStep: number | null;
  /** Shares of tokens, which sum to 1; both the same where there is no switch. */
  blends: readonly [Blend, Blend];
  /** Rows of T tokens a step, after a ramp. */
  globalBatch: number;
  /** Steps of one batch each: more than one where a base's batches grow. Shares of the whole one count its steps. */
  stages: readonly BatchStage[];
  /** Where a step stands in steps of the whole batch: itself without a ramp. */
  position: Position;
  /** The run's own count of the kit's step 0. */
  firstStepOfRun: number;
  /** Names of both blends: letters, digits, - and _, so that they name files and stand in shell, YAML and Python as they are. */
  sources: readonly string[];
}

function shares(blend: Blend): Blend {
  const given = Object.entries(blend).filter(([, weight]) => weight > 0);
  const sum = given.reduce((total, [, weight]) => total + weight, 0);
  return Object.fromEntries(given.map(([name, weight]) => [name, weight / sum]));
}

export function kitPlan(config: RunConfig): KitPlan {
  const { continued, base, batch, model } = config;
  const known = Object.keys(FAMILIES).find((type) => type === (model.model_type ?? 'nemotron'));
  if (known === undefined) throw new UserError(recipeWords.noKitOf(model.model_type!));
  const phases = phasesOf(config, continued ? 'continued' : 'base');
  const [first, last] = [phases[0]!, phases.at(-1)!];
  const blends = [shares(first.blend), shares(last.blend)] as const;
  const stages = batchStages(batch, continued ? undefined : base);
  const globalBatch = wholeBatch(batch);
  return {
    config,
    family: known as ModelFamily,
    schedule: (continued ?? base).schedule,
    steps: (continued ?? base).steps,
    switchStep: phases.length > 1 ? last.firstStep - first.firstStep : null,
    blends,
    globalBatch,
    stages,
    position: (step) => rowsBefore(stages, step) / globalBatch,
    firstStepOfRun: first.firstStep,
    sources: [...new Set(blends.flatMap((blend) => Object.keys(blend)))],
  };
}

/** η of step 0 … S − 1. */
export const rateAt = ({ schedule, steps, position }: KitPlan, step: number): number =>
  rate(schedule, step, steps, position);

/** The nearest plan of one batch throughout, for stacks whose batches cannot grow: the same tokens, the rate at the same ones. */
export function withoutRamp(plan: KitPlan): KitPlan {
  const { config, schedule, steps, position } = plan;
  const whole = Math.round(position(steps));
  const warmupSteps = Math.round(position(schedule.warmupSteps));
  const stages = batchStages(config.batch);
  return { ...plan, steps: whole, schedule: { ...schedule, warmupSteps }, stages, position: (step) => step };
}

/** Shares of tokens of step 0 … S − 1. */
export const blendAt = ({ blends, switchStep }: KitPlan, step: number): Blend =>
  blends[switchStep !== null && step >= switchStep ? 1 : 0];

/** A blend as a Python literal. */
export const python = (blend: Blend): string => JSON.stringify(blend, null, 4);

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** What every kit holds. */
export function neutralFiles(plan: KitPlan): KitFile[] {
  const { config, schedule, steps, switchStep, blends, globalBatch, stages, firstStepOfRun } = plan;
  const recipe = {
    format: 'rekindle-recipe',
    version: RECIPE_VERSION,
    preset: config.preset,
    seed: config.seed,
    steps,
    switchStep,
    firstStepOfRun,
    globalBatch,
    sequenceLength: config.batch.length,
    tokensPerStep: globalBatch * config.batch.length,
    ...(stages.length > 1 && { batchStages: stages.map(({ sequences, firstStep }) => ({ sequences, firstStep })) }),
    schedule,
    optimizer: config.optimizer,
    blends,
    config,
  };
  const lines = Array.from({ length: steps }, (_, step) => `${step},${rateAt(plan, step)}\n`);
  return [
    { name: 'recipe.json', text: json(recipe) },
    { name: 'blend_phase1.json', text: json(blends[0]) },
    { name: 'blend_phase2.json', text: json(blends[1]) },
    { name: 'lr.csv', text: `step,lr\n${lines.join('')}` },
  ];
}
