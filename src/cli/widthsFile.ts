/** widths.json, the record of a sweep of widths: written by `widths`, read by it and by `kit`. */
import * as v from 'valibot';
import { PARAMETRIZATIONS } from '../recipe/widths.ts';

const model = { width: v.number(), parametrization: v.picklist(PARAMETRIZATIONS), seed: v.number() };

export const widthsSchema = v.object({
  /** The run's, at the first width. */
  config: v.unknown(),
  /** Of a run. */
  tokens: v.number(),
  /** Where µP is the standard parametrization. */
  base: v.number(),
  texts: v.array(v.string()),
  rows: v.array(v.object({ ...model, rate: v.number(), loss: v.nullable(v.number()) })),
  coordinates: v.array(v.object({ ...model, step: v.number(), site: v.string(), rms: v.number(), change: v.number() })),
});
