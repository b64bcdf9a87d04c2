import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { expect, test } from 'vitest';
import { WorldCorpus } from '../../src/world/corpus.ts';
import { isWordLevel, readWordTokenizer } from '../../src/world/tokenizer.ts';
import { World } from '../../src/world/world.ts';
import { WHOLE } from './configs.ts';

const world = new World(WHOLE, 1);
const { tokenizer } = world;
const theirs = new HuggingFaceTokenizer(JSON.parse(JSON.stringify(tokenizer.toHuggingFace())), {
  unk_token: '<unk>',
  clean_up_tokenization_spaces: false,
});

test('documents go to ids and back', () => {
  const corpus = new WorldCorpus(world);
  for (const { name } of corpus.sources) {
    for (let index = 0; index < 50; index++) {
      const ids = corpus.tokens(name, index),
        text = corpus.text(name, index);
      expect([...tokenizer.encode(text)]).toEqual([...ids]);
      expect(theirs.encode(text).ids).toEqual([...ids]);
      expect(theirs.decode([...ids])).toBe(text);
    }
  }
});

test.each([
  'question : what is the pet of baqo dwik ?',
  'the 56 cats',
  'cat,dog  .cat\n\tdog',
  '',
  ' ',
  '>>> max(3 1 4)=',
  'naïve café 日本 x_y ٣',
  '🦆 duck',
  'e\u0301',
])("%j goes to the same ids as in HuggingFace's reader", (text) => {
  expect([...tokenizer.encode(text)]).toEqual(theirs.encode(text).ids);
});

test('unknown words become <unk>, numbers single digits', () => {
  expect(tokenizer.decode(tokenizer.encode('a cat met 56 zebras'))).toBe('a cat <unk> 5 6 <unk>');
});

test('the end of a document decodes to nothing, an id outside the vocabulary is refused', () => {
  expect(tokenizer.decode([tokenizer.endOfText])).toBe('');
  expect(tokenizer.bytes(tokenizer.endOfText)).toHaveLength(0);
  expect(() => tokenizer.decode([tokenizer.size])).toThrow(/outside the vocabulary of 303 words/);
  expect(() => tokenizer.bytes(-1)).toThrow(/outside the vocabulary/);
});

test('all seeds of one size share a tokenizer, other sizes have others', async () => {
  expect(await new World(WHOLE, 9).tokenizer.hash()).toBe(await tokenizer.hash());
  expect(await new World({ ...WHOLE, names: 29 }, 1).tokenizer.hash()).not.toBe(await tokenizer.hash());
});

test('the written file is read back as the same tokenizer, any other is refused', async () => {
  const file = () => JSON.parse(JSON.stringify(tokenizer.toHuggingFace()));
  expect(isWordLevel(file())).toBe(true);
  expect(await readWordTokenizer(file()).hash()).toBe(await tokenizer.hash());
  const change = (mend: (json: ReturnType<typeof file>) => void) => {
    const json = file();
    mend(json);
    return () => readWordTokenizer(json);
  };
  expect(change((json) => (json.model.vocab.cat = 4000))).toThrow(/splits or numbers words in another way/);
  expect(change((json) => (json.pre_tokenizer = { type: 'Whitespace' }))).toThrow(
    /splits or numbers words in another way/,
  );
  expect(change((json) => delete json.model.vocab['<unk>'])).toThrow(/splits or numbers words in another way/);
  const rename = (json: ReturnType<typeof file>) => {
    json.model.vocab['<none>'] = json.model.vocab['<unk>'];
    delete json.model.vocab['<unk>'];
  };
  expect(change(rename)).toThrow(/has no <unk>/);
  for (const odd of [{ valueOf: 1, toString: 1 }, null, -1, 1.5, '4', [[[[]]]]]) {
    expect(change((json) => (json.model.vocab.cat = odd))).toThrow(/splits or numbers words in another way/);
  }
  expect(change((json) => delete json.model)).toThrow(/no vocabulary/);
  for (const other of [null, 'text', {}, { model: null }, { model: { type: 'BPE' } }])
    expect(isWordLevel(other)).toBe(false);
});
