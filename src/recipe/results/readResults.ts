/** Results of an experiment read from JSON: by the page, which shows recorded ones, and by the commands that go on with or publish them. */
import * as v from 'valibot';

const share = v.number();
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
  heldOutLoss: v.record(v.string(), v.number()),
};
/** Of a ResultRow. */
export const rowSchema = v.object({
  ...scores,
  arm: v.string(),
  seed: v.number(),
  flops: v.number(),
  points: v.optional(v.array(v.object({ ...scores, step: v.number() }))),
  data: v.optional(
    v.object({
      ...{ pages: v.number(), tokens: v.number(), right: v.number(), factsPer100: v.number() },
      ...{ shares: v.record(v.string(), share), epochs: v.record(v.string(), v.number()) },
    }),
  ),
  curve: v.optional(v.array(v.tuple([v.number(), v.number()]))),
  gaps: v.optional(v.array(v.tuple([v.number(), v.number()]))),
});
/** Of ExperimentResults, with what they were measured on. */
export const resultsSchema = v.object({
  experiment: v.string(),
  preset: v.string(),
  adapter: v.optional(v.string()),
  chance: v.optional(v.object({ average: share, suites: v.record(v.string(), share) })),
  rows: v.array(rowSchema),
});
