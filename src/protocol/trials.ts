/** Trials: steps taken to learn something about a setting. */
import type { RunConfig } from '../config/run.ts';
import type { RangePoint } from '../recipe/rangeTest.ts';
import type { BaseSource, UserFile } from './files.ts';

/** What a trial works on: the weights a start would begin with, or those of the run as it rests, which are put back afterwards. */
export interface TrialRequest {
  weights: 'start' | 'run';
  config: RunConfig;
  files: UserFile[];
  base: BaseSource | null;
}

export type TrialProgress =
  | { kind: 'preparing'; what: string }
  | { kind: 'compiling'; done: number; total: number }
  /** All rates swept so far, or all losses of an overfit. */
  | { kind: 'sweeping'; points: RangePoint[] }
  | { kind: 'overfitting'; losses: number[] };

/** What became of one row of text, trained on over and over. */
export interface OverfitResult {
  losses: number[];
  rate: number;
  /** The loss fell to a tenth of the first. */
  learnt: boolean;
}

/** Short base runs, one after the other: the cells of a grid or a sweep of widths. */
export interface CellsRequest {
  cells: RunConfig[];
  files: UserFile[];
}

/** `cell`: a place in the list. */
export type CellsEvent =
  | { kind: 'running'; cell: number; step: number; endStep: number }
  /** Held-out loss at the end; null: the run diverged. */
  | { kind: 'end'; cell: number; loss: number | null };

/** How large a model's activations are after a step: the residual stream behind each layer ('layer 1' …), and 'logits'. */
export interface Reading {
  step: number;
  site: string;
  /** Root mean square. */
  rms: number;
  /** That of the difference to what it was before the first step. */
  change: number;
}
