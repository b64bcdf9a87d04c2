import { describe, expect, test } from 'vitest';
import { describeDifference, differences } from '../../src/config/difference.ts';
import { OPTIONS } from '../../src/config/options.ts';
import { DEFAULT_PRESET, presetConfig, PRESETS } from '../../src/config/presets.ts';
import { resolveConfig, setText } from '../../src/config/resolve.ts';
import { decodeHash, encodeHash } from '../../src/config/url.ts';
import { checkConfig } from '../../src/config/validate.ts';
import fc from '../property.ts';

/** A setting of one option within its range, as text. */
const setting = fc.constantFrom(...OPTIONS).chain((option): fc.Arbitrary<[string, string]> => {
  const text = (): fc.Arbitrary<string> => {
    switch (option.type) {
      case 'integer': {
        const { min, max, step } = option;
        return fc.integer({ min: Math.ceil(min / step), max: Math.floor(max / step) }).map((n) => String(n * step));
      }
      case 'number':
        return fc.double({ min: option.min, max: option.max, noNaN: true }).map((x) => String(x === 0 ? 0 : x));
      case 'boolean':
        return fc.constantFrom('true', 'false');
      case 'choice':
        return fc.constantFrom(...option.choices);
      case 'tokenizer':
        return fc.constantFrom('byte', 'bpe:300', 'bpe:5000');
      case 'ramp':
        return fc.constantFrom('none', '1:0.5', '8:0.025,16:0.025', '4:0.1,8:1e-3,12:0.25');
      case 'section':
        return fc.constantFrom('on', 'off');
    }
  };
  return text().map((value) => [option.key, value]);
});
const weight = fc
  .tuple(
    fc.constantFrom('base.blend', 'continued.general', 'continued.qa'),
    fc.constantFrom('news', 'books', 'mine', 'qa-facts', 'legal'),
    fc.double({ min: 0, max: 1e6, noNaN: true }),
  )
  .map(([blend, name, value]): [string, string] => [`${blend}.${name}`, String(value === 0 ? 0 : value)]);

describe('links', () => {
  test('a preset is its name', () => {
    expect(encodeHash(presetConfig('class'))).toBe('#v=1&p=class');
    for (const { name, config } of PRESETS) {
      expect(decodeHash(encodeHash(config)), name).toEqual({ config, problems: [] });
    }
    expect(decodeHash('')).toEqual({ config: presetConfig(DEFAULT_PRESET), problems: [] });
  });

  test('only differences are written', () => {
    const config = resolveConfig({ preset: 'smoke', set: ['seed=7', 'tokenizer=bpe:300', 'continued.qa.legal=0'] });
    expect(encodeHash(config)).toBe('#v=1&p=smoke&model.vocab_size=300&tokenizer=bpe:300&seed=7&continued.qa.legal=0');
  });

  test('every configuration that can run comes back as it was', () => {
    let usable = 0;
    fc.assert(
      fc.property(
        fc.constantFrom('smoke', 'class', 'shakespeare', 'world'),
        fc.array(fc.oneof(setting, weight), { maxLength: 6 }),
        (preset, settings) => {
          const config = presetConfig(preset);
          for (const [key, text] of settings) setText(config, key, text);
          if (checkConfig(config).length > 0) return;
          usable++;
          const decoded = decodeHash(encodeHash(config));
          expect(decoded.problems).toEqual([]);
          expect(decoded.config).toEqual(config);
        },
      ),
      { numRuns: 600, seed: 1 },
    );
    expect(usable).toBeGreaterThan(200); // else the property says little
  });

  test('what cannot be used is listed, and the rest is used', () => {
    const { config, problems } = decodeHash(
      '#v=1&p=smoke&seed=7&nonsense=1&base.steps=-3&batch.length=32&x&seed=8&a%ZZ=1',
    );
    expect(config).toMatchObject({ preset: 'smoke', seed: 7, batch: { length: 32 }, base: { steps: 240 } });
    expect(problems).toHaveLength(5);
    expect(problems.join('\n')).toMatch(/"x" in the link/);
    expect(problems.join('\n')).toMatch(/seed twice; the first value, 7, was used/);
    expect(problems.join('\n')).toMatch(/no option nonsense/);
    expect(problems.join('\n')).toMatch(/base\.steps is -3/);
  });

  test('a part is opened before what is set in it, wherever the link has it', () => {
    const { config, problems } = decodeHash('#p=smoke&continued.steps=7&continued=off');
    expect(config.continued).toBe(null);
    expect(problems).toEqual([expect.stringMatching(/continued\.steps has no effect/)]);
  });

  test('settings that contradict each other leave the preset as it is, and say so', () => {
    const { config, problems } = decodeHash('#p=smoke&model.num_key_value_heads=3');
    expect(config).toEqual(presetConfig('smoke'));
    expect(problems).toHaveLength(2);
  });

  test('an unknown preset, another version and an endless link are named', () => {
    expect(decodeHash('#p=smoek').problems[0]).toMatch(/did you mean 'smoke'/);
    expect(decodeHash('#v=2&p=smoke').problems[0]).toMatch(/version 2/);
    expect(decodeHash(`#p=smoke&${'a'.repeat(9000)}`).problems[0]).toMatch(/over 8192/);
  });

  test('any hash gives a configuration that can run, and nothing reaches a prototype', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom('__proto__', 'constructor.prototype', 'base.blend.__proto__', 'continued'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(part, part), { maxLength: 5 }), (pairs) => {
        const { config } = decodeHash(`#${pairs.map(([key, value]) => `${key}=${value}`).join('&')}`);
        expect(checkConfig(config)).toEqual([]);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 300, seed: 2 },
    );
  });
});

describe('differences', () => {
  const smoke = presetConfig('smoke');
  const changed = (...set: string[]) => resolveConfig({ preset: 'smoke', set });

  test('in one line', () => {
    expect(describeDifference(smoke, smoke)).toBe('no difference');
    expect(describeDifference(changed('base.schedule.peak=1e-3', 'base.schedule.end=1e-3'), smoke)).toBe(
      'base peak rate 4e-3→1e-3, base end rate 8e-4→1e-3, continued peak rate 8e-4→1e-3, continued end rate 8e-6→1e-5',
    );
    expect(describeDifference(changed('data.separateDocuments=true', 'continued=off'), smoke)).toBe(
      '+keep documents apart, −continued pretraining',
    );
    expect(describeDifference(changed('continued.qa.news=7.5', 'tokenizer=bpe:300'), smoke)).toBe(
      'vocabulary 260→300, tokenizer byte→bpe:300, QA blend news 6→7.5',
    );
    expect(describeDifference(presetConfig('class'), smoke, 2)).toMatch(
      /^preset smoke→class, vocabulary 260→1024, \d+ more$/,
    );
  });

  test('applied to the baseline give the configuration', () => {
    const config = changed('seed=4', 'base.blend.docs=0', 'continued.switchShare=0.25');
    const copy = presetConfig('smoke');
    for (const { key, to } of differences(config, smoke)) expect(setText(copy, key, to)).toBe(null);
    expect(copy).toEqual(config);
  });
});

test('a link with more to complain of than anyone reads is summed up, and none takes long', () => {
  const many = decodeHash(`#v=1&${Array.from({ length: 100 }, (_, i) => `no.such.${i}=1`).join('&')}`);
  expect(many.problems).toHaveLength(21);
  expect(many.problems[20]).toBe('80 more things in the link were not used.');
  const parts = decodeHash(`#v=1&p=lab&${'a=1&'.repeat(200)}`);
  expect(parts.problems).toEqual(['The link has 202 settings, and a run has at most 128: none was used.']);
  const long = decodeHash(`#v=1&${'x'.repeat(8000)}=1`);
  expect(long.problems[0]!.length).toBeLessThan(200);
  const control = decodeHash('#v=1&p=a%0a%e2%80%aeb&seed=%00%0d');
  const closed = decodeHash('#v=1&p=tiny&continued=off&continued.qa.a%00%0ab=1&continued.qa.ab=%07');
  for (const problem of [...control.problems, ...closed.problems]) expect(problem).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
