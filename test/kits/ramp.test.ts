/** A base whose batches grow: Megatron-LM's schedule read as its calculator reads it, and what the other stacks take instead. */
import { expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.ts';
import { kitFiles } from '../../src/kits/kit.ts';
import { planRun } from '../../src/recipe/phases.ts';
import { megatronRate } from './stacks.ts';

const configOf = (kind: string) =>
  resolveConfig({
    preset: 'smoke',
    set: [
      ...['continued=off', 'batch.accumulation=3', 'base.batchRamp=4:0.05,8:0.15'],
      ...['base.schedule.warmupSteps=20', `base.schedule.kind=${kind}`],
    ],
  });
const kitOf = (kind: string) => new Map(kitFiles(configOf(kind)).map(({ name, text }) => [name, text]));

/** StepBatchsizeNumMicroBatchesCalculator of core 0.19: thresholds in tokens, divided by --seq-length. */
function batchesOf(schedule: string, length: number) {
  const entries = schedule.split(' ').map((one) => one.split(':').map(Number) as [number, number]);
  return (samples: number): number =>
    entries.findLast(([tokens]) => samples >= Math.floor(tokens / length))?.[1] ?? entries[0]![1];
}

test.each(['cosine', 'linear', 'wsd', 'constant'])(
  'Megatron-LM takes the same batches at the same rates: %s',
  (kind) => {
    const config = configOf(kind);
    const { at, stages } = planRun(config);
    expect(stages).toHaveLength(3);
    const text = kitOf(kind).get('megatron-lm/arguments.sh')!;
    expect(text).not.toContain('--global-batch-size');
    const value = (flag: string): string =>
      new RegExp(`${flag} ("[^"]+"|\\S+)`).exec(text)?.[1]!.replaceAll('"', '') ?? '';
    const number = (flag: string): number => Number(value(flag));
    const batchAt = batchesOf(value('--step-batch-size-schedule'), number('--seq-length'));
    const schedule = {
      ...{ maxLr: number('--lr'), minLr: number('--min-lr'), initLr: number('--lr-warmup-init') },
      ...{
        warmup: number('--lr-warmup-samples'),
        decay: number('--lr-decay-samples'),
        style: value('--lr-decay-style'),
      },
      ...{ wsdDecay: number('--lr-wsd-decay-samples'), wsdStyle: value('--lr-wsd-decay-style') },
    };
    let [samples, step] = [0, 0];
    for (; samples < number('--train-samples'); step++) {
      const { accumulation, lr } = at(step);
      expect(batchAt(samples), `step ${step}`).toBe(4 * accumulation);
      // Of the peak: cosines of two libraries differ by some units in the last place.
      expect(Math.abs(megatronRate(schedule, samples) - lr) / schedule.maxLr, `step ${step}`).toBeLessThan(1e-12);
      samples += batchAt(samples);
    }
    expect([step, samples]).toEqual([240, number('--train-samples')]);
  },
);

test('the other stacks take the whole batch for the same tokens, and the README says so', () => {
  const kit = kitOf('cosine');
  const { tokensBefore, tokensPerStep, stages } = planRun(configOf('cosine'));
  const whole = Math.round(tokensBefore(240) / tokensPerStep);
  const warm = Math.round(tokensBefore(20) / tokensPerStep);
  expect(whole).toBeLessThan(240);
  for (const [file, steps, warmUp] of [
    ['hf-trainer/recipe.py', /^STEPS = (\d+)$/m, /^WARMUP = (\d+)$/m],
    ['torchtitan/rekindle_recipe.py', /^STEPS = (\d+)$/m, /^WARMUP_STEPS = (\d+)$/m],
    ['megatron-bridge/phase1.yaml', /train_iters: (\d+)/, /lr_warmup_iters: (\d+)/],
  ] as const) {
    const number = (pattern: RegExp) => Number(pattern.exec(kit.get(file)!)![1]);
    expect([number(steps), number(warmUp)], file).toEqual([whole, warm]);
  }
  const readme = kit.get('README.md')!;
  expect(readme).toContain(
    `240 steps of 12 × 64 tokens, fewer at first: ${tokensBefore(240).toLocaleString('en-US')} tokens`,
  );
  expect(readme).toContain(`4 rows from step 0, 8 rows from step ${stages[1]!.firstStep}`);
  expect(readme).toContain(`${whole} steps instead of 240`);
  expect(kit.get('lr.csv')!.trim().split('\n')).toHaveLength(241);
  expect(JSON.parse(kit.get('recipe.json')!).batchStages).toEqual(
    stages.map(({ sequences, firstStep }) => ({ sequences, firstStep })),
  );
  // The continued part of a run with a ramp has none.
  const continued = resolveConfig({ preset: 'smoke', set: ['batch.accumulation=3', 'base.batchRamp=4:0.05'] });
  const said = kitFiles(continued).map(({ text }) => text);
  expect(said.filter((text) => /step-batch-size|batchStages|batch grows/.test(text))).toEqual([]);
});
