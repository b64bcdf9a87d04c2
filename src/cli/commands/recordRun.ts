/**
 * `npm run recipe -- record --from DIR [--before DIR]`, DIR of a run: what it logged into `public/recorded/run.json`, which the page
 * plays to its visitors. `before`: the folder of the base run that it continued.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunConfig } from '../../config/run.ts';
import type { HeldOutPoint, Sample } from '../../protocol.ts';
import { columnsOf, type MetricRow, measurementNames } from '../../recipe/measurements.ts';
import { RECORDED_RUN, type RecordedRun } from '../../recipe/results/recordedRun.ts';
import { UserError } from '../../util/errors.ts';
import type { Host } from '../host.ts';
import { projectRoot } from '../node/project.mjs';
import { readEvaluations, readMetrics, readRunConfig, readSummary } from '../runFolder.ts';
import { recordWords } from '../words/record.ts';

/** Steps kept of each part: as many as the figure has columns on a wide screen. */
const KEPT = 800;
/** Digits kept of a measurement: the figure's reading line shows four. */
const DIGITS = 5;

interface Part {
  config: RunConfig;
  lines: MetricRow[];
  heldOut: HeldOutPoint[];
  samples: Sample[];
  adapter: string;
}

function readPart(folder: string): Part {
  const { adapter } = readSummary(folder);
  return { config: readRunConfig(folder), lines: readMetrics(folder), ...readEvaluations(folder), adapter };
}

/** Of what two parts measured of the same weights, at the step where one ends and the next begins, the later part's. */
function withoutEarlier<T extends { step: number }>(parts: readonly (readonly T[])[]): T[] {
  return parts.flatMap((points, i) => points.filter(({ step }) => !parts[i + 1]?.some((later) => later.step === step)));
}

/** Every so many-th line, the last always: what is drawn of it looks the same. */
function thinned(lines: readonly MetricRow[]): MetricRow[] {
  const stride = Math.ceil(lines.length / KEPT);
  return lines.filter((_, i) => i % stride === 0 || i === lines.length - 1);
}

export function recordRun(from: string, before: string | undefined, { say }: Host): void {
  const last = readPart(path.resolve(from));
  const parts = before === undefined ? [last] : [readPart(path.resolve(before)), last];
  const [first] = parts;
  const [end, start] = [first!.lines.at(-1)!.step + 1, last.lines[0]!.step];
  if (before !== undefined && end !== start) {
    throw new UserError(recordWords.gap(before, end, from, start));
  }
  const lines = parts.flatMap((part) => thinned(part.lines));
  const round = (value: number): number => Number(value.toPrecision(DIGITS));
  const columns = columnsOf(lines);
  const column = (name: (typeof measurementNames)[number]): number[] =>
    Array.from(columns[name], (value) => (name === 'step' || name === 'tokens' ? value : round(value)));
  const recorded: RecordedRun = {
    config: last.config,
    adapter: last.adapter.split(/[,;](?![^(]*\))/)[0]!, // without driver and features
    metrics: Object.fromEntries(measurementNames.map((name) => [name, column(name)])) as RecordedRun['metrics'],
    heldOut: withoutEarlier(parts.map(({ heldOut }) => heldOut)),
    samples: withoutEarlier(parts.map(({ samples }) => samples)),
  };
  const file = path.join(projectRoot, 'public', RECORDED_RUN);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(recorded)}\n`);
  const steps = parts.reduce((sum, part) => sum + part.lines.length, 0);
  say(recordWords.run(lines.length, steps, last.config.preset));
}
