import { describe, expect, test } from 'vitest';
import { OPTIONS } from '../../src/config/options.ts';
import { presetConfig } from '../../src/config/presets.ts';
import { type ConfigRequest, replaceSources, resolveConfig } from '../../src/config/resolve.ts';
import { BLEND_KEYS, type SourceUse, switchesNothing } from '../../src/config/sources.ts';
import { checkConfig, MOST_SOURCES } from '../../src/config/validate.ts';
import { UserError } from '../../src/util/errors.ts';

/** The message of the UserError that a request is refused with. */
function refusal(request: ConfigRequest): string {
  try {
    resolveConfig(request);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  }
  throw new Error(`not refused: ${JSON.stringify(request)}`);
}
const smoke = (...set: string[]) => resolveConfig({ preset: 'smoke', set });
const smokeRefusal = (...set: string[]) => refusal({ preset: 'smoke', set });

describe('what was asked for', () => {
  test('a preset alone is the preset', () => expect(resolveConfig({ preset: 'class' })).toEqual(presetConfig('class')));

  test('--set wins over the file, the file over the preset, and seed and tokenizer have short forms', () => {
    const config = resolveConfig({
      preset: 'smoke',
      file: { seed: 3, base: { steps: 100, schedule: { kind: 'linear' } }, 'evaluation.rows': 2 },
      set: ['base.steps=50'],
      seed: 9,
      tokenizer: 'bpe:300',
    });
    expect(config).toMatchObject({ seed: 9, tokenizer: { kind: 'bpe', vocab_size: 300 }, evaluation: { rows: 2 } });
    expect(config.base).toMatchObject({ steps: 50, schedule: { kind: 'linear' } });
  });

  test('config.json of a run gives the same run again', () => {
    const config = resolveConfig({
      preset: 'small',
      set: ['base.schedule.peak=1e-3', 'continued.qa.legal=0'],
      seed: 5,
    });
    expect(resolveConfig({ file: JSON.parse(JSON.stringify(config)) })).toEqual(config);
    const given = resolveConfig({ preset: 'world', data: ['a', 'b'], set: ['continued.qa.a=3'] });
    expect(resolveConfig({ file: JSON.parse(JSON.stringify(given)), data: ['a', 'b'] })).toEqual(given);
    const base = presetConfig('shakespeare');
    expect(resolveConfig({ file: base, data: ['shakespeare'] })).toEqual(base);
  });

  test('a blend in a file replaces the whole blend; one weight set changes that weight', () => {
    const file = { continued: { qa: { books: 1, 'qa-facts': 3 } } };
    expect(resolveConfig({ preset: 'smoke', file }).continued!.qa).toEqual({ books: 1, 'qa-facts': 3 });
    expect(smoke('continued.qa.books=99').continued!.qa).toEqual({ ...presetConfig('smoke').continued!.qa, books: 99 });
    expect(Object.keys(smoke('base.blend.legal=0').base.blend)).not.toContain('legal');
  });

  test('the continued part can be turned off, and on where a preset has none', () => {
    expect(smoke('continued=off').continued).toBe(null);
    // On where it is on: what it says stays.
    expect(smoke('continued=on').continued).toEqual(presetConfig('smoke').continued);
    const set = ['continued.steps=77', 'continued=on'];
    const { base, continued } = resolveConfig({ preset: 'shakespeare', set, data: ['shakespeare'] });
    expect(continued).toMatchObject({ steps: 77, general: base.blend, qa: base.blend, switchDivisor: 5 });
    expect(continued!.schedule).toMatchObject({ peak: base.schedule.end, end: base.schedule.end / 100 });
    const fifth = resolveConfig({ preset: 'shakespeare', set: ['continued=on'], data: ['shakespeare'] });
    expect(fifth.continued!.steps).toBe(fifth.base.steps / 5);
    expect(resolveConfig({ preset: 'smoke', file: { continued: null } }).continued).toBe(null);
    expect(smoke(' base.steps = 50 ').base.steps).toBe(50);
  });

  test('what follows from a changed value follows, unless stated', () => {
    const { model, batch } = smoke('model.hidden_size=128', 'batch.length=32');
    expect(model).toMatchObject({ intermediate_size: 512, head_dim: 32, max_position_embeddings: 32 });
    expect(model.initializer_range).toBeCloseTo(0.4 / Math.sqrt(128), 5);
    expect(batch.length).toBe(32);
    expect(smoke('model.hidden_size=128', 'model.intermediate_size=256').model.intermediate_size).toBe(256);
    expect(smoke('tokenizer=bpe:1001').model.vocab_size).toBe(1004);
    const { base, continued } = smoke('base.schedule.peak=1e-3', 'base.steps=120');
    expect(base.schedule).toMatchObject({ end: 2e-4, warmupSteps: 6 });
    expect(continued!.schedule).toMatchObject({ peak: 2e-4, end: 2e-6 });
    expect(smoke('base.schedule.kind=constant').continued!.schedule.peak).toBe(4e-3);
    expect(smoke('continued.schedule.peak=1e-3', 'base.schedule.peak=2e-3').continued!.schedule.peak).toBe(1e-3);
  });
});

describe('sources of the user’s', () => {
  test('replace the preset’s own in every blend, in equal parts', () => {
    const { base, continued } = resolveConfig({ preset: 'smoke', data: ['mine', 'yours'] });
    for (const blend of [base.blend, continued!.general, continued!.qa]) expect(blend).toEqual({ mine: 1, yours: 1 });
    const set = ['continued.qa.yours=3', 'base.blend.yours=0'];
    const changed = resolveConfig({ preset: 'smoke', data: ['mine', 'yours'], set });
    expect([changed.base.blend, changed.continued!.qa]).toEqual([{ mine: 1 }, { mine: 1, yours: 3 }]);
  });

  test('keep their weights where the run knows all their names', () => {
    const { base, continued } = replaceSources(presetConfig('smoke'), ['news', 'qa-facts']);
    expect([base.blend, continued!.general]).toEqual([{ news: 28 }, { news: 18 }]);
    expect(continued!.qa).toEqual({ news: 6, 'qa-facts': 15 });
    expect(replaceSources(presetConfig('smoke'), ['qa-facts']).base.blend).toEqual({ 'qa-facts': 1 });
  });

  test('are given equal parts where the run knows only some of their names, or has weight 0 for them', () => {
    const one = replaceSources(presetConfig('smoke'), ['news', 'mine']);
    expect(one.base.blend).toEqual({ news: 1, mine: 1 });
    const preset = presetConfig('smoke');
    preset.base.blend = { ...preset.base.blend, mine: 0 };
    expect(replaceSources(preset, ['mine']).base.blend).toEqual({ mine: 1 });
  });

  test('leave a base checkpoint’s blend as it was trained', () => {
    const preset = presetConfig('smoke');
    const { base, continued } = resolveConfig({ preset: 'smoke', data: ['mine'], from: (config) => config });
    expect([base.blend, continued!.qa]).toEqual([preset.base.blend, { mine: 1 }]);
  });

  test('of a name that the preset has too take its place, each by its own share and blends', () => {
    const uses: SourceUse[] = [{ source: 'news', blends: ['base.blend'], share: 0.5 }];
    const preset = presetConfig('smoke');
    preset.base.blend = { news: 3, books: 1, code: 0 };
    const { base, continued } = replaceSources(preset, ['news', 'mine'], false, uses);
    // mine is whole by default: 50 % and 100 %, so nothing is left for others; the other blends are mine alone.
    expect(base.blend).toEqual({ news: 50, mine: 100 });
    expect(continued!.qa).toEqual({ mine: 100 });
    expect(replaceSources(preset, ['news'], false, uses).base.blend).toEqual({ books: 50, news: 50 });
    expect(replaceSources(preset, ['news'], false, uses).continued).toEqual(preset.continued);
    expect(refusal({ preset: 'smoke', data: ['a', 'b'], uses: [{ ...uses[0]!, source: 'c' }] })).toMatch(
      /"c" is not one of the given files: a, b\./,
    );
    expect(refusal({ preset: 'smoke', uses })).toMatch(/not one of the given files: no file is given/);
  });

  test('stand beside the preset’s own in one blend, in the shares they are given', () => {
    const mine = (blends: SourceUse['blends'], share: number): ConfigRequest => ({
      preset: 'smoke',
      data: ['mine'],
      uses: [{ source: 'mine', blends, share }],
    });
    const preset = presetConfig('smoke');
    const shares = (blend: Record<string, number>) => {
      const sum = Object.values(blend).reduce((total, weight) => total + weight, 0);
      return Object.fromEntries(Object.entries(blend).map(([name, weight]) => [name, weight / sum]));
    };
    const replayed = resolveConfig(mine(BLEND_KEYS, 0.2));
    for (const [now, was] of [
      [replayed.base.blend, preset.base.blend],
      [replayed.continued!.qa, preset.continued!.qa],
    ] as const) {
      const [got, own] = [shares(now), shares(was)];
      expect(got.mine).toBeCloseTo(0.2, 6);
      for (const name of Object.keys(own)) expect(got[name]).toBeCloseTo(0.8 * own[name]!, 4);
    }
    const atTheEnd = resolveConfig(mine(['continued.qa'], 1));
    expect([atTheEnd.base.blend, atTheEnd.continued!.general]).toEqual([preset.base.blend, preset.continued!.general]);
    expect(atTheEnd.continued!.qa).toEqual({ mine: 100 });
    // By hand: any shipped source beside one of the user's.
    expect(resolveConfig({ preset: 'smoke', data: ['mine'], set: ['base.blend.news=1'] }).base.blend).toEqual({
      mine: 1,
      news: 1,
    });
    expect(
      refusal({ preset: 'ci', data: ['mine'], uses: [{ source: 'mine', blends: BLEND_KEYS, share: 0.5 }] }),
    ).toMatch(/its own words/);
    expect(refusal({ preset: 'smoke', uses: [{ source: 'mine', blends: BLEND_KEYS, share: 0.5 }] })).toMatch(
      /not one of the given files/,
    );
  });

  test('say when nothing changes at the switch', () => {
    expect(switchesNothing(resolveConfig({ preset: 'smoke', data: ['mine'] }))).toBe(true);
    expect(switchesNothing(resolveConfig({ preset: 'smoke', data: ['mine'], set: ['continued.qa.news=1'] }))).toBe(
      false,
    );
    expect(switchesNothing(presetConfig('smoke'))).toBe(false);
    expect(switchesNothing(resolveConfig({ preset: 'smoke', set: ['continued=off'] }))).toBe(false);
  });

  test('make a synthetic world give way', () => {
    const config = resolveConfig({ preset: 'ci', data: ['web'] });
    expect(config).toMatchObject({ data: { world: null }, tokenizer: { kind: 'byte' }, model: { vocab_size: 260 } });
    expect(config.base.blend).toEqual({ web: 1 });
  });

  test('leave the original alone', () => {
    const config = presetConfig('smoke');
    replaceSources(config, ['a']);
    expect(config).toEqual(presetConfig('smoke'));
  });
});

describe('refusals name both values and what to do', () => {
  test.each<[string[], RegExp]>([
    [['model.hiden_size=64'], /no option model\.hiden_size.*did you mean model\.hidden_size\?/],
    [['hidden_size=64'], /did you mean model\.hidden_size\?/],
    [['frobnicate=1'], /no option frobnicate.*config\.json/],
    [['__proto__.x=1'], /no option __proto__\.x/],
    [['model.hidden_size=66'], /model\.hidden_size is 66.*multiple of 4 from 8 to 4096/],
    [['base.steps=0'], /base\.steps is 0.*1 to 10000000/],
    [['base.steps=1e999'], /base\.steps is Infinity/],
    [['base.steps='], /base\.steps is empty/],
    [['base.steps=0x10'], /base\.steps is 0x10/],
    [['base.steps=2.5'], /base\.steps is 2\.5: it must be a whole number/],
    [['base.schedule.kind=step'], /one of cosine, linear, wsd, constant/],
    [['optimizer.decay_embeddings=maybe'], /true or false/],
    [['tokenizer=bpe:12'], /tokenizer is bpe:12.*258 to 65536/],
    [['tokenizer=wordpiece'], /byte, word, or bpe:N/],
    [['tokenizer=word'], /only the words of a synthetic world/],
    [['model.vocab_size=256'], /model\.vocab_size is 256 and the tokenizer needs 260/],
    [['model.num_key_value_heads=3'], /num_attention_heads is 4 and model\.num_key_value_heads 3/],
    [['model.partial_rotary_factor=0.2'], /0\.2 turns 3 of a head's 16 columns: columns turn in pairs/],
    [['model.max_position_embeddings=32'], /is 32 and batch\.length 64/],
    [['base.schedule.warmupSteps=240'], /warmupSteps is 240 of 240 steps/],
    [['base.schedule.end=1'], /end is 1 and base\.schedule\.peak 0\.004/],
    [['continued.schedule.kind=constant'], /never falls to its peak \/ 5 \(it ends at 0\.0008\)/],
    [['base.blend.news=-1'], /base\.blend\.news is -1: a weight is a number of 0 or more/],
    [['base.blend.news=NaN'], /base\.blend\.news is NaN/],
    [['base.blend.news='], /base\.blend\.news is empty/],
    [
      ['base.blend.newz=1'],
      /source newz that does not exist: did you mean news\? A file of your own may have that name/,
    ],
    [['base.blend.a/b=1'], /cannot name a source/],
    [['base.blend.__proto__=1'], /cannot name a source/],
    [['continued=off', 'continued.steps=5'], /continued\.steps has no effect.*add continued=on/],
    [['data.world.people=5'], /choose the preset ci, world or lab/],
    [['data.world=on'], /choose the preset ci, world or lab/],
    [['seed'], /"seed" sets nothing: write key=value/],
  ])('%j', (set, message) => {
    const said = smokeRefusal(...set);
    expect(said).toMatch(message);
    expect(said).not.toMatch(/\n|undefined|\[object/);
  });

  test('weights that sum to 0', () => {
    const names = Object.keys(presetConfig('smoke').continued!.general);
    expect(smokeRefusal(...names.map((name) => `continued.general.${name}=0`))).toMatch(
      /weights of continued\.general sum to 0: give at least one source a weight above 0/,
    );
  });

  test('a file that is no configuration', () => {
    expect(refusal({ file: 7 })).toMatch(/configuration is 7/);
    expect(refusal({ file: { base: 3 } })).toMatch(/base is 3/);
    expect(refusal({ file: { base: { blend: [1] } } })).toMatch(/base\.blend is an array/);
    expect(refusal({ file: { base: { blend: { news: '5' } } } })).toMatch(/base\.blend\.news is "5"/);
    for (const blend of [null, 'news'])
      expect(refusal({ file: { base: { blend } } })).toMatch(/a blend is an object of/);
    const blend = Object.fromEntries(Array.from({ length: MOST_SOURCES + 1 }, (_, i) => [`s${i}`, 1]));
    expect(refusal({ file: { base: { blend } } })).toMatch(new RegExp(`${MOST_SOURCES + 1} sources: at most`));
    delete blend.s0;
    expect(refusal({ file: { base: { blend } } })).not.toMatch(/sources: at most/);
    expect(refusal({ file: null })).toMatch(/configuration is null/);
    expect(refusal({ file: { preset: 3 } })).toMatch(/preset is 3: give the name of one/);
    expect(refusal({ file: { model: { hidden_size: '6x' } } })).toMatch(/model\.hidden_size is 6x/);
    expect(refusal({ file: { model: { n_layer: 2 } } })).toMatch(/no option model\.n_layer/);
    expect(refusal({ file: JSON.parse('{"__proto__": {"x": 1}}') })).toMatch(/no option __proto__/);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  test('sources and presets', () => {
    expect(refusal({ preset: 'tinny' })).toMatch(/did you mean 'tiny'\?/);
    expect(refusal({ preset: 'smoke', data: ['../x'] })).toMatch(/"\.\.\/x" cannot name a source/);
    expect(refusal({ preset: 'shakespeare' })).toMatch(
      /shakespeare that does not exist.*A file of your own may have that name/,
    );
    expect(refusal({ preset: 'ci', set: ['base.blend.books=1'] })).toMatch(/books that does not exist/);
    expect(refusal({ preset: 'ci', set: ['data.world.people=101'] })).toMatch(/at most 100 people/);
  });
});

test('every option refuses what lies outside its range', () => {
  for (const option of OPTIONS) {
    if (option.type !== 'integer' && option.type !== 'number') continue;
    const preset = option.key.startsWith('data.world') ? 'world' : 'smoke';
    for (const value of [option.min - 1, option.max * 2 + 1]) {
      expect(refusal({ preset, set: [`${option.key}=${value}`] }), option.key).toContain(`${option.key} is ${value}`);
    }
  }
});

test('all problems of a configuration are listed', () => {
  const config = presetConfig('smoke');
  config.model.hidden_size = 6;
  config.base.blend = {};
  config.continued!.switchDivisor = Number.NaN;
  expect(checkConfig(config)).toHaveLength(3);
});
