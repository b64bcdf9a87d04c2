/** Experiments: what is asked for, and what they say. */
import type { RunConfig } from '../config/run.ts';
import type { MetricColumns } from '../recipe/measurements.ts';
import type { ResultRow } from '../recipe/results/results.ts';
import type { BenchmarkPoint, HeldOutPoint, Notice } from './run.ts';

/** Experiments (recipe/experiments.ts) by name, run as one: arms that several of them share are run once. */
export interface ExperimentRequest {
  experiments: string[];
  config: RunConfig;
  seeds: number[];
  /** Rows there already: their arms are not run again. */
  done: ResultRow[];
}

/** Where an experiment is. Steps are counted over base and continued run together. */
export type ExperimentState =
  | { kind: 'idle' }
  /** `what`: what it waits for. */
  | { kind: 'preparing'; what?: string }
  | { kind: 'compiling'; done: number; total: number }
  | { kind: 'running'; arm: string; seed: number; firstStep: number; endStep: number }
  | { kind: 'done' }
  | { kind: 'stopped' }
  | { kind: 'failed'; message: string; code?: string };

/** Everything an experiment has to say since the last batch. The base of a seed is the arm 'base'. */
export interface ExperimentEvents {
  state?: ExperimentState;
  metrics?: { arm: string; seed: number; columns: MetricColumns }[];
  heldOut?: { arm: string; seed: number; point: HeldOutPoint }[];
  benchmarks?: { arm: string; seed: number; point: BenchmarkPoint }[];
  rows?: ResultRow[];
  /** Of a lost device, above all: what was said of the arm under way is void. They come before all else in their batch. */
  notices?: Notice[];
}
