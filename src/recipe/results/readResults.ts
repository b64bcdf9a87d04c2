/** Results of an experiment read from JSON: by the page, which shows recorded ones, and by the commands that go on with or publish them. */
import * as v from 'valibot';

/** JSON can say 1e999. */
const number = v.pipe(v.number(), v.finite());
const share = number;
/** JSON has no NaN: null is a share of nothing, as where a run's text is asked no questions. */
const shareOrNone = v.pipe(
  v.nullable(share),
  v.transform((value) => value ?? Number.NaN),
);
const scores = {
  average: shareOrNone,
  averageWithoutRetention: v.optional(v.nullable(share)),
  retention: v.optional(v.nullable(share)),
  logProb: v.optional(shareOrNone),
  suites: v.record(v.string(), share),
  heldOutLoss: v.record(v.string(), number),
};
/** Of a ResultRow. */
export const rowSchema = v.object({
  ...scores,
  arm: v.string(),
  seed: number,
  flops: number,
  points: v.optional(v.array(v.object({ ...scores, step: number }))),
  data: v.optional(
    v.object({
      ...{ pages: number, tokens: number, right: number, factsPer100: number },
      ...{ shares: v.record(v.string(), share), epochs: v.record(v.string(), number) },
    }),
  ),
  curve: v.optional(v.array(v.tuple([number, number]))),
  gaps: v.optional(v.array(v.tuple([number, number]))),
});
/** Of ExperimentResults, with what they were measured on. */
export const resultsSchema = v.object({
  experiment: v.string(),
  preset: v.string(),
  adapter: v.optional(v.string()),
  /** A RunConfig, for config/resolve.ts to check; files of before have none. */
  config: v.optional(v.record(v.string(), v.unknown())),
  chance: v.optional(v.object({ average: share, suites: v.record(v.string(), share) })),
  rows: v.array(rowSchema),
});
