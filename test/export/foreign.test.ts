/** Folders made elsewhere: read whatever their floats, shards and spelling, or refused in a sentence before the weights are touched. */
import { Tokenizer as Library } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import type { FolderFile } from '../../src/export/huggingface.ts';
import { huggingFaceFolder, readHuggingFaceFolder } from '../../src/export/huggingface.ts';
import { ForeignTokenizer } from '../../src/tokenizer/foreign.ts';
import { ForeignWords } from '../../src/tokenizer/foreignWords.ts';
import { configureFromBase } from '../../src/recipe/baseCheckpoint.ts';
import { readAnyBase, readCheckpoint } from '../../src/train/bases/base.ts';
import { validateConfig } from '../../src/config/validate.ts';
import type { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import { UserError } from '../../src/util/errors.ts';
import { readTokenizer } from '../../src/world/readTokenizer.ts';
import { byteLevelBpe, foreignFolder, sentencePieceBpe } from './foreign.ts';
import { randomWeights, tinyConfig } from './tinyModel.ts';

const model = tinyConfig();
const weights = randomWeights(model, 1);

describe.each([4, 5] as const)('as transformers %i spells it', (transformers) => {
  test.each([
    ['F32', 1, 0],
    ['F32', 3, 0],
    ['F16', 1, 2 ** -10],
    ['BF16', 4, 2 ** -8],
  ] as const)('%s in %i files', (dtype, shards, precision) => {
    const read = readHuggingFaceFolder(foreignFolder(model, weights, { dtype, shards, transformers }));
    expect(read.model).toEqual({ ...model, initializer_range: 0.0134 }); // absent: transformers' default
    expect([...read.parameters.keys()].sort()).toEqual([...weights.keys()].sort());
    for (const [name, { data }] of weights) {
      // A rounding of the last bit, and halves below 2^-14 are flushed.
      data.forEach((value, i) =>
        expect(Math.abs(read.parameters.get(name)!.data[i]! - value)).toBeLessThanOrEqual(
          precision * Math.abs(value) + (dtype === 'F16' ? 2 ** -14 : 0),
        ),
      );
    }
    expect(read.metadata).toBeNull();
  });
});

test('a tied head is the embedding, and said to be one', () => {
  const read = readHuggingFaceFolder(foreignFolder(model, weights, { tied: true }));
  expect(read.parameters.get('lm_head.weight')).toEqual(weights.get('model.embed_tokens.weight'));
  expect(read.notes.join()).toContain('embedding as the output layer');
});

/** Of Llama 3; Qwen's has no {1,3}. */
const pattern = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const splitBy = (Regex: string): object => ({
  ...withRuns(byteLevelBpe()),
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
    ],
  },
});
/** With tokens of two spaces and of two line ends: where they are cut shows. */
const withRuns = (json: any): object => {
  for (const merge of ['Ċ Ċ', 'Ġ Ġ']) {
    json.model.vocab[merge.replace(' ', '')] = Object.keys(json.model.vocab).length;
    json.model.merges.push(merge);
  }
  return json;
};
/** With a token that begins in one word and ends in the next. */
const across = (json: any): object => {
  json.model.vocab['n▁'] = Object.keys(json.model.vocab).length;
  json.model.merges.unshift('n ▁');
  return json;
};

const kinds: [string, object, boolean][] = [
  ['byte-level BPE', withRuns(byteLevelBpe()), true],
  ['with Llama’s pattern', splitBy(pattern), true],
  ['with Qwen’s pattern', splitBy(pattern.replace('{1,3}', '')), true],
  ['with a pattern that nobody knows', splitBy(String.raw`n [a-z]|\s|\S`), false],
  ['SentencePiece BPE with byte fallback', sentencePieceBpe(), true],
  [
    'spaces made low lines by Metaspace',
    {
      ...sentencePieceBpe(),
      normalizer: null,
      pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false },
    },
    true,
  ],
  ['tokens across words', across(sentencePieceBpe()), false],
];

describe.each(kinds)('%s', (_, json, isCut) => {
  let ours: Tokenizer;
  beforeEach(async () => void (ours = await readTokenizer(JSON.parse(JSON.stringify(json)))));

  test('is cut between words where that is known to change nothing', () => {
    const library = new Library(json, { clean_up_tokenization_spaces: false });
    expect(ForeignWords.of(json as Record<string, unknown>, library) !== null).toBe(isCut);
  });

  test('gives the ids of HuggingFace’s library on hostile strings', () => {
    const theirs = new Library(json, { clean_up_tokenization_spaces: false });
    const agree = (text: string): void => {
      expect([...ours.encode(text)]).toEqual(theirs.encode(text, { add_special_tokens: false }).ids);
    };
    const odd = [
      '',
      ' ',
      '  the',
      'the the',
      '\u0000',
      'é',
      'éé',
      '👩‍👩‍👧',
      '\ufeffx',
      'a\u0085b',
      '<0x41>',
      '▁',
      '__proto__',
      '\ud800',
    ];
    odd.forEach(agree);
    const numRuns = Number(process.env.HOSTILE ?? 200);
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), agree), { numRuns });
    // Where texts are cut, and where they look as if they could be.
    const parts = [
      'the',
      ' the',
      'in',
      'n a',
      ' ',
      '\n',
      '\r\n',
      '.',
      ', ',
      '’s',
      "'s ",
      '12',
      ' 3',
      'é',
      ' é',
      '▁',
      'K',
      '<|endoftext|>',
      '</s>',
      '_',
      'a'.repeat(40),
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...parts), { maxLength: 24 }).map((all) => all.join('')),
        agree,
      ),
      { numRuns },
    );
  });

  test('bytes of its ids are the text', () => {
    for (const text of ['the cat', 'éé in Ünïcode', 'a  b\n\tc', '1212 12', '日本語 🐳']) {
      const ids = ours.encode(text);
      // SentencePiece puts a space before the text.
      expect(ours.decode(ids).replace(/^ /, '')).toBe(text);
      expect(ids.every((id) => id < ours.size)).toBe(true);
    }
    expect(ours.decode([ours.endOfText])).toBe('');
    expect(() => ours.decode([ours.size])).toThrow(RangeError);
  });

  test('comes back from a folder that is written with it', async () => {
    const vocab_size = Math.ceil(ours.size / 4) * 4;
    const sized = { ...model, vocab_size };
    const files = huggingFaceFolder({
      model: sized,
      parameters: randomWeights(sized, 1),
      tokenizer: ours,
      metadata: {},
    });
    const read = await readCheckpoint(files);
    expect(await read.tokenizer.hash()).toBe(await ours.hash());
    const config = JSON.parse(
      new TextDecoder().decode(files.find(({ name }) => name === 'tokenizer_config.json')!.bytes),
    );
    expect(config.eos_token).toBe((ours as ForeignTokenizer).endName);
  });
});

/** Weights that may not be read. */
const untouched: FolderFile = {
  name: 'model.safetensors',
  get bytes(): Uint8Array {
    throw new Error('the weights were read');
  },
};
const text = (files: FolderFile[], name: string): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(files.find((file) => file.name === name)!.bytes));

test.each<[string, Record<string, unknown>, string]>([
  ['another architecture', { model_type: 'gpt2' }, 'model_type'],
  ['biases', { attention_bias: true }, 'attention_bias'],
  ['another activation', { hidden_act: 'silu' }, 'hidden_act'],
  ['a scaled RoPE', { rope_parameters: { rope_type: 'yarn', factor: 4 } }, 'rope_type'],
  ['two bases of RoPE', { rope_theta: 5, rope_parameters: { rope_theta: 6 } }, 'rope_theta'],
])('%s is named before the weights are read', async (_, change, named) => {
  const files = foreignFolder(model, weights);
  const config = {
    name: 'config.json',
    bytes: new TextEncoder().encode(JSON.stringify({ ...text(files, 'config.json'), ...change })),
  };
  const tokenizer = files.find(({ name }) => name === 'tokenizer.json')!;
  const reading = readCheckpoint([config, tokenizer, untouched]);
  await expect(reading).rejects.toThrow(UserError);
  await expect(reading).rejects.toThrow(named);
});

test.each<[string, (json: any) => void, string]>([
  ['WordPiece', (json) => (json.model.type = 'WordPiece'), 'WordPiece'],
  ['Unigram', (json) => (json.model.type = 'Unigram'), 'Unigram'],
  ['no end of text', (json) => (json.added_tokens = []), 'added tokens'],
  ['no vocabulary', (json) => (json.model.vocab = 3), 'vocabulary'],
  ['an id that is none', (json) => (json.model.vocab.th = -4), 'not an id'],
  ['no bytes', (json) => (json.pre_tokenizer = json.decoder = null), 'byte'],
  ['an unknown part', (json) => (json.normalizer = { type: 'Nonsense' }), 'Nonsense'],
])('a tokenizer of %s is refused', async (_, injure, named) => {
  const json = byteLevelBpe();
  injure(json);
  await expect(readTokenizer(json)).rejects.toThrow(UserError);
  await expect(readTokenizer(json)).rejects.toThrow(named);
});

test('a tokenizer larger than the embedding is refused', async () => {
  await expect(
    readCheckpoint(foreignFolder({ ...model, vocab_size: 8 }, randomWeights({ ...model, vocab_size: 8 }, 1))),
  ).rejects.toThrow(/265 ids.* 8 rows/);
});

test('a base made elsewhere sets a run of a text preset up, at the preset’s rate unless one is set', async () => {
  const preset = presetConfig('smoke');
  const sized = { ...preset.model, vocab_size: 268 };
  const files = foreignFolder(sized, randomWeights(sized, 1));
  const base = await readAnyBase(files, preset);
  const config = configureFromBase(base.metadata, preset);
  expect(() => validateConfig(config, [], true)).not.toThrow();
  expect(config.model.vocab_size).toBe(268);
  expect(config.continued!.schedule.peak).toBe(preset.continued!.schedule.peak);
  expect(base.notes.join()).toContain('continued.schedule.peak');
  await expect(readAnyBase(files, presetConfig('ci'))).rejects.toThrow('synthetic world');
});
