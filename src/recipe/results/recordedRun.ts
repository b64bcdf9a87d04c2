/**
 * A whole run as the page plays it to a visitor who has not trained one yet: made from the folders a run in Node has written
 * (`npm run recipe -- record --from DIR`), published as one JSON file beside the page.
 */
import type { RunConfig } from '../../config/run.ts';
import type { HeldOutPoint, Sample } from '../../protocol.ts';
import { type MetricColumns, measurementNames, wholeColumns } from '../measurements.ts';

/** Below the page's own folder. */
export const RECORDED_RUN = 'recorded/run.json';

export interface RecordedRun {
  config: RunConfig;
  /** What it was trained on. How long it took there is not kept: that tells of what else the machine did. */
  adapter: string;
  /** One list a measurement, one entry a kept step; older records lack some. */
  metrics: { step: number[] } & { [column in Exclude<keyof MetricColumns, 'own'>]?: number[] };
  heldOut: HeldOutPoint[];
  samples: Sample[];
}

/** The measured columns of `recorded` from entry `from` up to, but not including, `to`. */
export function recordedColumns({ metrics }: RecordedRun, from: number, to: number): MetricColumns {
  return wholeColumns(
    Object.fromEntries(measurementNames.map((name) => [name, metrics[name]?.slice(from, to)])) as typeof metrics,
  );
}
