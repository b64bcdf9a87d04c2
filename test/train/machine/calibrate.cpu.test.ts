/** A run's first steps, from which it is said how long the whole will take (test/bench/prediction.ts holds that against whole runs). */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { RunConfig } from '../../../src/config/run.ts';
import { planRun } from '../../../src/recipe/phases.ts';
import { predict } from '../../../src/recipe/prediction.ts';
import { MemoryFiles } from '../../../src/storage/files.ts';
import { calibrate } from '../../../src/train/trials/calibrate.ts';
import type { TrainingData } from '../../../src/train/run/data.ts';
import type { Run } from '../../../src/train/run/run.ts';
import { processor } from '../../cpu/processor.ts';
import { fakeData, switchingConfig } from '../saved/fakeData.ts';

async function timedOf(config: RunConfig, prepare: () => Promise<TrainingData>, begin: (run: Run) => void = () => {}) {
  const backend = await processor();
  const files = new MemoryFiles();
  const trial = { backend, config, files, begin };
  const calibration = await calibrate({ ...trial, prepare: async () => ({ data: await prepare(), base: null }) });
  return { calibration, left: await files.list() };
}

describe('the first steps of a run', () => {
  const config: RunConfig = { ...switchingConfig, base: { ...switchingConfig.base, steps: 20_000 }, logEverySteps: 50 };

  test('can be cut short', async () => {
    const { calibration, left } = await timedOf(
      config,
      async () => fakeData(config),
      (run) => run.stop(),
    );
    expect(calibration).toBeNull();
    expect(left).toEqual([]);
  });

  test('are all of a run that has no more', async () => {
    const few: RunConfig = { ...config, base: { ...config.base, steps: 6 }, continued: null };
    expect((await timedOf(few, async () => fakeData(few))).calibration!.step).toBeGreaterThan(0);
  });

  test('end when enough was timed, leave nothing, and say what every part of a run takes', async () => {
    // Each look at the clock finds it further on, so that the seconds which are timed are counted and not waited for.
    let now = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 20));
    onTestFinished(() => void vi.restoreAllMocks());
    const { calibration, left } = await timedOf(config, async () => fakeData(config));
    expect(left).toEqual([]);
    const { stepLow, stepHigh, ...parts } = calibration!;
    expect(stepLow).toBeLessThanOrEqual(stepHigh);
    for (const part of ['compile', 'step', 'firstEvaluation', 'evaluation', 'save'] as const)
      expect(parts[part], part).toBeGreaterThan(0);
    const plan = planRun(config);
    expect(predict(config, plan, calibration!).parts.train).toBeCloseTo(plan.endStep * parts.step, 6);
  });
});
