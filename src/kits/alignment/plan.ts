/** What a kit of an alignment says, whatever the stack: the stages that a model has been through, as rekindle.json has them. */
import * as v from 'valibot';
import { UserError } from '../../util/errors.ts';
import { recipeWords } from '../../words/recipe.ts';

export const ALIGNMENT_STACKS = ['trl', 'nemo-rl'] as const;
export type AlignmentStack = (typeof ALIGNMENT_STACKS)[number];

const stageSchema = v.object({
  stage: v.picklist(['sft', 'reward', 'dpo', 'rpo']),
  seed: v.number(),
  batch: v.number(),
  epochs: v.number(),
  rate: v.number(),
  warmupSteps: v.number(),
  /** Share of the rate at the last step; 1: constant. */
  end: v.number(),
  objective: v.looseObject({
    beta: v.optional(v.number(), 0.3),
    eta: v.optional(v.number(), 1),
    sftWeight: v.optional(v.number(), 0.05),
    distance: v.optional(v.string(), 'backward'),
    outputs: v.optional(v.number(), 5),
  }),
});
export type PlannedStage = v.InferOutput<typeof stageSchema>;

/** What is told of a stage that was made otherwise than by `align`: nothing that could be launched. */
const launchable = v.looseObject({ objective: v.looseObject({}) });

/** UserError where the record has no stage to launch. */
export function alignmentPlan(record: unknown): PlannedStage[] {
  const stages = (record as { alignment?: unknown[] } | null)?.alignment ?? [];
  const found = stages.filter((one) => v.is(launchable, one)).map((one) => v.parse(stageSchema, one));
  if (found.length === 0) throw new UserError(recipeWords.noStage);
  return found;
}

/** Whether a folder's record is one of an alignment. */
export const isAligned = (record: unknown): boolean =>
  Array.isArray((record as { alignment?: unknown } | null)?.alignment);

/** `sft`, `dpo` …, numbered where a stage comes more than once: also the name of its file of data. */
export const namesOf = (stages: readonly PlannedStage[]): string[] =>
  stages.map(({ stage }, i) => {
    const alike = stages.filter((one) => one.stage === stage).length;
    const nth = stages.slice(0, i + 1).filter((one) => one.stage === stage).length;
    return alike > 1 ? `${stage}-${nth}` : stage;
  });
