import { describe, expect, test } from 'vitest';
import { vocabularyFor } from '../../src/config/derived.ts';
import { BLENDS, closedSectionOf, OPTIONS, optionOf } from '../../src/config/options.ts';
import { formatValue, getPath } from '../../src/config/path.ts';
import { WORKS } from '../../src/config/option.ts';
import { DEFAULT_PRESET, presetConfig, PRESETS } from '../../src/config/presets.ts';
import type { RunConfig } from '../../src/config/run.ts';
import { FACT_SOURCES, REAL_SOURCES, WORLD_SOURCES } from '../../src/config/sources.ts';
import { checkConfig } from '../../src/config/validate.ts';
import { readText } from '../../src/config/value.ts';
import { estimate, expectedInitialLoss } from '../../src/model/estimate.ts';
import { rate, switchStep } from '../../src/optim/schedule.ts';
import { WorldCorpus } from '../../src/world/corpus.ts';
import { World } from '../../src/world/world.ts';

/** Dotted keys of all leaves of a configuration, a tokenizer and a blend counting as one. */
function leaves(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    const key = prefix + name;
    const whole = key === 'tokenizer' || BLENDS.some((blend) => blend.key === key);
    return !whole && typeof inner === 'object' && inner !== null ? leaves(inner, `${key}.`) : [key];
  });
}

describe('options', () => {
  test('name every leaf of a configuration, and nothing else', () => {
    for (const { name, config } of PRESETS) {
      const listed = OPTIONS.map(({ key }) => key).filter((key) => closedSectionOf(config, key) === null);
      const sections = OPTIONS.filter(({ type, key }) => type === 'section' && getPath(config, key) !== null);
      const blends = BLENDS.map(({ key }) => key).filter((key) => getPath(config, key) !== undefined);
      const open = new Set(sections.map(({ key }) => key));
      // Without a ramp nothing is said of one.
      const isLeaf = (key: string) => !open.has(key) && key !== 'base.batchRamp';
      const wanted = [...listed.filter(isLeaf), ...blends, 'preset'];
      expect(leaves(config).toSorted(), name).toEqual(wanted.toSorted());
    }
  });

  test('have keys of their own, a sentence and a source', () => {
    expect(new Set(OPTIONS.map(({ key }) => key)).size).toBe(OPTIONS.length);
    for (const { key, label, explanation, source } of [...OPTIONS, ...BLENDS]) {
      expect(label.length, key).toBeLessThan(26); // it heads a form field
      expect(explanation, key).toMatch(/ .*\.$/);
      if (source.from === 'this project') continue;
      expect(WORKS[source.from], key).toMatch(/^https:/);
      expect(source.mark, key).toBeDefined();
    }
  });

  test('read back the text they are written as', () => {
    for (const { config } of PRESETS) {
      for (const option of OPTIONS) {
        const value = getPath(config, option.key);
        if (value === undefined || option.type === 'section') continue;
        expect(readText(option, formatValue(value)), option.key).toEqual({ value });
      }
    }
  });
});

test('by the shares of Nemotron-4 15B every blend has 15 % of code and 15 % of another language', () => {
  const { base, continued } = presetConfig('world-15b');
  for (const blend of [base.blend, continued!.general, continued!.qa]) {
    const sum = (named: (name: string) => boolean) =>
      Object.entries(blend).reduce((total, [name, weight]) => total + (named(name) ? weight : 0), 0);
    expect([sum(() => true), sum((name) => name === 'code'), sum((name) => name.startsWith('multi'))]).toEqual([
      100, 15, 15,
    ]);
  }
});

describe.each(PRESETS)('preset $name', ({ name, config }) => {
  const given = name === 'shakespeare' ? ['shakespeare'] : [];

  test('can run', () => expect(checkConfig(config, given)).toEqual([]));

  test('follows the recipe: continued from the base’s final rate, no warm-up, to a hundredth, switch at a fifth', () => {
    const { base, continued } = config;
    if (!continued) return expect(name).toBe('shakespeare');
    expect(continued.schedule).toMatchObject({ kind: 'cosine', warmupSteps: 0 });
    expect(rate(continued.schedule, 0, continued.steps)).toBe(rate(base.schedule, base.steps - 1, base.steps));
    expect(rate(continued.schedule, continued.steps - 1, continued.steps)).toBeCloseTo(
      continued.schedule.peak / 100,
      12,
    );
    const share = switchStep(continued.schedule, continued.steps, continued.switchDivisor)! / continued.steps;
    expect(Math.abs(share - 0.711)).toBeLessThan(1 / continued.steps + 0.001);
  });

  test('starts within 2 % of ln V, or a world’s measured 2.5 %', () => {
    const excess = expectedInitialLoss(config.model) / Math.log(config.model.vocab_size) - 1;
    expect(excess).toBeLessThan(config.data.world ? 0.025 : 0.02);
  });

  test('is a copy each time', () => {
    presetConfig(name).model.hidden_size = 1;
    expect(presetConfig(name)).toEqual(config);
  });
});

test('sizes are as promised', () => {
  const size = (name: string) => estimate(presetConfig(name)).parameters;
  const promised = {
    smoke: 0.1,
    tiny: 0.2,
    small: 0.4,
    class: 1,
    desk: 5,
    studio: 25,
    ci: 0.035,
    world: 0.082,
    lab: 0.367,
  };
  for (const [name, millions] of Object.entries(promised)) {
    const off = size(name) / (millions * 1e6);
    expect(off, name).toBeGreaterThan(0.9);
    expect(off, name).toBeLessThan(1.3);
  }
});

test('smoke trains in 60 GFLOP, and the world presets cost what their tables say', () => {
  // toy-world.md §2, §7: FLOPs a token in training; base run and one continued run.
  const flops = (name: string) => estimate(presetConfig(name)).flops;
  expect(flops('smoke')).toBeLessThan(60e9);
  const close = (found: number, wanted: number) => expect(Math.abs(found / wanted - 1)).toBeLessThan(0.05);
  close(flops('world'), 1.18e12 + 2.35e11);
  close(flops('ci'), 5.9e10 + 1.18e10);
  close(flops('lab'), 1e13 + 2e12);
});

test('blends name sources that exist, and a QA set enters with the QA blend only', () => {
  for (const { name, config } of PRESETS) {
    if (name === 'shakespeare') continue;
    const known = Object.keys(config.data.world ? WORLD_SOURCES : REAL_SOURCES);
    const { base, continued } = config;
    for (const blend of [base.blend, continued!.general, continued!.qa]) {
      expect(known, name).toEqual(expect.arrayContaining(Object.keys(blend)));
    }
    const asks = (blend: object) => Object.keys(blend).some((source) => source.startsWith('qa'));
    expect([base.blend, continued!.general, continued!.qa].map(asks), name).toEqual([false, false, true]);
  }
});

test('the named world sources are those a world has, and its words fit the vocabulary', () => {
  for (const name of ['ci', 'world', 'lab']) {
    const { data, tokenizer, model }: RunConfig = presetConfig(name);
    const world = new World(data.world!, 1);
    const named = data.world!.skills === 'facts' ? FACT_SOURCES : Object.keys(WORLD_SOURCES);
    expect(new WorldCorpus(world).sources.map((source) => source.name).toSorted(), name).toEqual([...named].toSorted());
    expect(world.tokenizer.size, name).toBeLessThanOrEqual(vocabularyFor(tokenizer, data.world));
    expect(model.vocab_size, name).toBe(vocabularyFor(tokenizer, data.world));
  }
});

test('the default preset exists and an unknown one is named with the nearest', () => {
  expect(presetConfig(DEFAULT_PRESET).preset).toBe(DEFAULT_PRESET);
  expect(() => presetConfig('smoek')).toThrow(/no preset 'smoek'.*'smoke'/);
  expect(optionOf('model.hidden_size')?.label).toBe('Width');
});
