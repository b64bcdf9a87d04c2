import { expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import { trainingFlopsPerToken } from '../../src/model/estimate.ts';
import type { MachineReport, StepSpeed } from '../../src/protocol.ts';
import { plainReport, presetTimes } from '../../src/ui/machine/report.ts';

/** A preset's step at so many ms. */
function speed(preset: string, msPerStep: number): StepSpeed {
  const { model, batch } = presetConfig(preset);
  const tokens = batch.sequences * batch.length * batch.accumulation;
  const flops = tokens * trainingFlopsPerToken(model, batch.length, true).total;
  const perSecond = 1000 / msPerStep;
  return {
    preset,
    parameters: 0,
    msPerStep,
    tokensPerSecond: tokens * perSecond,
    flopsPerSecond: flops * perSecond,
    firstStepMs: 0,
    gpuBytes: 0,
  };
}

const report: MachineReport = {
  adapter: {
    vendor: 'acme',
    architecture: 'one',
    description: '',
    software: false,
    features: ['core-features-and-limits', 'subgroups'],
    maxBufferSize: 1 << 28,
    maxStorageBufferBindingSize: 1 << 27,
  },
  limits: { maxBufferSize: 2e9 },
  products: (['nt', 'nn', 'tn'] as const).map((kind, i) => ({
    kind,
    m: 512,
    n: 512,
    k: 512,
    flopsPerSecond: (i + 1) * 1e12,
  })),
  steps: [speed('smoke', 10), speed('tiny', 50)],
};

test('a measured preset takes its steps times their duration; others go at the speed of the nearest in size', () => {
  const times = new Map(presetTimes(report).map((time) => [time.preset, time]));
  const steps = (name: string) => {
    const { base, continued } = presetConfig(name);
    return base.steps + (continued?.steps ?? 0);
  };
  expect(times.get('smoke')!.seconds).toBeCloseTo(steps('smoke') * 0.01, 9);
  expect(times.get('tiny')!.seconds).toBeCloseTo(steps('tiny') * 0.05, 9);
  expect(times.get('tiny')!.measured).toBe(true);
  const studio = times.get('studio')!;
  expect(studio.measured).toBe(false);
  const { model, batch } = presetConfig('studio');
  const flops =
    steps('studio') *
    batch.sequences *
    batch.length *
    batch.accumulation *
    trainingFlopsPerToken(model, batch.length, true).total;
  expect(studio.seconds).toBeCloseTo(flops / report.steps[1]!.flopsPerSecond, 6);
});

test('the text names adapter, optional features, products against the peak, and every preset', () => {
  const text = plainReport(report, 'A browser');
  expect(text).toContain('Adapter: acme one (hardware)');
  expect(text).toContain('Features: subgroups\n');
  expect(text).toContain('largest buffer 2.0 GB');
  expect(text).toMatch(/512³ +1,000 +2,000 +3,000/);
  for (const { preset } of presetTimes(report)) expect(text).toContain(`\n  ${preset} `);
});
