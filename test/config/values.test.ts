/** One value at a time: what a text or a JSON value means for an option, what is wrong with it, and names that are nearly right. */
import { describe, expect, test } from 'vitest';
import {
  defaultInitializerRange,
  endingRate,
  multipleOf4,
  significant,
  vocabularyFor,
} from '../../src/config/derived.ts';
import { describeDifference, differences } from '../../src/config/difference.ts';
import { endingOf, FILE_ENDINGS, fileKind, unreadableKind } from '../../src/config/files.ts';
import type { Option } from '../../src/config/option.ts';
import { closedSectionOf, optionOf, weightKey } from '../../src/config/options.ts';
import {
  cloneConfig,
  formatTokenizer,
  formatValue,
  getPath,
  nearest,
  parseTokenizer,
  setPath,
} from '../../src/config/path.ts';
import { presetConfig } from '../../src/config/presets.ts';
import { resolveConfig, withChanges } from '../../src/config/resolve.ts';
import { BLEND_KEYS, isWhole, SOURCE_NAME, switchesNothing, wholeUse } from '../../src/config/sources.ts';
import {
  blendProblems,
  checkConfig,
  isBlend,
  knownSources,
  MOST_SOURCES,
  validateConfig,
} from '../../src/config/validate.ts';
import { checkValue, readJson, readText, wanted } from '../../src/config/value.ts';

const common = { key: 'x', label: 'X', section: 'Model', explanation: '', source: { from: 'this project' } } as const;
const integer: Option = { ...common, type: 'integer', min: 4, max: 12, step: 4 };
const count: Option = { ...common, type: 'integer', min: 0, max: 3, step: 1 };
const number: Option = { ...common, type: 'number', min: 0, max: 1, step: 0.1, scale: 'linear' };
const perhaps: Option = { ...number, nullable: true };
const boolean: Option = { ...common, type: 'boolean' };
const choice: Option = { ...common, type: 'choice', choices: ['a', 'b'] };
const tokenizer: Option = { ...common, type: 'tokenizer', min: 258, max: 300 };
const section: Option = { ...common, type: 'section' };

const problem = (text: string) => ({ problem: text });

describe('texts', () => {
  test.each<[Option, string, unknown]>([
    [count, '2', { value: 2 }],
    [count, '+2', { value: 2 }],
    [number, '-.5e-3', { value: -0.0005 }],
    [number, '3.', { value: 3 }],
    [number, '2E+2', { value: 200 }],
    [number, '1e', problem('x is 1e: it must be a number from 0 to 1.')],
    [number, '.', problem('x is .: it must be a number from 0 to 1.')],
    [number, '1 2', problem('x is 1 2: it must be a number from 0 to 1.')],
    [number, 'a1', problem('x is a1: it must be a number from 0 to 1.')],
    [number, 'none', problem('x is none: it must be a number from 0 to 1.')],
    [perhaps, 'none', { value: null }],
    [perhaps, 'nine', problem('x is nine: it must be a number from 0 to 1, or none.')],
    [count, 'none', problem('x is none: it must be a whole number from 0 to 3.')],
    [boolean, 'true', { value: true }],
    [boolean, 'false', { value: false }],
    [boolean, '1', problem('x is 1: it must be true or false.')],
    [choice, 'c', { value: 'c' }],
    [section, 'on', { value: 'on' }],
    [section, 'off', { value: 'off' }],
    [section, '', problem('x is empty: it must be on or off.')],
    [tokenizer, 'bpe:300', { value: { kind: 'bpe', vocab_size: 300 } }],
    [tokenizer, 'bpe:300:even', { value: { kind: 'bpe', vocab_size: 300, even: true } }],
    [tokenizer, 'bpe:300:odd', problem('x is bpe:300:odd: it must be byte, word, or bpe:N with N from 258 to 300.')],
    [tokenizer, 'bpe:', problem('x is bpe:: it must be byte, word, or bpe:N with N from 258 to 300.')],
  ])('%# %j', (option, text, read) => expect(readText(option, text)).toEqual(read));
});

describe('JSON values', () => {
  const mustBe = 'it must be byte, word, or bpe:N with N from 258 to 300.';
  test.each<[Option, unknown, unknown]>([
    [count, 2, { value: 2 }],
    [number, 0.5, { value: 0.5 }],
    [number, '0.5', { value: 0.5 }],
    [boolean, true, { value: true }],
    [boolean, 1, problem('x is 1: it must be true or false.')],
    [count, true, problem('x is true: it must be a whole number from 0 to 3.')],
    [choice, 3, problem('x is 3: it must be one of a, b.')],
    [perhaps, null, { value: null }],
    [number, null, problem('x is null: it must be a number from 0 to 1.')],
    [count, null, problem('x is null: it must be a whole number from 0 to 3.')],
    [count, { a: 1 }, problem('x is an object: it must be a whole number from 0 to 3.')],
    [tokenizer, { kind: 'byte', odd: 1 }, { value: { kind: 'byte' } }],
    [tokenizer, { kind: 'word' }, { value: { kind: 'word' } }],
    [tokenizer, { kind: 'given' }, { value: { kind: 'given' } }],
    [tokenizer, { kind: 'bpe', vocab_size: 299 }, { value: { kind: 'bpe', vocab_size: 299 } }],
    [tokenizer, { kind: 'bpe', vocab_size: 299, even: true }, { value: { kind: 'bpe', vocab_size: 299, even: true } }],
    [tokenizer, { kind: 'bpe', vocab_size: 299, even: 1 }, problem(`x is "bpe": ${mustBe}`)],
    [tokenizer, { kind: 'bpe', vocab_size: '299' }, problem(`x is "bpe": ${mustBe}`)],
    [tokenizer, { kind: 'bpe', vocab_size: 1.5 }, problem(`x is bpe:1.5: ${mustBe}`)],
    [tokenizer, { kind: 'x', vocab_size: 299 }, problem(`x is "x": ${mustBe}`)],
    [tokenizer, Object.create({ kind: 'byte' }), problem(`x is nothing: ${mustBe}`)],
    [tokenizer, null, problem(`x is null: ${mustBe}`)],
    [tokenizer, 'byte', { value: { kind: 'byte' } }],
  ])('%# %j', (option, json, read) => expect(readJson(option, json)).toEqual(read));
});

describe('ranges', () => {
  test.each<[Option, unknown[], unknown[]]>([
    [integer, [4, 8, 12], [0, 3, 5, 13, 16, 4.5, Number.NaN, '8', null]],
    [count, [0, 3], [-1, 4, 0.5, null]],
    [number, [0, 0.25, 1], [-0.01, 1.01, Number.NaN, Infinity, null, '1']],
    [perhaps, [null, 0], [-1, undefined]],
    [boolean, [true, false], ['true', 0, null]],
    [choice, ['a', 'b'], ['c', '', null]],
    [
      tokenizer,
      [{ kind: 'byte' }, { kind: 'bpe', vocab_size: 258 }, { kind: 'bpe', vocab_size: 300 }],
      [
        { kind: 'bpe', vocab_size: 257 },
        { kind: 'bpe', vocab_size: 301 },
        { kind: 'bpe', vocab_size: 299.5 },
      ],
    ],
    [section, [null, {}], []],
  ])('%# hold their ends and nothing past them', (option, fine, wrong) => {
    for (const value of fine) expect(checkValue(option, value), String(value)).toBe(null);
    for (const value of wrong)
      expect(checkValue(option, value), String(value)).toContain(`it must be ${wanted(option)}.`);
  });

  test('are told in words, with the step where it is not 1', () => {
    expect(wanted(integer)).toBe('a multiple of 4 from 4 to 12 (kernels read 4 columns at a time)');
    expect(checkValue(integer, 5)).toBe(`x is 5: it must be ${wanted(integer)}.`);
    expect(checkValue(tokenizer, { kind: 'bpe', vocab_size: 9 })).toMatch(/^x is bpe:9: /);
  });
});

describe('keys', () => {
  const config = presetConfig('smoke');

  test('lead to values of the configuration’s own, in sections that are on', () => {
    expect(getPath(config, 'model.hidden_size')).toBe(config.model.hidden_size);
    expect(getPath(config, 'seed')).toBe(config.seed);
    for (const none of [
      'model.none',
      'none.hidden_size',
      'seed.x',
      'model.toString',
      'constructor.name',
      'data.world.people',
    ])
      expect(getPath(config, none), none).toBe(undefined);
    const copy = cloneConfig(config);
    expect([setPath(copy, 'base.steps', 7), setPath(copy, 'data.world.people', 7)]).toEqual([true, false]);
    expect([copy.base.steps, copy.data.world, config.base.steps]).toEqual([7, null, 240]);
  });

  test('of weights are a blend and a source', () => {
    expect(weightKey('continued.qa.news')).toMatchObject({ blend: { key: 'continued.qa' }, source: 'news' });
    expect(weightKey('base.blend')).toBe(null);
    expect(weightKey('base.blender.news')).toBe(null);
    expect(optionOf('model.hidden_size')!.key).toBe('model.hidden_size');
    expect(optionOf('base.blend.news')).toBe(undefined);
  });

  test('lie in a part that is off, or not', () => {
    const off = resolveConfig({ preset: 'smoke', set: ['continued=off'] });
    expect(closedSectionOf(off, 'continued.steps')).toBe('continued');
    expect(closedSectionOf(off, 'continued')).toBe(null);
    expect(closedSectionOf(config, 'continued.steps')).toBe(null);
    expect(closedSectionOf(config, 'data.world.people')).toBe('data.world');
    expect(closedSectionOf(presetConfig('ci'), 'data.world.people')).toBe(null);
    expect(closedSectionOf(off, 'base.steps')).toBe(null);
  });

  test.each<[string, string[], string | null]>([
    ['steps', ['base.steps', 'base.rows'], 'base.steps'],
    ['bose.steps', ['base.steps', 'continued.steps'], 'base.steps'],
    ['other.steps', ['continued.steps', 'x.y'], 'continued.steps'],
    ['NEWS', ['books', 'news'], 'news'],
    ['abc', ['xyc', 'abx'], 'abx'],
    ['abc', ['xbz', 'xyc'], 'xbz'],
    ['abc', ['xyz'], null],
    ['abcdefghi', ['abcdefxyz'], 'abcdefxyz'],
    ['abcdefghi', ['abcdewxyz'], null],
    ['ab', ['bab'], 'bab'],
    ['bab', ['ab'], 'ab'],
    ['', [], null],
  ])('%j is nearest in %j to %j', (word, words, near) => expect(nearest(word, words)).toBe(near));
});

test('tokenizers and values are written as one word and read back', () => {
  expect(['byte', 'word', 'bpe:300'].map((text) => formatTokenizer(parseTokenizer(text)!))).toEqual([
    'byte',
    'word',
    'bpe:300',
  ]);
  for (const text of ['given', 'bpe', 'bpe:x', 'xbpe:3', 'bpe:3x', 'bpe:12345678'])
    expect(parseTokenizer(text)).toBe(null);
  expect(formatValue({ kind: 'bpe', vocab_size: 300, even: true })).toBe('bpe:300:even');
  expect(parseTokenizer('bpe:1234567')).toEqual({ kind: 'bpe', vocab_size: 1_234_567 });
  expect([null, { kind: 'bpe', vocab_size: 3 }, true, 0.5].map(formatValue)).toEqual(['none', 'bpe:3', 'true', '0.5']);
});

test('what follows from a value is the formula’s', () => {
  expect([64, 576].map(defaultInitializerRange)).toEqual([0.05, 0.016667]); // 0.4 / 8, 0.4 / 24
  expect([257, 260, 1].map(multipleOf4)).toEqual([260, 260, 4]);
  const facts = presetConfig('ci').data.world;
  const whole = presetConfig('world').data.world;
  expect([
    vocabularyFor({ kind: 'byte' }, null),
    vocabularyFor({ kind: 'bpe', vocab_size: 1001 }, null),
    vocabularyFor({ kind: 'given' }, null),
    vocabularyFor({ kind: 'word' }, facts),
    vocabularyFor({ kind: 'word' }, whole),
    vocabularyFor({ kind: 'word' }, null),
  ]).toEqual([260, 1004, 4, 192, 320, 320]);
  const schedule = { ...presetConfig('smoke').base.schedule, peak: 3, end: 1 };
  expect([endingRate(schedule), endingRate({ ...schedule, kind: 'constant' })]).toEqual([1, 3]);
  expect([significant(0.3 * 0.1), significant(1234.5, 2)]).toEqual([0.03, 1200]);
});

describe('files', () => {
  test.each<[string, string, string | null]>([
    ['a.txt', '.txt', 'plain'],
    ['A.JSONL.GZ', '.jsonl', 'lines'],
    ['folder.v2/notes', '', 'plain'],
    ['notes', '', 'plain'],
    ['notes.gz', '', 'plain'],
    ['.hidden', '', 'plain'],
    ['dir/.hidden', '', 'plain'],
    ['a.b.csv', '.csv', 'table'],
    ['a.docx', '.docx', 'docx'],
    ['a.pdf', '.pdf', null],
    ['a.tostring', '.tostring', null],
    ['a.zip', '.zip', 'zip'],
    ['a.ndjson', '.ndjson', 'lines'],
    ['a.json', '.json', 'json'],
  ])('%s ends in %j and is %s', (name, ending, kind) => {
    expect([endingOf(name), fileKind(name)]).toEqual([ending, kind]);
  });

  test('of no kind are named with those that are', () => {
    expect(unreadableKind('a.pdf').message).toMatch(
      /^a\.pdf is not a kind of file that is read here \(\.txt, .*\.zip, also as \.gz\)/,
    );
    expect(unreadableKind('a.pdf').code).toBe('text-kind');
    expect(FILE_ENDINGS).toContain('.gz');
  });
});

describe('sources', () => {
  test('have names that fit a key, a link and a file', () => {
    for (const name of ['a', 'A-1_b', '0', 'x'.repeat(40)]) expect(SOURCE_NAME.test(name), name).toBe(true);
    for (const name of ['', '-a', '_a', 'a.b', 'a b', 'x'.repeat(41), 'é'])
      expect(SOURCE_NAME.test(name), name).toBe(false);
  });

  test('are used whole in every blend alone', () => {
    expect(isWhole(wholeUse('a'))).toBe(true);
    expect(isWhole({ source: 'a', blends: BLEND_KEYS, share: 0.5 })).toBe(false);
    expect(isWhole({ source: 'a', blends: ['base.blend'], share: 1 })).toBe(false);
  });

  test('in equal shares change nothing at the switch, whatever the unit', () => {
    const config = presetConfig('smoke');
    const same = (general: object, qa: object) =>
      switchesNothing({ ...config, continued: { ...config.continued!, general: general as never, qa: qa as never } });
    expect(same({ a: 1, b: 3 }, { b: 30, a: 10 })).toBe(true);
    expect(same({ a: 1, b: 3 }, { a: 1.00001, b: 3 })).toBe(false);
    expect(same({ a: 1 }, { a: 1, b: 1 })).toBe(false);
    expect(same({ a: 1, b: 1 }, { a: 1 })).toBe(false);
  });

  test('that a run may name', () => {
    expect(knownSources(presetConfig('smoke'))).toBe(null);
    expect(knownSources(presetConfig('smoke'), ['mine', 'news'])).toEqual(
      expect.arrayContaining(['mine', 'news', 'legal']),
    );
    expect(knownSources(presetConfig('smoke'), ['news'])!.filter((name) => name === 'news')).toHaveLength(1);
    expect(knownSources(presetConfig('ci'), ['mine'])).not.toContain('books');
    expect(knownSources(presetConfig('world'), ['mine'])).toContain('books');
  });

  test('of a blend are few, and numbers', () => {
    const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`s${i}`, 1]));
    expect([{}, { a: 1 }, many(MOST_SOURCES)].map(isBlend)).toEqual([true, true, true]);
    expect([null, 3, [1], { a: '1' }, { a: 1, b: null }, many(MOST_SOURCES + 1)].map(isBlend)).toEqual(
      new Array(6).fill(false),
    );
  });

  test('with weights that cannot be are told one by one', () => {
    expect(blendProblems('b', { news: 1 }, null)).toEqual([]);
    expect(blendProblems('b', { news: 0 }, null)).toEqual([
      'The weights of b sum to 0: give at least one source a weight above 0.',
    ]);
    expect(blendProblems('b', { a: 1e308, c: 1e308 }, null)[0]).toContain('sum to Infinity');
    expect(blendProblems('b', { a: -1, 'c d': 1 }, ['a'])).toEqual([
      'b.a is -1: a weight is a number of 0 or more.',
      'b names a source "c d": use letters, digits, - and _, 40 at most.',
    ]);
    expect(blendProblems('b', { zzzzzz: 1 }, ['a', 'c'])[0]).toContain('does not exist: there are a, c. A file');
  });
});

describe('a whole configuration', () => {
  const smoke = presetConfig('smoke');
  const problemsOf = (change: (config: typeof smoke) => void, ...more: [(readonly string[])?, boolean?]) => {
    const config = cloneConfig(smoke);
    change(config);
    return checkConfig(config, ...more);
  };

  test('holds at the ends of its relations', () => {
    const fine: ((config: typeof smoke) => void)[] = [
      (c) => (c.base.schedule.warmupSteps = c.base.steps - 1),
      (c) => (c.base.schedule.end = c.base.schedule.peak),
      (c) => Object.assign(c.base.schedule, { kind: 'constant', end: 2 * c.base.schedule.peak }),
      (c) => (c.model.max_position_embeddings = c.batch.length),
      (c) => (c.model.vocab_size = 260),
      (c) => (c.continued!.switchDivisor = 0),
      (c) => Object.assign(c.continued!, { switchDivisor: 1000, switchShare: 0.5 }),
      (c) => (c.model.partial_rotary_factor = 2 / c.model.head_dim),
    ];
    for (const change of fine) expect(problemsOf(change), String(change)).toEqual([]);
  });

  test('names what does not hold, once', () => {
    const wrong: [(config: typeof smoke) => void, RegExp][] = [
      [(c) => (c.continued!.switchDivisor = 1000), /never falls to its peak \/ 1000 \(it ends at 0\.000008\)/],
      [(c) => (c.continued!.schedule.warmupSteps = 60), /^continued\.schedule\.warmupSteps is 60 of 60 steps/],
      [(c) => (c.model.partial_rotary_factor = 1 / c.model.head_dim), /turns 1 of a head's/],
      [(c) => (c.tokenizer = { kind: 'word' }), /word tokenizer knows only the words/],
      [(c) => (c.base.blend = {}), /weights of base\.blend sum to 0/],
    ];
    for (const [change, message] of wrong) {
      expect(
        problemsOf(change).filter((found) => message.test(found)),
        String(change),
      ).toHaveLength(1);
    }
    const ci = cloneConfig(presetConfig('ci'));
    ci.tokenizer = { kind: 'byte' };
    ci.data.world!.people = ci.data.world!.names ** 2;
    expect(checkConfig(ci).join()).toMatch(/has its own words and the tokenizer is byte: choose the tokenizer word/);
    expect(checkConfig(ci).join()).not.toContain('people');
  });

  test('is told of its ranges before its relations, and a base’s blend may be gone', () => {
    const both = problemsOf((c) => ((c.base.steps = 0), (c.model.num_key_value_heads = 3)));
    expect(both.join()).toMatch(/base\.steps is 0/);
    expect(both.join()).not.toMatch(/num_key_value_heads/);
    const foreign = (c: typeof smoke) => (c.base.blend = { elsewhere: 1 });
    expect(problemsOf(foreign, []).join()).toMatch(/elsewhere that does not exist/);
    expect(problemsOf(foreign, [], true)).toEqual([]);
    expect(problemsOf((c) => (c.base.blend = { elsewhere: -1 }), [], true)).toHaveLength(1);
    expect(() => validateConfig(smoke)).not.toThrow();
    expect(() => validateConfig({ ...smoke, base: { ...smoke.base, steps: 0 } })).toThrow(/^base\.steps is 0/);
  });

  test('can be changed, with what follows, or is refused as it stands', () => {
    const next = withChanges(smoke, { 'model.hidden_size': 128, 'base.steps': 480 });
    expect(next.model).toMatchObject({ hidden_size: 128, intermediate_size: 512, head_dim: 32 });
    expect(next.base).toMatchObject({ steps: 480, schedule: { warmupSteps: 24 } });
    expect(smoke.model.hidden_size).toBe(64);
    expect(withChanges(smoke, { continued: 'off' }).continued).toBe(null);
    expect(() => withChanges(smoke, { 'base.steps': 0 })).toThrow('base.steps is 0');
    expect(() => withChanges(smoke, { 'model.num_key_value_heads': 3 })).toThrow('must be a multiple');
  });

  test('differs from another by key, label and both values', () => {
    const changed = resolveConfig({
      preset: 'smoke',
      set: ['base.steps=480', 'base.blend.docs=0', 'continued.switchShare=0.25'],
    });
    expect(differences(changed, smoke)).toEqual([
      { key: 'base.steps', label: 'base steps', from: '240', to: '480' },
      { key: 'base.schedule.warmupSteps', label: 'base warm-up', from: '12', to: '24' },
      expect.objectContaining({ key: 'continued.switchShare', from: 'none', to: '0.25' }),
      { key: 'base.blend.docs', label: 'Base blend docs', from: String(smoke.base.blend['docs']), to: '0' },
    ]);
    const off = resolveConfig({ preset: 'smoke', set: ['continued=off'] });
    expect(differences(off, smoke).map(({ key, to }) => [key, to])).toEqual([['continued', 'off']]);
    expect(differences(smoke, off)[0]).toMatchObject({ key: 'continued', from: 'off', to: 'on' });
    expect(differences(smoke, off).find(({ key }) => key === 'continued.steps')).toMatchObject({
      from: null,
      to: '60',
    });
    expect(describeDifference(smoke, off, 2)).toMatch(/^\+continued pretraining, continued steps 60, \d+ more$/);
    expect(
      describeDifference(resolveConfig({ preset: 'smoke', set: ['base.schedule.peak=0.0123456'] }), smoke, 1),
    ).toBe('base peak rate 4e-3→0.0123, 3 more');
  });
});
