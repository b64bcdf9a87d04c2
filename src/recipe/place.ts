/**
 * How much a run has drawn from its data: where its next row comes from. It is counted and never inferred from steps, so that
 * batch, length and accumulation may change between a base and what continues it, and no row is drawn twice.
 */
import { batchStages, rowsBefore } from '../config/ramp.ts';
import type { BaseConfig, BatchConfig } from '../config/run.ts';

export interface Place {
  rows: number;
  tokens: number;
}

/** The place after so many steps from the beginning of the data, all taken with this batch, or with the ramp of a base run. */
export function placeOfStep(steps: number, batch: BatchConfig, base?: BaseConfig): Place {
  const rows = rowsBefore(batchStages(batch, base), steps);
  return { rows, tokens: rows * batch.length };
}

/** The place after `micro` more micro-batches. */
export function placeAfter({ rows, tokens }: Place, micro: number, { sequences, length }: BatchConfig): Place {
  return { rows: rows + micro * sequences, tokens: tokens + micro * sequences * length };
}
