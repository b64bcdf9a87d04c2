/** A stage of data work written here and nowhere else. */
import { expect, it } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import { heldCorpus } from '../../src/data/corpus.ts';
import { prepareSources } from '../../src/data/prepare.ts';
import type { TokenSource } from '../../src/data/source.ts';
import { collect, type Documents, inMemory, judged, type Stage, StageReport } from '../../src/data/stages/stage.ts';

/** Drops documents of fewer words than asked. */
const longEnough: Stage<{ words: number }> = (documents: Documents, { words }, report) =>
  judged(
    documents,
    report,
    async () =>
      ({ text }) =>
        text.split(/\s+/).length < words ? 'few words' : null,
  );

it('keeps what it should, in order, and accounts for the rest', async () => {
  const texts = ['one', 'one two three', 'two', 'a b c d'];
  const documents = inMemory(texts.map((text, index) => ({ index, id: null, source: 'web', text, date: null })));
  const report = new StageReport('long enough');
  const kept = await collect(longEnough(documents, { words: 3 }, report));
  expect(kept.map(({ text }) => text)).toEqual(['one two three', 'a b c d']);
  expect([report.in, report.out, report.reasons]).toEqual([4, 2, new Map([['few words', 2]])]);
});

it('stands before those of training, which see what it leaves', async () => {
  const texts = ['one two five', 'two', 'one two four', 'three'];
  const raw = texts.map((text, index) => ({ index, id: null, source: 'mine', text, date: null }));
  const mine = heldCorpus({ name: 'mine', label: 'mine', licence: 'mine' }, raw);
  const documents = longEnough(inMemory(raw), { words: 3 }, new StageReport('long enough'));
  const preset = presetConfig('smoke');
  const config = {
    ...preset,
    data: { ...preset.data, heldOut: 0.5, split: 'tail' as const },
    base: { ...preset.base, blend: { mine: 1 } },
    continued: null,
  };
  const { sources, tokenizer } = await prepareSources(config, [{ ...mine, documents }], null);
  const [{ train, heldOut }] = sources as [TokenSource];
  expect([train, heldOut].map(({ tokens }) => tokenizer.decode(tokens.slice(0, tokens.length - 1)))).toEqual(
    texts.filter((_, i) => i % 2 === 0),
  );
});
