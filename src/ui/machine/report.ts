/** What follows from a check's measurements: how long presets take, and all of it as plain text. Pure. */
import { PRESETS } from '../../config/presets.ts';
import type { RunConfig } from '../../config/run.ts';
import { trainingFlopsPerToken } from '../../model/estimate.ts';
import { parameterCount } from '../../model/parameters.ts';
import type { AdapterReport, MachineReport } from '../../protocol.ts';
import * as format from '../format.ts';
import { about, gigaflops, milliseconds, words } from './words.ts';

export interface PresetTime {
  preset: string;
  parameters: number;
  seconds: number;
  /** Whether steps of this very preset were timed. */
  measured: boolean;
}

/** Model FLOPs of one step, counted as the worker counts them: the causal half of attention. */
function stepFlops({ model, batch }: RunConfig): number {
  const tokens = batch.sequences * batch.length * batch.accumulation;
  return tokens * trainingFlopsPerToken(model, batch.length, true).total;
}

/** Seconds of training a preset's whole run takes: its steps' FLOPs at the speed of the measured preset nearest in size. */
export function presetTimes({ steps }: MachineReport): PresetTime[] {
  const speeds = steps.map(({ preset, flopsPerSecond }) => {
    const { config } = PRESETS.find(({ name }) => name === preset)!;
    return { preset, flopsPerSecond, flops: stepFlops(config) };
  });
  return PRESETS.map(({ name, config }) => {
    const flops = stepFlops(config);
    const distance = (other: number) => Math.abs(Math.log(other / flops));
    const nearest = speeds.reduce((best, one) => (distance(one.flops) < distance(best.flops) ? one : best));
    const count = config.base.steps + (config.continued?.steps ?? 0);
    return {
      preset: name,
      parameters: parameterCount(config.model),
      seconds: (count * flops) / nearest.flopsPerSecond,
      measured: speeds.some(({ preset }) => preset === name),
    };
  });
}

export const peakOf = ({ products }: MachineReport): number =>
  Math.max(...products.map(({ flopsPerSecond }) => flopsPerSecond));

/** The best name a browser gives its adapter. */
export const adapterName = ({ vendor, architecture, description }: AdapterReport): string =>
  [vendor, architecture, description].filter(Boolean).join(' ');

/** Without the one that only says that WebGPU is there in full. */
export const optionalFeatures = ({ features }: AdapterReport): string[] =>
  features.filter((name) => name !== 'core-features-and-limits');

export const shownLimits = (limits: Record<string, number>): string[] =>
  words.limitsShown
    .filter(([key]) => limits[key] !== undefined)
    .map(([key, name, write]) => `${name} ${write(limits[key])}`);

/** Everything in lines, for a message or an issue. */
export function plainReport(report: MachineReport, browser: string): string {
  const { adapter, limits, products, steps } = report;
  const peak = peakOf(report);
  const sizes = [...new Set(products.map(({ n }) => n))];
  const columns = (cells: readonly string[]) =>
    `  ${cells.map((cell, i) => (i ? cell.padStart(12) : cell.padEnd(12))).join(' ')}`;
  return [
    words.title,
    ...(adapter.processor
      ? [`Trains on: ${adapterName(adapter)}`]
      : [
          `Adapter: ${adapterName(adapter)} (${adapter.software ? 'software' : 'hardware'})`,
          `Features: ${optionalFeatures(adapter).join(', ') || 'none'}`,
          `Limits: ${shownLimits(limits).join(', ')}`,
        ]),
    `Browser: ${browser}`,
    '',
    'Matrix products, f32, GFLOP/s',
    columns(['size', 'forward', 'd input', 'd weight']),
    ...sizes.map((size) => {
      const rates = (['nt', 'nn', 'tn'] as const).map((kind) => products.find((p) => p.n === size && p.kind === kind)!);
      return columns([`${size}³`, ...rates.map(({ flopsPerSecond }) => gigaflops(flopsPerSecond))]);
    }),
    '',
    'Training steps',
    columns(['preset', words.ms, 'tokens/s', 'GFLOP/s', 'of peak']),
    ...steps.map(({ preset, msPerStep, tokensPerSecond, flopsPerSecond }) =>
      columns([
        preset,
        milliseconds(msPerStep),
        format.integer(tokensPerSecond),
        gigaflops(flopsPerSecond),
        format.percent(Math.round((100 * flopsPerSecond) / peak) / 100),
      ]),
    ),
    '',
    words.times,
    ...presetTimes(report).map(({ preset, seconds }) => columns([preset, about(seconds)])),
    '',
  ].join('\n');
}
