/**
 * How much a run has drawn from its data: where its next row comes from. It is counted and never inferred from steps, so that
 * batch, length and accumulation may change between a base and what continues it, and no row is drawn twice.
 */
import type { BatchConfig } from '../config/run.ts';

export interface Place {
  rows: number;
  tokens: number;
}

/** The place after so many steps that were all taken with this batch, from the beginning of the data. */
export function placeOfStep(steps: number, { sequences, length, accumulation }: BatchConfig): Place {
  const rows = steps * accumulation * sequences;
  return { rows, tokens: rows * length };
}

/** The place after `micro` more micro-batches. */
export function placeAfter({ rows, tokens }: Place, micro: number, { sequences, length }: BatchConfig): Place {
  return { rows: rows + micro * sequences, tokens: tokens + micro * sequences * length };
}
