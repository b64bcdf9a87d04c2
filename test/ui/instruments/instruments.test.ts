/** What the fields of the grid come to, and when a trial may begin. */
import { beforeEach, expect, test } from 'vitest';
import { presetConfig } from '../../../src/config/presets.ts';
import { checkGrid } from '../../../src/recipe/grid.ts';
import { fields, gridPlan, hindrance, subject, weights } from '../../../src/ui/instruments/state.ts';
import { choosePreset, config } from '../../../src/ui/recipe/config.ts';
import { viewOf } from '../../../src/ui/page/route.ts';
import { beginRun, receive } from '../../../src/ui/run/run.ts';
import { machine } from '../../../src/ui/trainer.ts';
import { wholeColumns } from '../../../src/recipe/measurements.ts';

beforeEach(() => {
  choosePreset('tiny');
  for (const field of Object.values(fields)) field.value = '';
});

test('empty fields are a grid about the recipe, which every preset can run', () => {
  expect(gridPlan.value).toEqual({
    rates: [1e-3, 2e-3, 4e-3, 8e-3, 1.6e-2],
    batches: [4, 8],
    tokens: 61_440,
    seeds: [1, 2, 3],
  });
  for (const name of ['smoke', 'tiny', 'small', 'class', 'desk', 'studio', 'ci', 'world', 'lab']) {
    choosePreset(name);
    const plan = gridPlan.value;
    if (typeof plan === 'string') expect.fail(plan);
    expect(() => checkGrid(config.value, plan)).not.toThrow();
  }
});

test('fields take numbers in any order, once each, and say what else they are given', () => {
  fields.rates.value = '0.01, 1e-3;0.01';
  fields.batches.value = ' 8 4';
  fields.tokens.value = '20480';
  fields.seeds.value = '2';
  expect(gridPlan.value).toEqual({ rates: [1e-3, 1e-2], batches: [4, 8], tokens: 20_480, seeds: [1, 2] });
  for (const [field, wrong] of [
    ['rates', '1e-3, much'],
    ['batches', '-4'],
    ['tokens', '100, 200'],
    ['seeds', '0'],
  ] as const) {
    const before = fields[field].value;
    fields[field].value = wrong;
    expect(gridPlan.value, wrong).toMatch(/^Give numbers above 0/);
    fields[field].value = before;
  }
  for (const many of ['2.5', '11', 'Infinity']) {
    fields.seeds.value = many;
    expect(gridPlan.value, many).toMatch(/^Give (a whole number of seeds, 10 at most|numbers above 0)/);
  }
});

test('a trial works on what a start would take, and on the weights of a run that rests', () => {
  machine.value = { kind: 'none', cause: 'no-adapter', message: '' };
  expect(hindrance.value).toMatch(/needs WebGPU/);
  machine.value = {
    kind: 'ready',
    adapter: {
      vendor: '',
      architecture: '',
      description: '',
      software: false,
      features: [],
      maxBufferSize: 1,
      maxStorageBufferBindingSize: 1,
    },
  };
  expect([hindrance.value, weights.value, subject.value]).toEqual([
    null,
    'start',
    'untrained weights of preset tiny, seed 1',
  ]);
  beginRun(presetConfig('tiny'), 'all');
  expect(hindrance.value).toMatch(/pause it/);
  const column = (value: number) => Float64Array.of(value);
  receive({
    state: { kind: 'paused', phase: 'base' },
    metrics: wholeColumns({
      step: column(9),
      tokens: column(5120),
      loss: column(4),
      lr: column(1e-3),
      gradNorm: column(1),
      tokensPerSecond: column(1),
      phase: Uint8Array.of(0),
    }),
  });
  expect([hindrance.value, weights.value, subject.value]).toEqual([
    null,
    'run',
    'the paused run’s weights after step 9',
  ]);
});

test('the address of the sheet', () => {
  expect(viewOf('#instruments')).toBe('instruments');
});
