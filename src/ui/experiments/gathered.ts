/** What experiments have found in this browser, by configuration: whole rows, and lines of the arm under way. */
import { signal } from '@preact/signals';
import type { RunConfig } from '../../config/run.ts';
import type { BenchmarkPoint, ExperimentEvents } from '../../protocol.ts';
import { continuedConfig, type Experiment } from '../../recipe/experiments.ts';
import type { ExperimentResults, ResultRow } from '../../recipe/results/results.ts';
import { recall, remember } from '../run/memory.ts';
import { forgetResults, type Kept, keepResults, recallResults } from './kept.ts';
import { words } from './words.ts';
import { BASE, CurveBuilder, type Scored, type Trace, traceOf } from './results.ts';

export interface Gathered extends Kept {
  traces: readonly Trace[];
}

const NOTHING: Gathered = { rows: [], traces: [] };
const gathered = signal<Readonly<Record<string, Gathered>>>({});

/** Results carry over between experiments and numbers of seeds, not between configurations. */
export const keyOf = (config: RunConfig): string => JSON.stringify(config);

export const gatheredOf = (config: RunConfig): Gathered => gathered.value[keyOf(config)] ?? NOTHING;

let recalled: Promise<void> | undefined;

/** Brings in the rows of earlier visits, once; those of this one stand. */
export const recallGathered = (): Promise<void> => (recalled ??= bringIn());

async function bringIn(): Promise<void> {
  const kept = await recallResults().catch(() => ({}));
  const found = Object.entries(kept).map(([key, one]) => [key, { ...one, traces: one.rows.map(traceOf) }]);
  gathered.value = { ...Object.fromEntries(found), ...gathered.peek() };
}

export interface CountedRows {
  added: number;
  /** Arms and seeds that have a row: it stands. */
  known: number;
  /** Those of `known` whose average is another. */
  differing: number;
}
export interface AddedRows extends CountedRows {
  /** Whether the browser keeps them beyond this page. */
  kept: boolean;
}

/** What taking in rows would come to. */
export function countRows(config: RunConfig, rows: readonly ResultRow[]): CountedRows & { fresh: ResultRow[] } {
  const averages = new Map(gatheredOf(config).rows.map((row) => [nameOf(row), row.average]));
  const fresh = rows.filter((row) => !averages.has(nameOf(row)));
  const differing = rows.filter((row) => averages.has(nameOf(row)) && averages.get(nameOf(row)) !== row.average);
  return { fresh, added: fresh.length, known: rows.length - fresh.length, differing: differing.length };
}

/** Takes in rows that were run elsewhere with this configuration. Not while an experiment runs, which holds rows of its own. */
export async function addRows(
  config: RunConfig,
  from: Required<Pick<Kept, 'rows' | 'devices'>> & Kept,
): Promise<AddedRows> {
  await recallGathered();
  const here = gatheredOf(config);
  const { fresh, ...counts } = countRows(config, from.rows);
  if (fresh.length === 0) return { ...counts, kept: true };
  const next: Kept = {
    rows: [...here.rows, ...fresh],
    chance: here.chance ?? from.chance,
    devices: [...new Set([...(here.devices ?? []), ...from.devices])],
  };
  const key = keyOf(config);
  gathered.value = { ...gathered.peek(), [key]: { ...next, traces: [...here.traces, ...fresh.map(traceOf)] } };
  const kept = await keepResults(key, next).then(
    () => true,
    () => false,
  );
  return { ...counts, kept };
}

export async function forgetGathered(config: RunConfig): Promise<void> {
  const { [keyOf(config)]: _forgotten, ...others } = gathered.peek();
  gathered.value = others;
  await forgetResults(keyOf(config)).catch(() => undefined);
}

/** Seeds with a row run since the page was opened, by configuration: the worker has their bases still. */
export const basesHere = signal<ReadonlySet<string>>(new Set());

/** Takes in what an experiment with this configuration says, as `device` trains it. */
export function gather(config: RunConfig, experiment: Experiment, device: string): (events: ExperimentEvents) => void {
  const { batch, base, logEverySteps } = config;
  const key = keyOf(config);
  const tokensPerStep = batch.sequences * batch.length * batch.accumulation;
  const expectedEntries = (arm: string) => {
    const change = experiment.arms.find(({ name }) => name === arm);
    return (change ? continuedConfig(change, config).steps : base.steps) / logEverySteps;
  };
  let { rows, chance, devices = [] } = gatheredOf(config);
  // What a stop left half done is run again.
  const traces = new Map(rows.map((row) => [nameOf(row), traceOf(row)]));
  const traceNamed = (arm: string, seed: number): Trace =>
    traces.get(nameOf({ arm, seed })) ?? { arm, seed, curve: [], points: [] };
  let current = '';
  let curve = new CurveBuilder(1);
  /** When the arm under way was first heard of, and the step it was at. */
  let heard = { at: 0, step: 0 };

  /** What was left half done is run again. */
  const forgetHalves = () => {
    for (const name of traces.keys()) if (!rows.some((row) => nameOf(row) === name)) traces.delete(name);
    current = '';
  };

  return ({ state, metrics = [], benchmarks = [], rows: finished = [], notices = [] }) => {
    if (notices.length > 0) forgetHalves();
    for (const { arm, seed, columns } of metrics) {
      const trace = traceNamed(arm, seed);
      if (current !== nameOf(trace)) {
        current = nameOf(trace);
        heard = { at: performance.now(), step: columns.step.at(-1)! };
        curve = new CurveBuilder(expectedEntries(arm));
      }
      curve.append(columns);
      traces.set(current, { ...trace, curve: [...curve.points] });
    }
    for (const { arm, seed, point } of benchmarks) {
      const trace = traceNamed(arm, seed);
      traces.set(nameOf(trace), { ...trace, points: [...trace.points, scored(point)] });
      chance ??= chanceOf(point);
    }
    for (const row of finished) {
      rows = [...rows.filter((one) => nameOf(one) !== nameOf(row)), row];
      traces.set(nameOf(row), traceOf(row));
      devices = [...new Set([...devices, device])];
      basesHere.value = new Set([...basesHere.peek(), keyOf({ ...config, seed: row.seed })]);
      if (nameOf(row) !== current || row.arm === BASE) continue;
      const steps = (row.curve?.at(-1)?.[0] ?? 0) - heard.step;
      learnSpeed(config.preset, (steps * tokensPerStep * 1000) / (performance.now() - heard.at));
    }
    if (state?.kind === 'stopped' || state?.kind === 'failed') forgetHalves();
    gathered.value = { ...gathered.value, [key]: { rows, traces: [...traces.values()], chance, devices } };
    if (finished.length > 0)
      void keepResults(key, { rows, chance, devices }).catch((error: unknown) => console.warn(words.notKept, error));
  };
}

const nameOf = ({ arm, seed }: { arm: string; seed: number }) => `${arm} ${seed}`;

const scored = ({ step, averageWithoutRetention, retention }: BenchmarkPoint): Scored => ({
  step,
  averageWithoutRetention,
  retention,
});

function chanceOf({ averageChance, suites }: BenchmarkPoint): NonNullable<ExperimentResults['chance']> {
  return { average: averageChance, suites: Object.fromEntries(suites.map(({ name, chance }) => [name, chance])) };
}

/** Tokens a second of whole arms, evaluations included, as last measured here, by preset. */
const speeds = signal<Readonly<Record<string, number>>>({});

export function speedOf(preset: string): number | null {
  const value = speeds.value[preset] ?? Number(recall(`speed.${preset}`));
  return value > 0 ? value : null;
}

function learnSpeed(preset: string, tokensPerSecond: number): void {
  if (!(tokensPerSecond > 0 && Number.isFinite(tokensPerSecond))) return;
  speeds.value = { ...speeds.value, [preset]: tokensPerSecond };
  remember(`speed.${preset}`, tokensPerSecond.toFixed(0));
}
