/** Alerts and first checks: silent on what is sound, one clear sentence on what is not. */
import { describe, expect, it } from 'vitest';
import type { Inspection, TensorReading } from '../../src/protocol.ts';
import { Alerts } from '../../src/train/run/alerts.ts';
import { continuedLoss, firstGradients, untrainedLoss } from '../../src/train/run/firstChecks.ts';
import { randomNormal } from '../../src/util/random.ts';
import { tinyConfig } from '../model/tiny.ts';

interface Given {
  loss?: number;
  gradNorm?: number;
  clip?: number;
  lr?: number;
}

/** Codes and steps of what is said of so many steps. */
function judged(steps: number, of: (step: number) => Given, { limit = 1, phase = steps } = {}) {
  const alerts = new Alerts(limit, phase);
  return Array.from({ length: steps }, (_, step) =>
    alerts.step({
      step,
      loss: 3 - step / 1000,
      gradNorm: 1,
      clip: 1,
      lr: 1e-3,
      update: 'made',
      peak: 1e-3,
      ...of(step),
    }),
  )
    .flat()
    .map((notice) => [notice.code, notice.step, notice.message] as const);
}

describe('alerts of steps', () => {
  it('say nothing of a run that learns', () => {
    const noisy = (step: number) => ({
      loss: 2 + 3 * (1 + step / 20) ** -0.5 + 0.1 * randomNormal(1, 1, step),
      gradNorm: 0.8 + 0.2 * randomNormal(1, 2, step),
      clip: step % 4 === 0 ? 0.9 : 1,
    });
    expect(judged(1000, noisy)).toEqual([]);
  });

  it('tell of gradients ten times their median where they come again soon, once', () => {
    const jumps = (...at: number[]) => judged(1000, (step) => ({ gradNorm: at.includes(step) ? 11 : 1 }));
    const said = jumps(120, 300, 301, 420);
    expect(said.map(([code, step]) => [code, step])).toEqual([['gradient-spike', 300]]);
    expect(said[0]![2]).toMatch(
      /^Step 300: the gradient norm is 11\.0, 11 times .* \(1\.00\)\. It was scaled down to 1, and not/,
    );
    expect(jumps(120, 400, 700)).toEqual([]);
    expect(jumps(120, 130, 500, 510).map(([, step]) => step)).toEqual([130, 510]);
    // Before there is a median worth its name: nothing.
    expect(judged(200, (step) => ({ gradNorm: step === 20 ? 100 : 1 }))).toEqual([]);
  });

  it('tell of a run that is clipped at nearly every step, and again after it was not', () => {
    const said = judged(700, (step) => ({ gradNorm: 2.5, clip: step < 200 || step >= 400 ? 0.4 : 1 }));
    expect(said.map(([code, step]) => [code, step])).toEqual([
      ['clip-rate', 99],
      ['clip-rate', 489],
    ]);
    // Three of four steps at times, all at others: it has not gone in between.
    expect(judged(700, (step) => ({ gradNorm: 2.5, clip: step % 200 < 100 && step % 4 === 0 ? 1 : 0.4 }))).toHaveLength(
      1,
    );
    // A little beyond the limit: all steps are scaled nearly alike, which AdamW takes no notice of.
    expect(judged(700, () => ({ gradNorm: 1.3, clip: 1 / 1.3 }))).toEqual([]);
    expect(said[0]![2]).toMatch(/^100 % of the last 100 steps were clipped \(median gradient norm 2\.50, limit 1\)/);
  });

  it('tell of a loss that stands still under a rate that is high, not under one that has fallen', () => {
    const still = (step: number) => ({ loss: 3 + 0.1 * Math.sin(step) + step / 1e6 });
    const said = judged(1000, still);
    expect(said.map(([code, step]) => [code, step])).toEqual([['plateau', 200]]);
    expect(said[0]![2]).toMatch(
      /^No progress in 200 steps up to step 200: the mean loss was 3\.0\d+ .* 3\.0\d+ in the second\./,
    );
    expect(judged(1000, (step) => ({ ...still(step), lr: 4e-4 }))).toEqual([]);
    // Windows of a tenth of a long phase.
    expect(judged(1000, still, { phase: 4000 })[0]![1]).toBe(800);
  });
});

describe('alerts of looks', () => {
  const tensor = (name: string, updateRatio: number | null): TensorReading => ({
    name,
    gradNorm: 1,
    finite: true,
    weightNorm: 1,
    updateRatio,
  });
  const look = (step: number, given: Partial<Inspection>): Inspection => ({
    step,
    clipRate: 0,
    tensors: [],
    layers: [],
    ...given,
  });
  const up = 'model.layers.0.mlp.up_proj.weight';

  it('speak of dead units, saturated attention and updates out of their band, once each', () => {
    const alerts = new Alerts(1, 100);
    const wrong = {
      layers: [
        { dead: 0.1, highestScore: 12 },
        { dead: 0.75, highestScore: 150 },
      ],
      tensors: [
        tensor(up, 0.5),
        tensor('lm_head.weight', 1e-8),
        tensor('model.norm.weight', 2),
        tensor('model.norm.bias', null),
      ],
    };
    const said = alerts.inspection(look(25, wrong));
    expect(said.map(({ code, step }) => [code, step])).toEqual([
      ['dead-units', 25],
      ['attention-scores', 25],
      ['update-ratio', 25],
      ['update-ratio', 25],
    ]);
    expect(said[0]!.message).toMatch(/^Layer 1: in step \d+, 75 % of its squared-ReLU units/);
    expect(said[1]!.message).toMatch(/^Layer 1: the largest attention score of step 25 is 150/);
    expect(said[2]!.message).toContain(`${up} changed by 50 % of its size in step 25`);
    expect(said[3]!.message).toContain('lm_head.weight changed by 1.0e-8');
    expect(alerts.inspection(look(50, wrong))).toEqual([]);
  });

  it('say nothing of a tensor that nothing moved: the step was suppressed, which is told elsewhere', () => {
    expect(new Alerts(1, 100).inspection(look(25, { tensors: [tensor(up, 0), tensor(up, 1e-3)] }))).toEqual([]);
  });
});

describe('the first step', () => {
  const { model } = tinyConfig;
  const expected = Math.log(44) + 0.08;
  const varied = Uint32Array.from({ length: 512 }, (_, i) => i % 44);

  it('is sound near ln V, and judged more mildly where one target fills the batch', () => {
    expect(untrainedLoss(expected, model, varied).sound).toBe(true);
    expect(untrainedLoss(expected + 0.2, model, varied).sound).toBe(true);
    expect(untrainedLoss(expected + 0.4, model, varied)).toMatchObject({
      sound: false,
      message: expect.stringMatching(/^The first loss is 4\.264\. .*ln 44 = 3\.784.*initializer_range/),
    });
    expect(untrainedLoss(expected - 0.4, model, varied).message).toMatch(/among the inputs/);
    expect(untrainedLoss(expected + 0.4, model, new Uint32Array(512)).sound).toBe(true);
  });

  it('of a base is held against its held-out loss on the blend', () => {
    const heldOut = { wiki: 1, web: 2, code: 9 };
    const blend = { wiki: 75, web: 25, qa: 40 };
    expect(continuedLoss(1.25, model, heldOut, blend, 16)).toMatchObject({
      sound: true,
      message: expect.stringMatching(/the base has 1\.250/),
    });
    expect(continuedLoss(1.8, model, heldOut, blend, 16)!.sound).toBe(true);
    expect(continuedLoss(3.7, model, heldOut, blend, 16)).toMatchObject({
      sound: false,
      message: expect.stringMatching(/the tokenizer or the text/),
    });
    expect(continuedLoss(3.7, model, heldOut, { qa: 1 }, 16)).toBe(null);
  });

  it('names tensors without a gradient, and those with one that is not finite', () => {
    const reading = (name: string, gradNorm: number, finite = true): TensorReading => ({
      name,
      gradNorm,
      finite,
      weightNorm: 1,
      updateRatio: 0.01,
    });
    expect(firstGradients([reading('a', 0.5), reading('b', 2)])).toMatchObject({
      sound: true,
      message: expect.stringMatching(/^All 2 tensors .* 0\.50 to 2\.0\.$/),
    });
    const { sound, message } = firstGradients([reading('a', 0), reading('b', Number.NaN, false), reading('c', 1)]);
    expect(sound).toBe(false);
    expect(message).toMatch(/^After the first step b got a gradient that is not finite: .*; a got no gradient/);
  });
});
