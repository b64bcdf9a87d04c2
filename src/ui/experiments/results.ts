/** What there is to show of an experiment, run here or recorded: rows, and lines of arms that may be under way. */
import type { MetricColumns } from '../../protocol.ts';
import type { Experiment } from '../../recipe/experiments.ts';
import type { ExperimentResults, ResultRow, ResultScores } from '../../recipe/results/results.ts';
import { mean } from '../../recipe/statistics.ts';

export const BASE = 'base';

/** Suites by what they are for (world/benchmarks.ts); the others are benchmarks. Probes are in no average. */
export const RETENTION = 'archive';
export const isProbe = (suite: string) => suite === 'reading' || suite.startsWith('knows-');

export interface Scored {
  step: number;
  averageWithoutRetention?: number | null;
  retention?: number | null;
}

/** One arm of one seed along its steps. */
export interface Trace {
  arm: string;
  seed: number;
  /** Training loss, [step, nats]. */
  curve: [number, number][];
  points: Scored[];
}

export interface Results extends ExperimentResults {
  traces: readonly Trace[];
  adapter?: string;
}

export const traceOf = ({ arm, seed, curve = [], points = [] }: ResultRow): Trace => ({ arm, seed, curve, points });

/** Results of an experiment's own arms and the base: what its figures show. */
export function resultsOf(experiment: Experiment, all: Results): Results {
  const names = new Set([BASE, ...experiment.arms.map(({ name }) => name)]);
  return {
    ...all,
    experiment: experiment.name,
    rows: all.rows.filter(({ arm }) => names.has(arm)),
    traces: all.traces.filter(({ arm }) => names.has(arm)),
  };
}

/** Seeds that rows are of, ascending. */
export const seedsIn = (rows: readonly ResultRow[]): number[] =>
  [...new Set(rows.map(({ seed }) => seed))].sort((a, b) => a - b);

/** Seeds in which some arm, not only the base, has come to its end. */
export const seedsOf = (results: ExperimentResults): number[] =>
  seedsIn(results.rows.filter(({ arm }) => arm !== BASE));

export const rowsOf = (results: ExperimentResults, arm: string): ResultRow[] =>
  results.rows.filter((row) => row.arm === arm);

/** A figure of an arm in every seed that has it. */
export function valuesOf(
  results: ExperimentResults,
  arm: string,
  of: (row: ResultScores) => number | null | undefined,
): number[] {
  return rowsOf(results, arm)
    .map(of)
    .filter((value) => typeof value === 'number');
}

/** Names that some row's record holds, in the order of first mention. */
export const keysOf = (results: ExperimentResults, of: (row: ResultScores) => Record<string, number>): string[] => [
  ...new Set(results.rows.flatMap((row) => Object.keys(of(row)))),
];

/** Mean chance level of the suites that are benchmarks; undefined where it is not known. */
export function chanceOfBenchmarks({ chance }: ExperimentResults): number | undefined {
  const levels = Object.entries(chance?.suites ?? {}).filter(([suite]) => suite !== RETENTION && !isProbe(suite));
  return levels.length > 0 ? mean(levels.map(([, level]) => level)) : undefined;
}

/**
 * Mean of lines over the seeds that have the same step: the same arm has the same steps in every seed, unless one is under way.
 * [step, value], ascending.
 */
export function meanLine(lines: readonly (readonly [number, number])[][]): [number, number][] {
  const at = new Map<number, number[]>();
  for (const [step, value] of lines.flat()) at.set(step, [...(at.get(step) ?? []), value]);
  const most = Math.max(0, ...[...at.values()].map(({ length }) => length));
  return [...at]
    .filter(([, values]) => values.length === most)
    .map(([step, values]): [number, number] => [step, mean(values)])
    .sort(([a], [b]) => a - b);
}

/** Points of a line a hand wide, as finished rows have them. */
const CURVE_POINTS = 48;

/** Appends measured losses to a line as means of neighbours; `expected`: entries the whole arm will have. */
export class CurveBuilder {
  readonly points: [number, number][] = [];
  readonly #width: number;
  #held: number[] = [];

  constructor(expected: number) {
    this.#width = Math.max(1, Math.ceil(expected / CURVE_POINTS));
  }

  append({ step, loss }: MetricColumns): void {
    for (let i = 0; i < step.length; i++) {
      this.#held.push(loss[i]!);
      if (this.#held.length < this.#width) continue;
      this.points.push([step[i]!, mean(this.#held)]);
      this.#held = [];
    }
  }
}
