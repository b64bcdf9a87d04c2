import { describe, expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import { textLoader } from '../../src/data/textRows.ts';
import { prepareSources, readUserFiles, sourcesOf } from '../../src/data/prepare.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import { UserError } from '../../src/util/errors.ts';
import type { RunConfig } from '../../src/config/run.ts';
import { type Corpus, heldCorpus } from '../../src/data/corpus.ts';
import { collect } from '../../src/data/stages/stage.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

/** A run over sources a, b (general) and q (QA), byte tokens. */
const config: RunConfig = (() => {
  const preset = presetConfig('smoke');
  return {
    ...preset,
    tokenizer: { kind: 'byte' },
    model: { ...preset.model, vocab_size: 260 },
    data: { ...preset.data, world: null, heldOut: 0.1, split: 'hash' },
    base: { ...preset.base, blend: { a: 3, b: 1 } },
    continued: { ...preset.continued!, general: { a: 1, b: 2, unused: 0 }, qa: { a: 1, q: 4 } },
  };
})();

const corpus = (name: string, texts: string[]): Corpus =>
  heldCorpus(
    { name, label: name, licence: 'none' },
    texts.map((text) => ({ source: name, text })),
  );
const textsOf = (name: string) => Array.from({ length: 300 }, (_, i) => `${name}: the text of document ${i}, in words`);
const corpora = ['a', 'b', 'q', 'other'].map((name) => corpus(name, textsOf(name)));

describe('preparing sources', () => {
  test('splits first, then tokenizes both sides of every source a blend draws from', async () => {
    const { tokenizer, sources } = await prepareSources(config, corpora, null);
    expect([...sourcesOf(config)].sort()).toEqual(['a', 'b', 'q']);
    expect(sources.map(({ name }) => name)).toEqual(['a', 'b', 'q']);
    for (const { name, train, heldOut } of sources) {
      const all = `${tokenizer.decode(train.tokens.slice())}${tokenizer.decode(heldOut.tokens.slice())}`;
      expect(train.starts.length + heldOut.starts.length - 2).toBe(300);
      expect(heldOut.starts.length).toBeGreaterThan(10);
      expect(train.bytes + heldOut.bytes).toBe(all.length);
      for (let i = 0; i < train.starts.length - 1; i++) {
        const document = train.tokens.slice(train.starts[i], train.starts[i + 1]);
        expect(document.at(-1)).toBe(tokenizer.endOfText);
        expect(tokenizer.decode(document)).toMatch(new RegExp(`^${name}: the text of document \\d+, in words$`));
      }
    }
    const loader = textLoader(sources, config.batch, 1);
    for (const blend of [config.base.blend, config.continued!.qa]) expect(() => loader.check(blend)).not.toThrow();
  });

  test('trains a BPE on training text only, and keeps a given tokenizer', async () => {
    const secret = textsOf('a').map((text) => `${text} zqzqzqzq`);
    const held: RunConfig = {
      ...config,
      tokenizer: { kind: 'bpe', vocab_size: 300 },
      model: { ...config.model, vocab_size: 300 },
      data: { ...config.data, heldOut: 0.6, split: 'tail' },
      base: { ...config.base, blend: { a: 1 } },
      continued: null,
    };
    const { tokenizer } = await prepareSources(held, [corpus('a', [...textsOf('a'), ...secret])], null);
    const made = Array.from({ length: tokenizer.size - 257 }, (_, i) => tokenizer.decode([257 + i])).join('\n');
    expect(made).toMatch(/document/);
    expect(made).not.toMatch(/zq/);
    const given = new ByteTokenizer();
    expect((await prepareSources(held, corpora, given)).tokenizer).toBe(given);
  });

  test('reports progress to the end', async () => {
    const seen: string[] = [];
    await prepareSources(config, corpora, null, (what, done, total) => seen.push(`${what} ${done}/${total}`));
    expect(seen).toEqual(['Tokenizing a 0/3', 'Tokenizing b 1/3', 'Tokenizing q 2/3', 'Tokenizing 3/3']);
  });

  test('what departs from what was asked for is said, once each', async () => {
    const few = corpus(
      'a',
      Array.from({ length: 12 }, (_, i) => `A text of some words, number ${i}.`),
    );
    const same = Array.from({ length: 40 }, () => 'the same text');
    const odd: RunConfig = {
      ...config,
      tokenizer: { kind: 'bpe', vocab_size: 4096 },
      model: { ...config.model, vocab_size: 4096 },
      base: { ...config.base, blend: { a: 1, b: 1 } },
      continued: null,
    };
    const { notes, tokenizer } = await prepareSources(
      odd,
      [few, corpus('b', [...same, ...textsOf('b').slice(0, 1)])],
      null,
    );
    expect(notes).toEqual([
      'a: its 12 documents are too few to hold out 10 % of them by hash; the end of the text is held out instead.',
      expect.stringMatching(/^a: \d+ tokens are held out, fewer than one row of 64: its held-out loss is rough\.$/),
      'b: its 41 documents are too few to hold out 10 % of them by hash; the end of the text is held out instead.',
      'b: 38 of its documents equal a held-out one and are not trained on.',
      expect.stringMatching(/^b: \d+ tokens are held out/),
      `The tokenizer has ${tokenizer.size} ids and 4096 were asked for: the text does not repeat enough for more; the other rows of the embedding stay unused.`,
    ]);
    const unheld = { ...config, data: { ...config.data, heldOut: 0 } };
    expect((await prepareSources(unheld, corpora, null)).notes).toEqual([
      'Nothing is held out, as data.heldOut is 0: no held-out loss is measured.',
    ]);
    expect((await prepareSources(config, corpora, null)).notes).toEqual([]);
    // As many ids as were asked for, or a tokenizer that was not trained here.
    const sized = { ...config.model, vocab_size: 270 };
    const exact: RunConfig = { ...config, tokenizer: { kind: 'bpe', vocab_size: 270 }, model: sized };
    for (const given of [null, new ByteTokenizer()])
      expect((await prepareSources(exact, corpora, given)).notes).toEqual([]);
    const more = { ...config, evaluation: { ...config.evaluation, rows: 1000 } };
    expect((await prepareSources(more, corpora, null)).notes[0]).toMatch(
      /^a: \d+ tokens are held out, \d+ rows of 64 where evaluation\.rows asks for 1000\.$/,
    );
  });

  test('refuses a vocabulary larger than the embedding, and words for text', async () => {
    const small = { ...config, model: { ...config.model, vocab_size: 256 } };
    await expect(prepareSources(small, corpora, null)).rejects.toThrow(/257 tokens and the embedding 256 rows: .* 260/);
    await expect(prepareSources({ ...config, tokenizer: { kind: 'word' } }, corpora, null)).rejects.toThrow(UserError);
  });
});

describe("sources of the user's", () => {
  test('are read from files, several to a source', async () => {
    const files = [
      { source: 'mine', name: 'one.txt', bytes: utf8('first') },
      { source: 'qa', name: 'qa.jsonl', bytes: utf8('{"question":"Who?","answer":"I."}').buffer },
      { source: 'mine', name: 'two.txt', bytes: new Blob(['second']) },
    ];
    const read = await readUserFiles(files);
    const texts = read.map(async ({ documents }) => (await collect(documents)).map(({ text }) => text));
    expect(read.map(({ name, label, held, size }) => [name, label, held, size])).toEqual([
      ['mine', 'one.txt, two.txt', true, 11],
      ['qa', 'qa.jsonl', true, 25],
    ]);
    expect(await Promise.all(texts)).toEqual([['first', 'second'], ['Question: Who?\nAnswer: I.']]);
  });
});

test('one long text: the first nine tenths train, the last tenth is held out', async () => {
  const text = 'To be, or not to be: that is the question.\n'.repeat(100);
  const shakespeare: RunConfig = {
    ...config,
    data: { ...config.data, split: 'tail' },
    base: { ...config.base, blend: { shakespeare: 1 } },
    continued: null,
  };
  const [source] = (await prepareSources(shakespeare, [corpus('shakespeare', [text])], null)).sources;
  expect(source!.train.tokens.length).toBe(3870 + 1);
  expect(source!.heldOut.tokens.length).toBe(430 + 1);
});
