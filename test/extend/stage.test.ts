/** A stage of data work written here and nowhere else. */
import { expect, it } from 'vitest';
import { holdOut } from '../../src/data/stages/holdOut.ts';
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
  const documents = inMemory(texts.map((text, index) => ({ index, id: null, source: 'web', text, date: null })));
  const kept = longEnough(documents, { words: 3 }, new StageReport('long enough'));
  const sided = await collect(holdOut(kept, { share: 0.5, by: 'tail' }, new StageReport('held out')));
  expect(sided.map(({ text, heldOut }) => [text, heldOut])).toEqual([
    ['one two five', false],
    ['one two four', true],
  ]);
});
