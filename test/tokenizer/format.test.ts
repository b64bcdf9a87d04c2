/** What tokenizers write and compare: names, canonical JSON, hashes, sizes; and the heap that orders merges. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import { ChatTokenizer, withMarks, withoutMarks } from '../../src/tokenizer/chat.ts';
import { ForeignTokenizer } from '../../src/tokenizer/foreign.ts';
import {
  BYTE_CHARACTERS,
  canonicalJson,
  checkVocabularySize,
  sameJson,
  sha256,
  tokenizerConfigJson,
  tokenizerJson,
  tokenNames,
} from '../../src/tokenizer/format.ts';
import { Heap } from '../../src/tokenizer/heap.ts';
import { RandomStream } from '../../src/util/random.ts';
import { byteLevelBpe, sentencePieceBpe } from '../export/foreign.ts';

describe('names', () => {
  test('of bytes are printable: Latin-1 for itself, the other 68 from U+0100 on', () => {
    const moved = BYTE_CHARACTERS.flatMap((character, byte) => (character.charCodeAt(0) === byte ? [] : [byte]));
    const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
    expect(moved).toEqual([...range(0, 0x20), ...range(0x7f, 0xa0), 0xad]);
    expect(moved.map((byte) => BYTE_CHARACTERS[byte]!.charCodeAt(0))).toEqual(range(0x100, 0x100 + 67));
    expect(BYTE_CHARACTERS[0x20]).toBe('Ġ'); // GPT-2's space
  });

  test('of merges are the names they join, in the vocabulary by id', () => {
    const merges = [
      [97, 98],
      [257, 99],
    ] as const;
    expect(tokenNames(merges).slice(256)).toEqual(['<|endoftext|>', 'ab', 'abc']);
    expect(tokenizerJson('bpe', merges)).toMatchObject({
      model: {
        ...{ vocab: { abc: 258 }, merges: ['a b', 'ab c'] },
        // A word that is a token by chance is merged as any other.
        ...{ fuse_unk: false, byte_fallback: false, ignore_merges: false },
      },
      added_tokens: [{ id: 256, content: '<|endoftext|>', special: true }],
      decoder: { type: 'ByteLevel', use_regex: true },
      pre_tokenizer: { pretokenizers: [{ type: 'Split' }, { type: 'ByteLevel' }] },
    });
    expect(tokenizerJson('byte', [])).toMatchObject({ pre_tokenizer: { type: 'ByteLevel', use_regex: false } });
  });

  test('of the configuration beside it: nothing is added or cleaned', () => {
    expect(tokenizerConfigJson(64)).toMatchObject({
      bos_token: '<|endoftext|>',
      eos_token: '<|endoftext|>',
      clean_up_tokenization_spaces: false,
      model_input_names: ['input_ids', 'attention_mask'],
      model_max_length: 64,
    });
    expect(tokenizerConfigJson(64, '</s>')).toMatchObject({ bos_token: '</s>', eos_token: '</s>' });
  });
});

describe('JSON', () => {
  test('in its canonical form has sorted keys and no white space', async () => {
    const text = '{"a":[1,{"x":null,"y":"b"}],"b":true}';
    expect(canonicalJson({ b: true, a: [1, { y: 'b', x: null }] })).toBe(text);
    expect(await sha256('größer')).toBe(createHash('sha256').update('größer').digest('hex'));
  });

  test.each<[unknown, unknown, boolean]>([
    [1, 1, true],
    [1, '1', false],
    [null, null, true],
    [null, {}, false],
    [{}, null, false],
    [{}, 1, false],
    [{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1, b: 2 }, { a: 1 }, false],
    [{ a: 1 }, { a: 2 }, false],
    [{ a: undefined }, { b: undefined }, false],
    [[1, 2], [1, 2], true],
    [[1], { 0: 1 }, false],
    [{ 0: 1 }, [1], false],
  ])('%j and %j are the same: %s', (a, b, same) => expect(sameJson(a, b)).toBe(same));
});

test('vocabularies that can be trained go from one merge to 16-bit ids', () => {
  for (const size of [258, 65_536]) expect(() => checkVocabularySize(size)).not.toThrow();
  for (const size of [257, 65_537, 300.5])
    expect(() => checkVocabularySize(size)).toThrow(`A BPE vocabulary of ${size}`);
});

test('ids outside a tokenizer are named with its range', () => {
  const bytes = new ByteTokenizer();
  for (const id of [-1, 257]) {
    expect(() => bytes.bytes(id)).toThrow(`Token id ${id} is outside this tokenizer's 0 … 256.`);
  }
  const foreign = new ForeignTokenizer(byteLevelBpe());
  for (const id of [-1, foreign.size, 1.5]) {
    expect(() => foreign.bytes(id)).toThrow(`Token id ${id} is outside this tokenizer's 0 … ${foreign.size - 1}.`);
  }
});

test('a heap gives what was put in, smallest first, whenever it is asked', () => {
  const random = new RandomStream(1, 'heap');
  const heap = new Heap<number>((a, b) => a < b);
  const held: number[] = [];
  for (let i = 0; i < 3000; i++) {
    if (random.integer(5) < 3) {
      const value = random.integer(1000) * 4096 + i; // all different
      heap.push(value);
      held.push(value);
    } else {
      held.sort((a, b) => b - a);
      expect(heap.pop()).toBe(held.pop());
    }
    expect(heap.size).toBe(held.length);
  }
  for (const value of held.sort((a, b) => a - b)) expect(heap.pop()).toBe(value);
  expect(heap.pop()).toBe(undefined);
});

describe('a tokenizer with the marks of a conversation', () => {
  const plain = new ByteTokenizer();

  test('has three ids behind the others, written out where they stand', () => {
    const chat = withMarks(plain);
    expect([chat.size, chat.marks]).toEqual([260, { system: 257, turn: 258, judge: 259 }]);
    expect(chat.decode([257, 104, 105, 258, 259, 106])).toBe('<extra_id_0>hi<extra_id_1><extra_id_2>j');
    expect(chat.decode([104, 105])).toBe('hi');
    expect(new TextDecoder().decode(chat.bytes(259))).toBe('<extra_id_2>');
    expect([...chat.bytes(104)]).toEqual([104]);
    expect([chat.kind, chat.endOfText, [...chat.encode('hi')]]).toEqual(['byte', 256, [104, 105]]);
    expect(withMarks(chat)).toBe(chat);
    const { added_tokens } = chat.toHuggingFace() as { added_tokens: { id: number; content: string }[] };
    expect(added_tokens.map(({ id, content }) => [id, content])).toEqual([
      [256, '<|endoftext|>'],
      [257, '<extra_id_0>'],
      [258, '<extra_id_1>'],
      [259, '<extra_id_2>'],
    ]);
    expect(added_tokens[3]).toEqual({
      ...{ id: 259, content: '<extra_id_2>', special: true },
      ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
    });
  });

  test('is found by its marks, and what has none is left alone', () => {
    const chat = withMarks(plain);
    const found = withoutMarks(chat.toHuggingFace())!;
    expect(found.plain).toEqual(plain.toHuggingFace());
    expect(found.restore(plain)).toBeInstanceOf(ChatTokenizer);
    expect(() => found.restore(chat)).toThrow('in this order after the other 260 ids');
    for (const none of [
      null,
      3,
      {},
      { added_tokens: 3 },
      { added_tokens: [null, { content: 'x' }] },
      plain.toHuggingFace(),
    ])
      expect(withoutMarks(none)).toBe(null);
  });
});

/** The ids of a foreign tokenizer's file, by token. */
const vocabOf = (json: unknown) => (json as { model: { vocab: Record<string, number> } }).model.vocab;

describe('a tokenizer made elsewhere', () => {
  const changed = (json: any, change: (json: any) => void) => {
    change(json);
    return () => new ForeignTokenizer(json);
  };

  test.each<[string, () => unknown, string]>([
    ['null', () => null, 'it has no model'],
    ['a list', () => [], 'it has no model'],
    ['a model that is a list', () => ({ model: [] }), 'it has no model'],
    ['no type and no merges', () => ({ model: {} }), 'its model is nothing, and only BPE is read'],
    ['a vocabulary that is a list', () => ({ model: { type: 'BPE', vocab: [] } }), 'it has no vocabulary'],
  ])('%s is refused', (_, json, reason) => expect(() => new ForeignTokenizer(json())).toThrow(reason));

  test('may leave the type out where there are merges', () => {
    expect(changed(byteLevelBpe(), (json) => delete json.model.type)).not.toThrow();
  });

  test('is byte-level by its pre-tokenizer or by its decoder, within a sequence too', () => {
    expect(changed(byteLevelBpe(), (json) => (json.pre_tokenizer = null))).not.toThrow();
    const inSequence = { type: 'Sequence', decoders: [{ type: 'ByteLevel' }] };
    const sequence = changed(byteLevelBpe(), (json) =>
      Object.assign(json, { pre_tokenizer: null, decoder: inSequence }),
    );
    expect([...sequence().bytes(vocabOf(byteLevelBpe())['Ã']!)]).toEqual([0xc3]);
  });

  test.each([2 ** 24, 2 ** 24 + 1, 1.5, '7', -1])('an id of %j is one up to 2²⁴', (id) => {
    const make = changed(byteLevelBpe(), (json) => (json.model.vocab.zz = id));
    if (id === 2 ** 24) expect(make().size).toBe(2 ** 24 + 1);
    else expect(make).toThrow(/token "zz" has .*, which is not an id/);
  });

  test('ends a text with the first of the known names that it adds', () => {
    const added = (content: string, id: number) => ({
      ...{ id, content, special: true },
      ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
    });
    const json = { ...byteLevelBpe(), added_tokens: [added('<|im_end|>', 300), added('</s>', 301)] };
    const made = new ForeignTokenizer(json);
    expect([made.endName, made.endOfText, made.size]).toEqual(['</s>', 301, 302]);
    expect(made.bytes(301)).toEqual(new Uint8Array(0));
    expect(made.bytes(299), 'an id that no token has').toEqual(new Uint8Array(0));
  });

  test('gives its bytes by name: stand-ins, <0x..>, the low line for a space, added words as they are', () => {
    const words = byteLevelBpe() as any;
    words.added_tokens.push({ ...words.added_tokens[0], id: 400, content: 'Ġé', special: false });
    expect(new TextDecoder().decode(new ForeignTokenizer(words).bytes(400))).toBe('Ġé');
    const piece = new ForeignTokenizer(sentencePieceBpe());
    const vocab = vocabOf(sentencePieceBpe());
    expect([...piece.bytes(vocab['<0xC3>']!)]).toEqual([0xc3]);
    const low = Object.keys(vocab).find((name) => name.startsWith('▁') && name.length > 1)!;
    expect(new TextDecoder().decode(piece.bytes(vocab[low]!))).toBe(low.replace('▁', ' '));
    expect(piece.toHuggingFace()).toEqual(sentencePieceBpe());
  });
});
