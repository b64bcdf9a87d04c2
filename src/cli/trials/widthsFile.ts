/** widths.json, the record of a sweep of widths: written by `widths`, read by it and by `kit`. */
import path from 'node:path';
import * as v from 'valibot';
import type { WidthSweep } from '../../kits/widths.ts';
import { PARAMETRIZATIONS } from '../../recipe/widths/widths.ts';
import { readJsonAs } from '../readJson.ts';
import { configOfRecord } from '../runFolder.ts';
import { widthCommandWords } from '../words/widths.ts';

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

/** The sweep of a folder. UserError where it holds none. */
export function readWidths(folder: string): WidthSweep {
  const file = path.join(folder, 'widths.json');
  const { config, tokens, rows, coordinates } = readJsonAs(file, widthsSchema, widthCommandWords.wanted);
  return { config: configOfRecord(file, config), tokens, rows, coordinates };
}
