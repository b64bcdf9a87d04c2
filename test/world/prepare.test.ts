import { expect, test } from 'vitest';
import { PRESETS, presetConfig } from '../../src/config/presets.ts';
import { prepareWorld } from '../../src/world/prepare.ts';

const worlds = PRESETS.filter(({ config }) => config.data.world !== null);

test('there are presets with worlds', () => {
  expect(worlds.map(({ name }) => name)).toEqual(expect.arrayContaining(['ci', 'world', 'world-300', 'lab']));
});

test.each(worlds)('$name fits its model and can draw every blend', ({ config }) => {
  const { loader, suites, corpus } = prepareWorld(config);
  expect(corpus.world.tokenizer.size).toBeLessThanOrEqual(config.model.vocab_size);
  for (const blend of [config.base.blend, config.continued!.general, config.continued!.qa]) loader.check(blend);
  expect(suites.length).toBeGreaterThan(1);
  // The clean Q&A pool belongs to the QA blend alone (toy-world.md §7b, X2); forum answers are part of the other two.
  for (const blend of [config.base.blend, config.continued!.general]) {
    expect(Object.keys(blend).some((source) => source.startsWith('qa'))).toBe(false);
    expect(blend.forum).toBeGreaterThan(0);
  }
  expect(config.continued!.qa.qa).toBeGreaterThan(0);
  // Archive people become rare in continued pretraining, not before.
  for (const source of Object.keys(config.base.blend)) expect(source).not.toContain('recent');
  for (const source of ['web', 'wiki', 'multi']) expect(config.continued!.general[source]).toBeUndefined();
});

test('a run without a world, or with too small an embedding, is told so', () => {
  expect(() => prepareWorld(presetConfig('tiny'))).toThrow(/no synthetic world/);
  const config = presetConfig('world');
  config.model.vocab_size = 256;
  expect(() => prepareWorld(config)).toThrow(/303 words and the model embeds 256: raise model.vocab_size to 304/);
});
