/** The folder of a finished run, as `train` fills it: read by the commands that publish one. */
import path from 'node:path';
import * as v from 'valibot';
import { resolveConfig } from '../config/resolve.ts';
import type { RunConfig } from '../config/run.ts';
import { REAL_SOURCES } from '../config/sources.ts';
import type { HeldOutPoint, Sample } from '../protocol.ts';
import { type MetricRow, phaseNames, updateWords } from '../recipe/measurements.ts';
import { checkJsonAs, readJsonAs, readLinesAs } from './readJson.ts';
import { readWords } from './words/places.ts';

const wanted = readWords.finishedRun;

const losses = v.record(v.string(), v.number());
const configSchema = v.looseObject({
  preset: v.string(),
  seed: v.number(),
  base: v.looseObject({ steps: v.number(), schedule: v.looseObject({}), blend: losses }),
  continued: v.nullable(v.looseObject({ steps: v.number() })),
});
const summarySchema = v.object({ adapter: v.string(), heldOutLoss: losses });
const evaluationsSchema = v.object({
  heldOut: v.array(v.looseObject({ step: v.number(), loss: losses })),
  samples: v.array(v.looseObject({ step: v.number() })),
});
/** A measurement that older folders lack, or that JSON had no number for. */
const number = v.optional(v.nullable(v.number()), null);
const required = { step: v.number(), tokens: v.number(), loss: v.number(), lr: v.number(), gradNorm: v.number() };
const lineSchema = v.looseObject({
  ...required,
  tokensPerSecond: v.number(),
  clip: v.pipe(
    number,
    v.transform((value) => value ?? Number.NaN),
  ),
  update: v.optional(v.picklist(updateWords), 'made'),
  phase: v.picklist(phaseNames),
});

/** The whole configuration of a run, checked as if it were to be trained. */
export const readWholeConfig = (folder: string): RunConfig => wholeConfig(readRunConfig(folder));

function wholeConfig(read: RunConfig): RunConfig {
  const blends = [read.base.blend, read.continued?.general ?? {}, read.continued?.qa ?? {}];
  const names = [...new Set(blends.flatMap((blend) => Object.keys(blend)))];
  const own = read.data?.world ? [] : names.filter((name) => !Object.hasOwn(REAL_SOURCES, name));
  // Adapters are a way of training and families come with a base: no option names them.
  const { lora: _, model_type, tie_word_embeddings, ...model } = read.model ?? {};
  const config = resolveConfig({ file: { ...read, model }, data: own });
  return model_type === undefined ? config : { ...config, model: { ...config.model, model_type, tie_word_embeddings } };
}

/** The same of a record of something else that holds one. */
export const configOfRecord = (place: string, value: unknown): RunConfig =>
  wholeConfig(checkJsonAs(place, value, configSchema, wanted) as unknown as RunConfig);

export const readRunConfig = (folder: string): RunConfig =>
  readJsonAs(path.join(folder, 'config.json'), configSchema, wanted) as unknown as RunConfig;

export const readSummary = (folder: string): v.InferOutput<typeof summarySchema> =>
  readJsonAs(path.join(folder, 'summary.json'), summarySchema, wanted);

export const readEvaluations = (folder: string): { heldOut: HeldOutPoint[]; samples: Sample[] } =>
  readJsonAs(path.join(folder, 'evaluations.json'), evaluationsSchema, wanted) as unknown as {
    heldOut: HeldOutPoint[];
    samples: Sample[];
  };

export const readMetrics = (folder: string): MetricRow[] =>
  readLinesAs(path.join(folder, 'metrics.jsonl'), lineSchema, wanted);
