import { expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import {
  baseMetadata,
  checkAgainstBase,
  configureFromBase,
  parseBaseMetadata,
} from '../../src/recipe/baseCheckpoint.ts';
import { planRun } from '../../src/recipe/phases.ts';

const HASH = 'ab12'.repeat(16);
const smoke = presetConfig('smoke');
const meta = baseMetadata(smoke, HASH);
const withSet = (...set: string[]) => resolveConfig({ preset: 'smoke', set });

test('metadata survive JSON and say how the base ended', () => {
  expect(parseBaseMetadata(JSON.parse(JSON.stringify(meta)))).toEqual(meta);
  expect(meta).toMatchObject({ endingRate: 8e-4, steps: 240, tokens: 240 * 256, tokenizerHash: HASH, seed: 1 });
});

test('the preset continues its own base without a word', () => {
  expect(checkAgainstBase(meta, smoke, HASH)).toEqual({ errors: [], warnings: [] });
  expect(configureFromBase(meta, smoke)).toEqual(smoke);
});

test('a run is set up from the base: model, tokenizer, base run, and the rate it goes on at', () => {
  const other = withSet('base.schedule.peak=1e-2', 'base.steps=500', 'model.hidden_size=96', 'tokenizer=bpe:400');
  const ready = configureFromBase(meta, other);
  expect(checkAgainstBase(meta, ready, HASH)).toEqual({ errors: [], warnings: [] });
  expect(ready.continued!.schedule).toMatchObject({ peak: 8e-4, end: 8e-6 });
  expect([ready.model, ready.tokenizer, ready.base]).toEqual([smoke.model, smoke.tokenizer, smoke.base]);
  expect(planRun(ready, 'continued').firstStep).toBe(240);
  expect(other.continued!.schedule.peak).toBe(2e-3);
  const { schedule } = other.continued!;
  const warmed = { ...other, continued: { ...other.continued!, schedule: { ...schedule, warmupStart: 5e-4 } } };
  expect(configureFromBase(meta, warmed).continued!.schedule.warmupStart).toBe(2e-4);
});

test('another tokenizer or model is an error that names both', () => {
  const { errors } = checkAgainstBase(
    meta,
    withSet('model.num_hidden_layers=3', 'model.rope_theta=500'),
    'cd34'.repeat(16),
  );
  expect(errors).toHaveLength(3);
  expect(errors[0]).toMatch(/num_hidden_layers 2 and this run 3/);
  expect(errors[1]).toMatch(/rope_theta 10000 and this run 500/);
  expect(errors[2]).toMatch(/tokenizer ab12ab12 and this run has cd34cd34/);
  expect(checkAgainstBase(meta, withSet('continued=off'), HASH).errors[0]).toMatch(/no continued part/);
  // The base run is the base's own: what is said of it otherwise.
  const steps = { ...smoke, base: { ...smoke.base, steps: 500 } };
  expect(checkAgainstBase(meta, steps, HASH).errors).toEqual([
    expect.stringMatching(/base\.steps\b.*\b240\b.*\b500\b/),
  ]);
  const [first] = Object.keys(smoke.base.blend);
  const blend = { ...smoke.base.blend, [first!]: 7 };
  const reversed = Object.fromEntries(Object.entries(smoke.base.blend).toReversed());
  const other = (one: Record<string, number>) =>
    checkAgainstBase(meta, { ...smoke, base: { ...smoke.base, blend: one } }, HASH).errors;
  expect(other(blend)).toEqual([
    expect.stringMatching(new RegExp(`base\\.blend.*${first} ${smoke.base.blend[first!]}.*${first} 7`)),
  ]);
  expect(other(reversed)).toEqual([]);
  // Longest context and initial spread belong to no weight.
  expect(
    checkAgainstBase(meta, withSet('model.max_position_embeddings=128', 'model.initializer_range=0.1'), HASH).errors,
  ).toEqual([]);
});

test('what departs from the recipe is a warning with both values', () => {
  const kinds = (...set: string[]) => checkAgainstBase(meta, withSet(...set), HASH).warnings.map(({ kind }) => kind);
  expect(kinds('continued.schedule.peak=1e-3')).toEqual(['peak']);
  expect(kinds('continued.schedule.peak=0.0008000001')).toEqual([]);
  expect(kinds('batch.sequences=8')).toEqual(['batch']);
  expect(kinds('batch.sequences=2', 'batch.accumulation=2')).toEqual([]);
  expect(kinds('data.split=tail')).toEqual(['held-out']);
  const told = (...set: string[]) => checkAgainstBase(meta, withSet(...set), HASH).warnings[0]!.message;
  expect(told('batch.sequences=8')).toMatch(/256\D+512/);
  expect(told('optimizer.beta2=0.99')).toContain(`beta2 ${smoke.optimizer.beta2}→0.99`);
  expect(kinds('optimizer.beta2=0.99', 'optimizer.weight_decay=0')).toEqual(['optimizer']);
  expect(kinds('data.heldOut=0.2')).toEqual(['held-out']);
  expect(checkAgainstBase(meta, withSet('continued.schedule.peak=1e-3'), HASH).warnings[0].message).toMatch(
    /ended at a rate of 0\.0008 and this run's peak is 0\.001/,
  );
  const world = presetConfig('world');
  expect(checkAgainstBase(baseMetadata(world, HASH), { ...world, seed: 2 }, HASH).warnings).toMatchObject([
    { kind: 'seed-of-world' },
  ]);
});

test('metadata of another version or with parts missing are refused', () => {
  expect(() => parseBaseMetadata({ ...meta, version: 9 })).toThrow(/version 9 and this page reads 1/);
  expect(() => parseBaseMetadata(null)).toThrow(/version none/);
  const { tokenizerHash: _hash, base: _base, ...rest } = meta;
  for (const endingRate of [-1e-3, 1.5]) expect(() => parseBaseMetadata({ ...meta, endingRate })).toThrow(/endingRate/);
  for (const endingRate of [0, 1]) expect(parseBaseMetadata({ ...meta, endingRate }).endingRate).toBe(endingRate);
  expect(() => parseBaseMetadata({ ...meta, tokenizerHash: `0${HASH}` })).toThrow(/tokenizerHash/);
  for (const drawn of [
    { rows: -1, tokens: 1 },
    { rows: 1, tokens: 0.5 },
  ])
    expect(() => parseBaseMetadata({ ...meta, drawn })).toThrow(/drawn/);
  expect(() => parseBaseMetadata({ ...rest, endingRate: 'x' })).toThrow(/has no endingRate, base, tokenizerHash/);
});

test('hostile metadata are refused with the field they lie in, or read as if the rest were not there', () => {
  const json = JSON.stringify(meta);
  const changed = (from: string, to: string) => {
    expect(json).toContain(from);
    return () => parseBaseMetadata(JSON.parse(json.replace(from, to)));
  };
  expect(changed('"hidden_size":64', '"hidden_size":1e999')).toThrow(/model\.hidden_size is Infinity: it must be/);
  expect(changed('"num_hidden_layers":2', '"num_hidden_layers":2147483648')).toThrow(/num_hidden_layers is 2147483648/);
  expect(changed('"steps":240', '"steps":-1')).toThrow(/steps is -1/);
  expect(changed('"peak":', '"peak":{"toString":1,"valueOf":1},"x":')).toThrow(/base\.schedule\.peak is an object/);
  expect(changed('"tokenizer":{"kind":"byte"}', '"tokenizer":{"kind":{"toString":1}}')).toThrow(
    /tokenizer is an object/,
  );
  expect(changed('"blend":{', '"blend":{"__proto__":1,')).toThrow(/names a source "__proto__"/);
  expect(changed('"blend":{', '"blend":{"a":{},')).toThrow(/base\.blend is an object: it must be a blend/);
  expect(changed(HASH, `${HASH}<img>`)).toThrow(/tokenizerHash is "ab12/);
  expect(changed('"preset":"smoke"', '"preset":"__proto__"')).toThrow(/preset is "__proto__"/);
  const extra = changed('{"version"', '{"__proto__":{"polluted":1},"constructor":{"a":1},"extra":[[[]]],"version"');
  expect(extra()).toEqual(meta);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  for (const refused of [() => parseBaseMetadata({ ...meta, version: 2 }), changed('"seed":1', '"seed":0.5')]) {
    expect(refused).toThrow(expect.objectContaining({ code: 'metadata' }));
  }
});
