/** What the picture's axes take in: the run under way whatever is drawn beside it, and numbers that are not cut. */
import { describe, expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { planRun, type RunPlan } from '../../src/recipe/phases.ts';
import { History } from '../../src/ui/chart/columns.ts';
import { breaksOf, fitsAxis, lossRange, type OtherLine, type PlotsInput } from '../../src/ui/chart/drawn.ts';
import { stepScale, valueTicks } from '../../src/ui/chart/scale.ts';
import { Smoother } from '../../src/ui/chart/smooth.ts';
import { randomNormal } from '../../src/util/random.ts';

const WIDTH = 800;
const lossAt = (step: number, seed: number) => 2.4 + 3.2 * (1 + step / 4) ** -0.8 + 0.05 * randomNormal(seed, 1, step);

function columnsOf(plan: RunPlan, from: number, to: number, seed: number) {
  const step = Float64Array.from({ length: to - from }, (_, i) => from + i);
  return {
    step,
    tokens: step,
    loss: step.map((at) => lossAt(at, seed)),
    lr: step,
    gradNorm: step,
    tokensPerSecond: step,
    phase: Uint8Array.from(step, (at) => ['base', 'general', 'qa'].indexOf(plan.at(at).phase.name)),
  };
}

/** A finished run as the picture draws it beside another. */
function finished(plan: RunPlan): OtherLine {
  const { step, loss, phase } = columnsOf(plan, 0, plan.endStep, 2);
  const smoother = new Smoother(0.95, stepScale(plan, false).position);
  smoother.extend(step, loss, phase, step.length);
  return { id: 'older', name: 'older', x: step, y: smoother.values, phase, length: step.length, place: 0, band: null };
}

function inputOf(plan: RunPlan, history: History, smoother: Smoother, others: readonly OtherLine[]): PlotsInput {
  const reach = Math.max(-Infinity, ...others.map(({ x, length }) => x[length - 1]!));
  return {
    plan,
    peak: 4e-3,
    scale: stepScale(plan, { even: false, log: false, window: null, reach }),
    history,
    smoother,
    wholeRange: false,
    logLoss: false,
    unit: 'step',
    others,
    heldOut: [],
    hidden: new Set(),
    guess: Math.log(260),
  };
}

describe('the loss axis', () => {
  const plan = planRun(presetConfig('smoke'));
  const longer = finished(planRun(resolveConfig({ preset: 'smoke', set: ['base.steps=900'] })));

  test('a run started after a longer one is inside at every tenth step, in height and in width', () => {
    const history = new History();
    const smoother = new Smoother(0.95, stepScale(plan, false).position);
    const outside: string[] = [];
    for (let end = 10; end <= plan.endStep; end += 10) {
      history.append(columnsOf(plan, end - 10, end, 1));
      smoother.extend(history.step, history.loss, history.phase, history.length);
      const input = inputOf(plan, history, smoother, [longer]);
      const [low, high] = lossRange(input, WIDTH);
      // Past a fifth of the run its first tenth, the fall from a blind guess, is left above.
      const from = end > 2 * 0.1 * plan.endStep + 1 ? Math.ceil(0.1 * plan.endStep) : 0;
      for (let i = from; i < history.length; i++) {
        const value = smoother.values[i];
        const x = input.scale.position(i);
        if (value < low || value > high || x < 0 || x > 1) outside.push(`step ${i} after ${end}`);
      }
    }
    expect(outside).toEqual([]);
  });

  test('takes in held-out losses where they are drawn', () => {
    const history = new History();
    history.append(columnsOf(plan, 0, plan.endStep, 1));
    const smoother = new Smoother(0.95, stepScale(plan, false).position);
    smoother.extend(history.step, history.loss, history.phase, history.length);
    const input = inputOf(plan, history, smoother, []);
    expect(lossRange(input, WIDTH)[1]).toBeLessThan(4);
    const heldOut = [{ name: 'code', place: 0, step: [0, 240, 300], loss: [5.6, 4.2, 4.1] }];
    expect(lossRange({ ...input, heldOut }, WIDTH)[1]).toBeGreaterThan(4.2);
  });

  test('has an extent to put numbers on before there is a loss', () => {
    const input = inputOf(plan, new History(), new Smoother(0.95, (x) => x), []);
    expect(lossRange(input, WIDTH)).toEqual([0, 1.05 * Math.log(260)]);
    expect(lossRange({ ...input, logLoss: true }, WIDTH)[0]).toBeGreaterThan(0);
  });
});

describe('the step axis', () => {
  const plan = planRun(presetConfig('smoke'));

  test('breaks where its scale changes, and nowhere else', () => {
    const bent = stepScale(plan, false);
    expect(breaksOf(bent.values)).toEqual([bent.position(240)]);
    expect(breaksOf(stepScale(plan, true).values)).toEqual([]);
    expect(breaksOf(stepScale(plan, { even: false, log: true, window: null }).values)).toEqual([]);
    // Zoomed past it there is one scale in sight.
    expect(breaksOf(stepScale(plan, { even: false, log: false, window: [0.6, 0.9] }).values)).toEqual([]);
  });

  test('leaves out a number that the edge would cut, and no other', () => {
    const scale = stepScale(planRun(resolveConfig({ preset: 'smoke', set: ['base.steps=940'] })), true).values;
    const ticks = valueTicks(scale, 400, 64, true);
    const kept = ticks.filter((value) => fitsAxis(scale.position(value), 36, 400, 50, 4));
    expect(ticks.at(-1)).toBe(1000);
    expect(kept).toEqual(ticks.slice(0, -1));
  });
});
