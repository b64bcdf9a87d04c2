/** Trials: steps taken to learn something about a setting. */
import type { RunConfig } from '../config/run.ts';
import type { GridPlan, GridRow } from '../recipe/grid.ts';
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

export interface GridRequest {
  config: RunConfig;
  files: UserFile[];
  plan: GridPlan;
  /** Rows there already: they are not run again. */
  done: GridRow[];
}

export type GridEvent =
  | { kind: 'running'; rate: number; sequences: number; seed: number; step: number; endStep: number }
  | { kind: 'row'; row: GridRow };
