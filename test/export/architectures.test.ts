/** Folders of every architecture, and what a look at their headers tells before a weight is read. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { ModelConfig } from '../../src/config/run.ts';
import {
  checkJsonSize,
  type FolderFile,
  huggingFaceFolder,
  readHuggingFaceFolder,
} from '../../src/export/huggingface.ts';
import { huggingFaceConfig, readHuggingFaceConfig } from '../../src/export/huggingFaceConfig.ts';
import { ImportError } from '../../src/export/importError.ts';
import { inspectFolder } from '../../src/export/inspectFolder.ts';
import { decodeSafetensors, encodeSafetensors, type SafeTensor } from '../../src/export/safetensors.ts';
import { modelTensors } from '../../src/export/weights.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import { randomWeights, tinyConfig } from './tinyModel.ts';

const tokenizer = new ByteTokenizer();
const metadata = { note: 'two\n\nlines' };

function folderOf(model: ModelConfig): Map<string, FolderFile> {
  const files = huggingFaceFolder({ model, parameters: randomWeights(model, 1), tokenizer, metadata });
  return new Map(files.map((file) => [file.name, file]));
}
const utf8 = (content: unknown) => new TextEncoder().encode(JSON.stringify(content));
const textOf = (files: ReadonlyMap<string, FolderFile>, name: string) =>
  new TextDecoder().decode(files.get(name)!.bytes);
const blobs = (files: Iterable<FolderFile>) =>
  Array.from(files, ({ name, bytes }) => ({ name, bytes: new Blob([bytes as BlobPart]) }));

async function refusal(read: () => unknown): Promise<string> {
  try {
    await read();
  } catch (error) {
    if (error instanceof ImportError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

const whole = { num_hidden_layers: 1, partial_rotary_factor: 1 };
const llama = tinyConfig({ ...whole, model_type: 'llama', tie_word_embeddings: false, initializer_range: 0.02 });
const tied = { ...llama, tie_word_embeddings: true };
const qwen = { ...tied, model_type: 'qwen2' };
const nemotron = tinyConfig({ num_hidden_layers: 1 });

/** Of a layer and what is round it; H·d = 32, K·d = 16. */
const shapes = {
  'embed_tokens.weight': [260, 12],
  'layers.0.input_layernorm.weight': [12],
  'layers.0.self_attn.q_proj.weight': [32, 12],
  'layers.0.self_attn.k_proj.weight': [16, 12],
  'layers.0.self_attn.v_proj.weight': [16, 12],
  'layers.0.self_attn.o_proj.weight': [12, 32],
  'layers.0.post_attention_layernorm.weight': [12],
  'layers.0.mlp.up_proj.weight': [20, 12],
  'layers.0.mlp.down_proj.weight': [12, 20],
  'norm.weight': [12],
};
const gate = { 'layers.0.mlp.gate_proj.weight': [20, 12] };
const shifts = {
  'layers.0.input_layernorm.bias': [12],
  'layers.0.post_attention_layernorm.bias': [12],
  'norm.bias': [12],
};
const biases = {
  'layers.0.self_attn.q_proj.bias': [32],
  'layers.0.self_attn.k_proj.bias': [16],
  'layers.0.self_attn.v_proj.bias': [16],
};
const head = { 'lm_head.weight': [260, 12] };

describe.each<[string, ModelConfig, Record<string, number[]>, object, string, string]>([
  ['Nemotron', nemotron, { ...shapes, ...shifts }, head, 'NemotronForCausalLM', 'squared-ReLU'],
  ['Llama', llama, { ...shapes, ...gate }, head, 'LlamaForCausalLM', 'SwiGLU'],
  ['tied Llama', tied, { ...shapes, ...gate }, {}, 'LlamaForCausalLM', 'SwiGLU'],
  ['Qwen2', qwen, { ...shapes, ...gate, ...biases }, {}, 'Qwen2ForCausalLM', 'SwiGLU'],
])('a folder of %s', (name, model, inModel, outside, architecture, mlp) => {
  let files: Map<string, FolderFile>;
  beforeEach(() => void (files = folderOf(model)));

  test('has these tensors and comes back as it went', () => {
    const inside = Object.entries(inModel).map(([key, shape]) => [`model.${key}`, shape]);
    const wanted = Object.fromEntries([...inside, ...Object.entries(outside)]) as Record<string, number[]>;
    expect(Object.fromEntries(Array.from(modelTensors(model), (one) => [one.name, one.shape]))).toEqual(wanted);
    const back = readHuggingFaceFolder(files.values());
    expect([back.model, back.notes, back.metadata]).toEqual([model, [], metadata]);
    expect(back.parameters).toEqual(randomWeights(model, 1));
  });

  test('says what it is', () => {
    const config = JSON.parse(textOf(files, 'config.json')) as Record<string, unknown>;
    expect([config.architectures, config.tie_word_embeddings]).toEqual([
      [architecture],
      Object.keys(outside).length === 0,
    ]);
    expect('partial_rotary_factor' in config).toBe(name === 'Nemotron');
    expect(JSON.parse(textOf(files, 'generation_config.json'))).toEqual({
      bos_token_id: 256,
      eos_token_id: 256,
      pad_token_id: 256,
    });
    expect(decodeSafetensors(files.get('model.safetensors')!.bytes).metadata).toEqual({ format: 'pt' });
    const card = textOf(files, 'README.md');
    expect(card).toContain(`A small ${name === 'Nemotron' ? 'Nemotron' : 'Llama'}-style language model`);
    expect(card).toContain(`Width of the ${mlp} MLP`);
    expect(card).toContain(`  - ${config.model_type}\n`);
    expect(card).toContain('| note | two lines |');
    const isNemotron = name === 'Nemotron';
    expect(card).toContain(`llama.cpp's converter takes \`${String(config.architectures)}\``);
    expect(card.includes('SentencePiece tokenizer, which this is not')).toBe(isNemotron);
  });

  test('is seen without its weights', async () => {
    const { parameters: _, ...rest } = readHuggingFaceFolder(files.values());
    const { length } = files.get('model.safetensors')!.bytes;
    expect(await inspectFolder(blobs(files.values()))).toEqual({ ...rest, dtypes: ['F32'], bytes: length, shards: 1 });
  });
});

test('a head beside a tied embedding says nothing; a tied Nemotron is given one, and that is said', () => {
  const extra = { name: 'lm_head.weight', dtype: 'F32', shape: [260, 12], data: new Float32Array(260 * 12) } as const;
  const files = folderOf(tied);
  const tensors = [...decodeSafetensors(files.get('model.safetensors')!.bytes).tensors.values(), extra];
  files.set('model.safetensors', { name: 'model.safetensors', bytes: encodeSafetensors(tensors) });
  expect(readHuggingFaceFolder(files.values()).parameters).toEqual(randomWeights(tied, 1));

  const own = folderOf(nemotron);
  const config = { ...huggingFaceConfig(nemotron, 256), tie_word_embeddings: true };
  own.set('config.json', { name: 'config.json', bytes: utf8(config) });
  const { parameters, notes } = readHuggingFaceFolder(own.values());
  expect(notes.length).toBe(1);
  expect(parameters.get('lm_head.weight')).toEqual(parameters.get('model.embed_tokens.weight'));
});

describe('config.json', () => {
  const valid = huggingFaceConfig(llama, 256);
  const read = (changes: object) => refusal(() => readHuggingFaceConfig({ ...valid, ...changes }));

  test.each<[string, object, string]>([
    ['model_type is no text', { model_type: ['llama'] }, 'model_type must be one of nemotron, llama, qwen2'],
    ['tie_word_embeddings is no truth', { tie_word_embeddings: 'yes' }, 'tie_word_embeddings must be true or false'],
    ['a layer slides', { layer_types: ['full_attention', 'sliding_attention'] }, 'got "sliding_attention"'],
    ['layer_types is no list', { layer_types: 'full_attention' }, 'layer_types must all be'],
    ['rope_parameters is a list', { rope_parameters: [1] }, 'rope_parameters'],
    ['more than all turns', { rope_parameters: null, partial_rotary_factor: 1.5 }, '1.5'],
    ['a size is text', { vocab_size: '260' }, 'vocab_size must be a whole number'],
    ['a size is out of reach', { vocab_size: 2 ** 31 }, 'vocab_size must be a whole number'],
    ['a size is broken', { vocab_size: 2.5 }, 'vocab_size must be a whole number'],
    ['a number is text', { rms_norm_eps: '1e-5' }, 'rms_norm_eps'],
  ])('is refused where %s', async (_, changes, words) => {
    const said = await read(changes);
    expect(said).toMatch(/^config: /);
    expect(said).toContain(words);
  });

  test('is taken at the bounds, and where it says what is so anyway', async () => {
    expect(await read({ layer_types: ['full_attention'], partial_rotary_factor: 1, vocab_size: 2 ** 31 - 1 })).toBe(
      'accepted',
    );
    const { tie_word_embeddings: _, ...untold } = valid;
    expect(readHuggingFaceConfig(untold).tie_word_embeddings).toBe(false);
  });

  test('tells up to eight keys that it does not know, none of those without effect or without a value', () => {
    const files = folderOf(qwen);
    const noteOf = (changes: object): string[] => {
      const config = {
        ...huggingFaceConfig(qwen, 256),
        sliding_window: 4096,
        max_window_layers: 1,
        pad_token_id: 0,
        ...changes,
      };
      files.set('config.json', { name: 'config.json', bytes: utf8(config) });
      return readHuggingFaceFolder(files.values()).notes;
    };
    expect(noteOf({ nothing: null })).toEqual([]);
    const [note, ...others] = noteOf(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`odd_${i + 1}`, i])));
    expect(others).toEqual([]);
    expect(note).toMatch(/odd_1.*odd_8/);
    expect(note).not.toContain('odd_9');
  });
});

describe('weights that are not where they should be', () => {
  /** The one file's tensors in two, and what the index says of them. */
  function sharded(change: (map: Record<string, string>, parts: [SafeTensor[], SafeTensor[]]) => void): FolderFile[] {
    const files = folderOf(nemotron);
    const tensors = [...decodeSafetensors(files.get('model.safetensors')!.bytes).tensors.values()];
    files.delete('model.safetensors');
    const parts: [SafeTensor[], SafeTensor[]] = [tensors.slice(0, 4), tensors.slice(4)];
    const map = Object.fromEntries(
      parts.flatMap((part, i) => part.map(({ name }) => [name, `${'ab'[i]}.safetensors`])),
    );
    change(map, parts);
    for (const [i, part] of parts.entries())
      files.set(`${i}`, { name: `${'ab'[i]}.safetensors`, bytes: encodeSafetensors(part) });
    files.set('index', { name: 'model.safetensors.index.json', bytes: utf8({ weight_map: map }) });
    return [...files.values()];
  }
  const both = async (files: FolderFile[]): Promise<string> => {
    const said = await refusal(() => readHuggingFaceFolder(files));
    expect(await refusal(() => inspectFolder(blobs(files)))).toBe(said);
    return said;
  };

  test('shards as the index has them are read; an index beside a whole file is not', async () => {
    const files = sharded(() => {});
    expect(readHuggingFaceFolder(files).parameters).toEqual(randomWeights(nemotron, 1));
    const seen = await inspectFolder(blobs(files));
    const bytes = files
      .filter(({ name }) => name.endsWith('.safetensors'))
      .reduce((sum, one) => sum + one.bytes.length, 0);
    expect([seen.shards, seen.bytes]).toEqual([2, bytes]);
    const wholes = [
      ...folderOf(nemotron).values(),
      { name: 'model.safetensors.index.json', bytes: utf8({ weight_map: { a: 'b' } }) },
    ];
    expect(await both(wholes)).toBe('accepted');
  });

  test('a tensor in another shard, in none of the index, in none of the shards', async () => {
    const moved = await both(sharded((map) => (map['model.norm.weight'] = 'a.safetensors')));
    expect(moved).toMatch(/^shard: .*"b.safetensors".*"model.norm.weight".*"a.safetensors"/);
    const unlisted = await both(sharded((map) => delete map['model.norm.weight']));
    expect(unlisted).toMatch(/^shard: .*"b.safetensors".*"model.norm.weight"/);
    expect(unlisted).not.toContain('null');
    const absent = await both(sharded((_, [, second]) => second.pop()));
    expect(absent).toMatch(/^shard: .*"b.safetensors"/);
    expect(await both(sharded(() => {}).filter(({ name }) => name !== 'b.safetensors'))).toMatch(
      /^missing-file: .*b.safetensors/,
    );
  });

  test.each<[string, string, number[], string]>([
    ['one side of the other matrix', 'model.layers.0.mlp.up_proj.weight', [12, 7], 'different models'],
    ['the other side', 'model.layers.0.mlp.up_proj.weight', [7, 20], 'different models'],
    ['heads of another width', 'model.layers.0.self_attn.k_proj.weight', [32, 7], 'different models'],
    ['a vocabulary of another width', 'lm_head.weight', [300, 7], 'different models'],
    ['heads of another number', 'model.layers.0.self_attn.v_proj.weight', [32, 12], 'num_key_value_heads or head_dim'],
  ])('%s', async (_, name, shape, words) => {
    const change = (part: SafeTensor[]): void => {
      const i = part.findIndex((one) => one.name === name);
      if (i >= 0) part[i] = { name, dtype: 'F32', shape, data: new Float32Array(shape[0]! * shape[1]!) };
    };
    const said = await both(sharded((_map, parts) => parts.forEach(change)));
    expect(said).toMatch(/^tensor-shape: /);
    expect(said).toContain(words);
  });

  test('whole numbers, a layer above nine, a name that is nobody’s', async () => {
    const data = new Int32Array(12);
    const change = (part: SafeTensor[]): void => {
      const i = part.findIndex(({ name }) => name === 'model.norm.bias');
      if (i >= 0) part[i] = { name: 'model.norm.bias', dtype: 'I32', shape: [12], data };
    };
    expect(await both(sharded((_map, parts) => parts.forEach(change)))).toMatch(/^tensor-dtype: .*"model.norm.bias"/);

    const deep = tinyConfig({ num_hidden_layers: 11 });
    const files = folderOf(deep);
    files.set('config.json', {
      name: 'config.json',
      bytes: utf8(huggingFaceConfig({ ...deep, num_hidden_layers: 13 }, 256)),
    });
    expect(await both([...files.values()])).toMatch(/^missing-tensor: .*lack one at layer 11/);

    const stranger: SafeTensor = { name: 'x.model.layers.0', dtype: 'F32', shape: [1], data: new Float32Array(1) };
    const odd = sharded((map, [first]) => {
      first.push(stranger);
      map[stranger.name] = 'a.safetensors';
    });
    expect(await both(odd)).toMatch(/^unexpected-tensor: .*"x.model.layers.0" \[1\]/);
  });

  test('a file cut short, and a length that no file has', async () => {
    const files = [...folderOf(nemotron).values()];
    const at = files.findIndex(({ name }) => name === 'model.safetensors');
    const cut = (bytes: Uint8Array): FolderFile[] => files.with(at, { name: 'model.safetensors', bytes });
    const { bytes } = files[at]!;
    for (const length of [0, 7, 8, 9, 100, bytes.length - 1])
      expect(await both(cut(bytes.slice(0, length)))).not.toBe('accepted');
    const endless = bytes.slice();
    endless[5] = 1;
    expect(await both(cut(endless))).toMatch(/^header-length: /);
  });

  test('a small file that is not small, or no UTF-8', async () => {
    expect(() => checkJsonSize('config.json', 2 ** 18)).not.toThrow();
    expect(() => checkJsonSize('config.json', 2 ** 18 + 1)).toThrow(ImportError);
    const files = folderOf(nemotron);
    const long = new Uint8Array(2 ** 18 + 1).fill(0x20);
    long.set(files.get('config.json')!.bytes);
    files.set('config.json', { name: 'config.json', bytes: long });
    expect(await both([...files.values()])).toMatch(/^too-large: /);
    files.set('config.json', { name: 'config.json', bytes: Uint8Array.of(0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d) });
    expect(await both([...files.values()])).toMatch(/^json: /);
  });
});

test('a vocabulary as large as the embedding fits, and one beyond it is refused by code', () => {
  const model = tinyConfig({ vocab_size: 257 });
  expect(folderOf(model).size).toBe(7);
  let code: unknown = null;
  try {
    folderOf(tinyConfig({ vocab_size: 256 }));
  } catch (error) {
    ({ code } = error as { code: unknown });
  }
  expect(code).toBe('vocabulary');
});
