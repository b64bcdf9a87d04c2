/**
 * How long a run is said to take, beside how long it takes. The promise of 20 % is for a machine with nothing else to do, and is held
 * against whole presets, which takes as long as they do:
 *     PREDICT=smoke,ci npx vitest run --project gpu test/train/calibrate
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import type { RunConfig } from '../../src/config/run.ts';
import { planRun } from '../../src/recipe/phases.ts';
import { predict } from '../../src/recipe/prediction.ts';
import { MemoryFiles } from '../../src/storage/files.ts';
import { SlotStore } from '../../src/storage/slots.ts';
import { calibrate } from '../../src/train/calibrate.ts';
import { prepareData, type TrainingData } from '../../src/train/data.ts';
import { Keeper } from '../../src/train/keeper.ts';
import { Run, type RunListener } from '../../src/train/run.ts';
import { gpu } from '../gpu/device.ts';
import { fakeData, switchingConfig } from './fakeData.ts';

async function timedOf(config: RunConfig, prepare: () => Promise<TrainingData>, begin: (run: Run) => void = () => {}) {
  const { device, report } = await gpu();
  const files = new MemoryFiles();
  const trial = { device, software: report.software, config, files, begin };
  const calibration = await calibrate({ ...trial, prepare: async () => ({ data: await prepare(), base: null }) });
  return { calibration, left: await files.list() };
}

describe('the first steps of a run', () => {
  const config: RunConfig = { ...switchingConfig, base: { ...switchingConfig.base, steps: 20_000 }, logEverySteps: 50 };

  test('can be cut short', async () => {
    const { calibration, left } = await timedOf(config, async () => fakeData(config), (run) => run.stop());
    expect(calibration).toBeNull();
    expect(left).toEqual([]);
  });

  test('are all of a run that has no more', async () => {
    const few: RunConfig = { ...config, base: { ...config.base, steps: 6 }, continued: null };
    expect((await timedOf(few, async () => fakeData(few))).calibration!.step).toBeGreaterThan(0);
  });
});

const fetchBytes = async (file: string) => new Uint8Array(readFileSync(path.resolve(import.meta.dirname, '../../public/data', file)));

/** Presets to be trained to their end; none: a run of seconds, on a machine that may have better to do. */
const presets = process.env['PREDICT']?.split(',') ?? [];
/** Between two measurements seconds apart, a shared machine may halve or double its speed. */
const tolerance = presets.length > 0 ? 1.2 : 3;
const short: RunConfig = { ...switchingConfig, base: { ...switchingConfig.base, steps: 600 }, evaluation: { everySteps: 100, rows: 1 } };
const subjects: [name: string, config: RunConfig, prepare: () => Promise<TrainingData>][] =
  presets.length === 0
    ? [['a short one', short, async () => fakeData(short)]]
    : presets.map((name) => {
        const config = presetConfig(name);
        return [name, config, () => prepareData(config, [], fetchBytes, () => {})];
      });

test.each(subjects)('the whole run takes as long as its first steps say: %s', { timeout: 3_600_000 }, async (name, config, prepare) => {
  const { calibration, left } = await timedOf(config, prepare);
  expect(left).toEqual([]);
  const { stepLow, stepHigh, ...parts } = calibration!;
  expect(stepLow).toBeLessThanOrEqual(stepHigh);
  for (const part of ['compile', 'step', 'firstEvaluation', 'evaluation', 'save'] as const) expect(parts[part], part).toBeGreaterThan(0);
  const { seconds, low, high } = predict(config, planRun(config), calibration!);

  const { device, report } = await gpu();
  const listener: RunListener = { state() {}, metric() {}, heldOut() {}, switched() {}, sources() {}, benchmark() {}, sample() {} };
  const from = performance.now();
  const keeper = new Keeper(new SlotStore(new MemoryFiles(), 'run'), { saved() {}, failed() {} }, {});
  const run = await Run.create(device, report.software, config, await prepare(), listener, null, { keeper });
  await run.train();
  run.destroy();
  const took = (performance.now() - from) / 1000;
  console.log(`${name}: predicted ${seconds.toFixed(1)} s (${low.toFixed(1)} to ${high.toFixed(1)}), took ${took.toFixed(1)} s`);
  expect(Math.max(seconds / took, took / seconds)).toBeLessThan(tolerance);
});
