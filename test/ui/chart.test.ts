import { describe, expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import { planRun } from '../../src/recipe/phases.ts';
import { History } from '../../src/ui/chart/columns.ts';
import { lowerBound, nearest, visiblePoints } from '../../src/ui/chart/downsample.ts';
import { NARROWEST, stepScale, valueTicks, zoomBy } from '../../src/ui/chart/scale.ts';
import { rowsOf } from '../../src/ui/chart/summary.ts';
import { secondsOf } from '../../src/ui/chart/unit.ts';
import { Smoother } from '../../src/ui/chart/smooth.ts';
import { randomUniform } from '../../src/util/random.ts';

const noise = (n: number) => Float64Array.from({ length: n }, (_, i) => randomUniform(1, 2, i));
/** Place of a step in a run of n. */
const share = (n: number) => (step: number) => step / n;
const ramp = (n: number) => Float64Array.from({ length: n }, (_, i) => i);

describe('History', () => {
  test('keeps every value in order across growth', () => {
    const history = new History();
    const n = 700;
    for (let batch = 0; batch < 5; batch++) {
      const column = Float64Array.from({ length: n }, (_, i) => batch * n + i);
      history.append({
        step: column,
        tokens: column,
        loss: column,
        lr: column,
        gradNorm: column,
        tokensPerSecond: column,
        phase: new Uint8Array(n).fill(batch % 3),
      });
    }
    expect(history.length).toBe(3500);
    expect(history.loss.subarray(0, 3500)).toEqual(ramp(3500));
    expect(history.phase[699]).toBe(0);
    expect(history.phase[700]).toBe(1);
  });
});

describe('Smoother', () => {
  test('a constant stays that constant, whatever the strength: the bias is removed', () => {
    for (const strength of [0, 0.6, 0.99]) {
      const smoother = new Smoother(strength, share(500));
      smoother.extend(ramp(500), new Float64Array(500).fill(3.25), new Uint8Array(500), 500);
      for (const value of smoother.values.subarray(0, 500)) expect(value).toBeCloseTo(3.25, 12);
    }
  });

  test('strength 0 is the raw line', () => {
    const smoother = new Smoother(0, share(100));
    const y = noise(100);
    smoother.extend(ramp(100), y, new Uint8Array(100), 100);
    expect(smoother.values.subarray(0, 100)).toEqual(y);
  });

  test('starts anew at a phase: what came before does not matter', () => {
    const phase = Uint8Array.from({ length: 200 }, (_, i) => (i < 120 ? 0 : 1));
    const y = noise(200);
    const high = y.map((value, i) => (i < 120 ? value + 50 : value));
    const a = new Smoother(0.95, share(200));
    const b = new Smoother(0.95, share(200));
    a.extend(ramp(200), y, phase, 200);
    b.extend(ramp(200), high, phase, 200);
    expect(a.values.subarray(120, 200)).toEqual(b.values.subarray(120, 200));
    expect(a.values[120]).toBe(y[120]);
  });

  test('in many pieces gives bitwise what it gives at once', () => {
    const y = noise(3000);
    const x = ramp(3000);
    const phase = Uint8Array.from({ length: 3000 }, (_, i) => (i < 1700 ? 1 : 2));
    const whole = new Smoother(0.9, share(3000));
    whole.extend(x, y, phase, 3000);
    const pieces = new Smoother(0.9, share(3000));
    for (let n = 0; n <= 3000; n += 30) pieces.extend(x, y, phase, n);
    expect(pieces.values.subarray(0, 3000)).toEqual(whole.values.subarray(0, 3000));
  });

  test('weighs by distance: after a gap of k steps the past counts as after k steps', () => {
    // Values 1, 1, 0 at x = 0, 1, 8. The first two have a weight of 1 − s each, faded over 8 and 7 steps; the last 1 − s⁷.
    const smoother = new Smoother(0.9, share(1000));
    smoother.extend([0, 1, 8], [1, 1, 0], [0, 0, 0], 3);
    const past = 0.1 * (0.9 ** 8 + 0.9 ** 7);
    expect(smoother.values[2]).toBeCloseTo(past / (past + 1 - 0.9 ** 7), 12);
  });

  test('an odd first value is forgotten as fast as any other: near the constant within the half-life', () => {
    const y = Float64Array.from({ length: 40 }, (_, i) => (i === 0 ? 5 : 1));
    const smoother = new Smoother(0.95, share(1000));
    smoother.extend(ramp(40), y, new Uint8Array(40), 40);
    // Half-life: ln 2 / −ln 0.95 = 13.5 steps. Of 14 values, faded by at most a half, the first has a twentieth of the mass.
    expect(smoother.values[14]).toBeLessThan(1.2);
    expect(smoother.values[14]).toBeGreaterThan(1);
    // The case that was reported: 10, then 2; ten points on.
    const odd = new Smoother(0.95, share(1000));
    odd.extend(ramp(11), [10, ...new Array(10).fill(2)], new Uint8Array(11), 11);
    expect(odd.values[10]).toBeCloseTo(2.555, 3);
  });

  test('1,000 random series agree with the weighted mean written out', () => {
    let furthest = 0;
    for (let series = 0; series < 1000; series++) {
      const draw = (stream: number, i: number) => randomUniform(series, 100 + stream, i);
      const n = 2 + Math.floor(draw(0, 0) * 60);
      const strength = draw(0, 1) * 0.99;
      const x: number[] = [];
      const y: number[] = [];
      const phase: number[] = [];
      for (let i = 0; i < n; i++) {
        x.push((x[i - 1] ?? 0) + 1e-4 + draw(1, i) * 0.02);
        y.push(draw(2, i) < 0.05 ? NaN : 10 * draw(3, i));
        phase.push((phase[i - 1] ?? 0) + (draw(4, i) < 0.05 ? 1 : 0));
      }
      const smoother = new Smoother(strength, (value) => value);
      smoother.extend(x, y, phase, n);
      for (let i = 0; i < n; i++) {
        // Each value stands for the stretch before it, the first for the one after it, and fades with distance.
        const past: number[] = [];
        for (let j = 0; j <= i; j++) if (phase[j] === phase[i] && Number.isFinite(y[j])) past.push(j);
        if (!Number.isFinite(y[i])) continue;
        let [sum, mass] = [0, 0];
        past.forEach((j, k) => {
          const stretch = past.length === 1 ? Infinity : x[past[Math.max(1, k)]] - x[past[Math.max(1, k) - 1]];
          const weight = (1 - strength ** (1000 * stretch)) * strength ** (1000 * (x[i] - x[j]));
          sum += weight * y[j];
          mass += weight;
        });
        furthest = Math.max(furthest, Math.abs(smoother.values[i] - sum / mass));
      }
    }
    expect(furthest).toBeLessThan(1e-9);
  });

  test('a single NaN does not poison the rest', () => {
    const y = noise(50);
    y[20] = Number.NaN;
    const smoother = new Smoother(0.9, share(50));
    smoother.extend(ramp(50), y, new Uint8Array(50), 50);
    expect(smoother.values[20]).toBeNaN();
    expect(Number.isFinite(smoother.values[49])).toBe(true);
  });
});

describe('visiblePoints', () => {
  test('keeps a one-step spike, both ways, and the last point', () => {
    const n = 100_000;
    const y = noise(n);
    y[34_567] = 99;
    y[71_234] = -99;
    const picked = visiblePoints(ramp(n), y, n, 0, n, 600);
    expect(picked).toContain(34_567);
    expect(picked).toContain(71_234);
    expect(picked.at(-1)).toBe(n - 1);
    expect(picked.length).toBeLessThanOrEqual(3 * 601);
  });

  test('is ascending without repeats, and each column has its true extremes', () => {
    const n = 20_000;
    const pixels = 100;
    const y = noise(n);
    const picked = visiblePoints(ramp(n), y, n, 0, n, pixels);
    for (let i = 1; i < picked.length; i++) expect(picked[i]).toBeGreaterThan(picked[i - 1]);
    const chosen = new Set(picked);
    for (let column = 0; column < pixels; column++) {
      const values = y.subarray((column * n) / pixels, ((column + 1) * n) / pixels);
      const start = (column * n) / pixels;
      expect(chosen.has(start + values.indexOf(Math.min(...values)))).toBe(true);
      expect(chosen.has(start + values.indexOf(Math.max(...values)))).toBe(true);
    }
  });

  test('few points are all drawn; a window brings one neighbour on either side', () => {
    expect(visiblePoints(ramp(5), noise(5), 5, 0, 4, 600)).toEqual([0, 1, 2, 3, 4]);
    expect(visiblePoints(ramp(10), noise(10), 10, 3, 5, 600)).toEqual([2, 3, 4, 5]);
    expect(visiblePoints([], [], 0, 0, 1, 600)).toEqual([]);
  });

  test('a NaN never hides a finite extreme', () => {
    const n = 10_000;
    const y = noise(n);
    y[0] = Number.NaN;
    y[5] = 42;
    expect(visiblePoints(ramp(n), y, n, 0, n, 10)).toContain(5);
  });
});

test('lowerBound and nearest', () => {
  const x = [1, 3, 3, 8];
  expect([0, 1, 2, 3, 4, 9].map((value) => lowerBound(x, 4, value))).toEqual([0, 0, 1, 1, 3, 4]);
  expect([-5, 1.9, 2.1, 5.4, 5.6, 100].map((value) => x[nearest(x, 4, value)])).toEqual([1, 1, 3, 3, 8, 8]);
  expect(nearest(x, 0, 3)).toBe(-1);
});

describe('stepScale', () => {
  const plan = planRun(presetConfig('tiny'));

  test('position and step undo each other, stretched or even, and rise without a jump', () => {
    for (const even of [false, true]) {
      const scale = stepScale(plan, even);
      expect(scale.position(0)).toBe(0);
      expect(scale.position(plan.endStep)).toBeCloseTo(1, 12);
      for (let step = 0; step < plan.endStep; step += 7) {
        expect(scale.step(scale.position(step))).toBeCloseTo(step, 8);
        expect(scale.position(step + 1)).toBeGreaterThan(scale.position(step));
      }
    }
  });

  test('the continued run takes the wider half unless steps are even', () => {
    const base = plan.phases[0].steps;
    expect(stepScale(plan, false).position(base)).toBeCloseTo(0.45, 12);
    expect(stepScale(plan, true).position(base)).toBeCloseTo(base / plan.endStep, 12);
  });

  test('a base run alone is drawn evenly', () => {
    const alone = planRun({ ...presetConfig('tiny'), continued: null });
    expect(stepScale(alone, false).position(alone.endStep / 2)).toBeCloseTo(0.5, 12);
  });

  test('numbers on the axis are round, rising and apart', () => {
    for (const pixels of [280, 770, 1400]) {
      const scale = stepScale(plan, false);
      const ticks = valueTicks(scale.values, pixels, 64, true);
      expect(ticks.length).toBeGreaterThan(2);
      for (let i = 1; i < ticks.length; i++) {
        expect((scale.position(ticks[i]) - scale.position(ticks[i - 1])) * pixels).toBeGreaterThan(38);
      }
      for (const tick of ticks) expect(tick % 10).toBe(0);
    }
  });
});

describe('axes', () => {
  const plan = planRun(presetConfig('tiny'));
  const plain = { even: false, log: false, window: null };

  test('a logarithmic axis undoes itself, starts at 0 and gives every order of magnitude room', () => {
    const scale = stepScale(plan, { ...plain, log: true });
    expect(scale.position(0)).toBe(0);
    expect(scale.position(plan.endStep)).toBeCloseTo(1, 12);
    for (let step = 0; step < plan.endStep; step += 7) expect(scale.step(scale.position(step))).toBeCloseTo(step, 6);
    expect(scale.position(9)).toBeCloseTo(Math.log(10) / Math.log(1 + plan.endStep), 12);
    expect(valueTicks(scale.values, 700, 64, true).slice(0, 2)).toEqual([0, 1]);
  });

  test('a window is as wide as the whole, and its ticks stay inside it', () => {
    for (const log of [false, true]) {
      const whole = stepScale(plan, { ...plain, log });
      const scale = stepScale(plan, { ...plain, log, window: [0.4, 0.6] });
      expect(scale.position(whole.step(0.4))).toBeCloseTo(0, 9);
      expect(scale.position(whole.step(0.5))).toBeCloseTo(0.5, 9);
      expect(scale.step(1)).toBeCloseTo(whole.step(0.6), 6);
      const ticks = valueTicks(scale.values, 700, 64, true);
      expect(ticks.length).toBeGreaterThan(0);
      for (const tick of ticks) expect(Math.abs(scale.position(tick) - 0.5)).toBeLessThanOrEqual(0.5 + 1e-9);
    }
  });

  test('reaches as far as a longer run', () => {
    const scale = stepScale(plan, { ...plain, reach: 2 * plan.endStep });
    expect(scale.position(2 * plan.endStep)).toBeCloseTo(1, 12);
    expect(scale.position(plan.endStep)).toBeLessThan(1);
  });

  test('zooming keeps the centre in place, ends at the whole, and stops at the narrowest', () => {
    const once = zoomBy(null, 0.5, 0.25)!;
    expect(once).toEqual([0.125, 0.625]);
    expect(zoomBy(once, 2, 0.25)).toBeNull();
    expect(zoomBy(null, 0.5, 0)).toEqual([0, 0.5]);
    expect(zoomBy(null, 0.5, 1)).toEqual([0.5, 1]);
    let window: readonly [number, number] | null = null;
    for (let i = 0; i < 40; i++) window = zoomBy(window, 0.5, 0.3);
    expect(window![1] - window![0]).toBeCloseTo(NARROWEST, 12);
  });

  test('points are picked column by column of the axis they are drawn on', () => {
    const n = 50_000;
    const y = noise(n);
    const scale = stepScale({ ...plan, endStep: n }, { ...plain, log: true });
    const pixels = 400;
    const picked = visiblePoints(ramp(n), y, n, 0, n, pixels, (column) => scale.step((column + 1) / pixels));
    // Early steps have columns of their own, late ones share theirs.
    expect(picked.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
    expect(picked.length).toBeLessThanOrEqual(3 * (pixels + 1));
    const chosen = new Set(picked);
    const start = Math.ceil(scale.step((pixels - 1) / pixels));
    const last = y.subarray(start);
    expect(chosen.has(start + last.indexOf(Math.min(...last)))).toBe(true);
    expect(chosen.has(start + last.indexOf(Math.max(...last)))).toBe(true);
  });
});

describe('seconds', () => {
  const run = new History();
  const n = 100;
  const column = new Float64Array(n);
  run.append({
    step: ramp(n),
    tokens: ramp(n).map((i) => 100 * (i + 1)),
    loss: column,
    lr: column,
    gradNorm: column,
    // 50 tokens a second, then 200: two seconds a step, then half a second.
    tokensPerSecond: ramp(n).map((i) => (i <= 50 ? 50 : 200)),
    phase: new Uint8Array(n),
  });

  test('follow the logged speeds, and the pace so far beyond them', () => {
    const { of, step } = secondsOf(run, 0);
    expect(of(0)).toBe(0);
    expect(of(50)).toBe(100);
    expect(of(99)).toBeCloseTo(100 + 49 / 2, 9);
    expect(of(25.5)).toBeCloseTo(51, 9);
    expect(of(198)).toBeCloseTo(2 * of(99), 9);
    for (const at of [0, 3, 49.5, 50, 80.25, 99, 150]) expect(step(of(at))).toBeCloseTo(at, 9);
  });

  test('going back forgets the steps that are taken again', () => {
    const again = new History();
    again.append(run.pick([...ramp(n)]));
    again.goBackTo(40);
    expect(again.length).toBe(40);
    expect(again.seconds[39]).toBe(78);
  });
});

test('the table of a run has both sides of every change of phase, wherever it lies', () => {
  for (const ends of [
    [5000, 5001, 9000],
    [1, 8999, 9000],
    [9000, 9000, 9000],
  ]) {
    const history = new History();
    const step = Float64Array.from({ length: 9000 }, (_, i) => i);
    const columns = { step, tokens: step, loss: step, lr: step, gradNorm: step, tokensPerSecond: step };
    history.append({ ...columns, phase: Uint8Array.from(step, (i) => ends.findIndex((end) => i < end)) });
    const shown = rowsOf(history, new Smoother(0, (x) => x)).map(([at]) => Number(at!.replaceAll(',', '')));
    for (const end of ends.filter((one) => one < 9000)) expect(shown).toEqual(expect.arrayContaining([end - 1, end]));
    expect(shown.length).toBeLessThanOrEqual(24 + 4);
  }
});
