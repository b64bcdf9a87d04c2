/** What HuggingFace's library is still asked for: words, and each once. That the ids are its own: test/export/foreign.test.ts. */
import { Tokenizer as Library } from '@huggingface/tokenizers';
import { expect, test } from 'vitest';
import { ForeignTokenizer } from '../../src/tokenizer/foreign.ts';
import { ForeignWords } from '../../src/tokenizer/foreignWords.ts';
import type { Fields } from '../../src/util/object.ts';
import { byteLevelBpe, sentencePieceBpe } from '../export/foreign.ts';

/** The words of a tokenizer, what they ask the pre-tokenizer and the model for, and the ids that the library gives by itself. */
function asked(json: object) {
  const library = new Library(json, {});
  const whole = new Library(json, {});
  const [pieces, words]: [unknown[], unknown[]] = [[], []];
  const listen = <T extends object>(callable: T | null, heard: unknown[]): T | null =>
    callable &&
    new Proxy(callable, {
      apply: (target, self, [of]) => (heard.push(of), Reflect.apply(target as T & Function, self, [of])),
    });
  library.pre_tokenizer = listen(library.pre_tokenizer, pieces);
  library.model = listen(library.model, words);
  const made = ForeignWords.of(json as Fields, library)!;
  const encode = (text: string): void =>
    expect(made.encode(text)).toEqual(Uint32Array.from(whole.encode(text, { add_special_tokens: false }).ids));
  return { made, pieces, words, encode };
}

test('a text is cut before a space or behind a line’s end, between a visible character and a letter', () => {
  const { pieces, words, encode } = asked(byteLevelBpe());
  encode('the in the. The 1\nin the é in\nin\n');
  expect(pieces).toEqual(['the', ' in', ' the.', ' The 1\n', 'in', ' the é in\n', 'in\n']);
  // Every piece once, and what merges in it by its ids.
  encode('the in the.');
  encode(`the ${'a'.repeat(33)}`);
  expect(pieces.slice(7)).toEqual([` ${'a'.repeat(33)}`]);
  expect(words).toEqual([[`Ġ${'a'.repeat(33)}`]]);
});

test('where spaces are low lines, before one of them: with tokens on both sides, and not at a line’s end', () => {
  const { words, encode } = asked(sentencePieceBpe());
  encode('in the. a1 in D in B.\nthe');
  encode('in the.');
  // Neither 1, D nor the line's end is a token.
  expect(words).toEqual([['▁a1▁in▁D▁in'], ['▁B.\nthe']]);
});

test('without a token for the space nothing is cut', () => {
  const json = sentencePieceBpe() as { model: { vocab: Record<string, number> } };
  delete json.model.vocab['▁'];
  const { words, encode } = asked(json);
  encode('in the in');
  expect(words).toEqual([['▁in▁the▁in']]);
});

test('an added token is the library’s, also where only the normalized text has it', () => {
  const end = { id: 0, content: '<|END|>', special: true, normalized: true };
  const { made } = asked({ ...byteLevelBpe(), normalizer: { type: 'Lowercase' }, added_tokens: [end] });
  for (const text of ['the <|END|>', 'the <|end|>', 'the <|End|>']) expect(made.encode(text)).toBeNull();
  expect(made.encode('the end')).not.toBeNull();
});

test('a word that is a token stays whole only where the file says so', () => {
  for (const ignore_merges of [true, false]) {
    const json = byteLevelBpe() as { model: { vocab: Record<string, number> } };
    json.model.vocab['cat'] = Object.keys(json.model.vocab).length;
    const { words, encode } = asked({ ...json, model: { ...json.model, ignore_merges } });
    encode('cat cat');
    expect(words).toEqual([]);
  }
});

test.each<[string, object]>([
  ['the end of a word', { end_of_word_suffix: 'h' }],
  ['a piece that goes on', { continuing_subword_suffix: 'h' }],
  ['a piece behind the first', { continuing_subword_prefix: 'h' }],
])('words are the library’s where %s is marked', (_, marked) => {
  const json = byteLevelBpe() as { model: object };
  const { words, encode } = asked({ ...json, model: { ...json.model, ...marked } });
  encode('the ate');
  expect(words).toEqual([['the'], ['Ġate']]);
});

test('words are the library’s where two tokens have one id, or a merge makes none', () => {
  for (const name of ['er', 'z']) {
    const json = byteLevelBpe() as { model: { vocab: Record<string, number> } };
    if (name === 'er') delete json.model.vocab[name];
    else json.model.vocab[name] = json.model.vocab['y']!;
    const { words, encode } = asked(json);
    encode('the in');
    expect(words).toEqual([['the'], ['Ġin']]);
  }
});

test('a text with an added token is given none at its begin', () => {
  const begin = { SpecialToken: { id: '<s>', type_id: 0 } };
  const template = {
    type: 'TemplateProcessing',
    single: [begin, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
  };
  const ids = new ForeignTokenizer({ ...sentencePieceBpe(), post_processor: template }).encode('the</s>');
  expect([ids[0] === 1, ids.at(-1)]).toEqual([false, 2]);
});

test('a sequence without a list cuts nothing, and leaves texts to the library', () => {
  const model = { type: 'BPE', vocab: { a: 0 }, merges: [] };
  const none = { normalizer: null, decoder: null, post_processor: null, added_tokens: [] };
  const json = { ...none, model, pre_tokenizer: { type: 'Sequence' } };
  expect(ForeignWords.of(json, new Library(json, {}))).toBe(null);
});
