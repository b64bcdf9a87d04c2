/**
 * A whole run as the page plays it to a visitor who has not trained one yet: made from the folders a run in Node has written
 * (`npm run recipe -- record --from DIR`), published as one JSON file beside the page.
 */
import type { RunConfig } from '../config/run.ts';
import type { HeldOutPoint, MetricColumns, Sample } from '../protocol.ts';

/** Below the page's own folder. */
export const RECORDED_RUN = 'recorded/run.json';

export interface RecordedRun {
  config: RunConfig;
  /** What it was trained on. */
  adapter: string;
  /** Of both parts together, on that adapter. */
  seconds: number;
  /** One list a quantity, one entry a kept step. */
  metrics: { [column in keyof MetricColumns]: number[] };
  heldOut: HeldOutPoint[];
  samples: Sample[];
}

/** The measured columns of `recorded` from entry `from` up to, but not including, `to`. */
export function columnsOf({ metrics }: RecordedRun, from: number, to: number): MetricColumns {
  const column = (name: keyof MetricColumns) => Float64Array.from(metrics[name].slice(from, to));
  return {
    step: column('step'),
    tokens: column('tokens'),
    loss: column('loss'),
    lr: column('lr'),
    gradNorm: column('gradNorm'),
    tokensPerSecond: column('tokensPerSecond'),
    phase: Uint8Array.from(metrics.phase.slice(from, to)),
  };
}
