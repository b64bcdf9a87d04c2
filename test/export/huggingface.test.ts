import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { describe, expect, test } from 'vitest';
import { huggingFaceFolder, readHuggingFaceFolder, type FolderFile } from '../../src/export/huggingface.ts';
import { huggingFaceConfig, readHuggingFaceConfig } from '../../src/export/huggingFaceConfig.ts';
import { ImportError } from '../../src/export/importError.ts';
import { encodeSafetensors, type SafeTensor } from '../../src/export/safetensors.ts';
import { modelTensors } from '../../src/export/weights.ts';
import { parameterCount } from '../../src/model/parameters.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import { fromHuggingFace } from '../../src/tokenizer/huggingface.ts';
import fc from '../property.ts';
import { randomWeights, tinyConfig } from './tinyModel.ts';

const model = tinyConfig();
const parameters = randomWeights(model, 1);
const tokenizer = new ByteTokenizer();
const metadata = { seed: 7, steps: 100, endingRate: 3e-6, blend: { books: 1 }, 'odd | key': 'a|b' };
const folder = () => huggingFaceFolder({ model, parameters, tokenizer, metadata });

const named = (files: FolderFile[], name: string) => files.find((file) => file.name === name)!;
const text = (files: FolderFile[], name: string) => new TextDecoder().decode(named(files, name).bytes);
const json = (files: FolderFile[], name: string) => JSON.parse(text(files, name)) as Record<string, unknown>;

/** The folder with one file's content changed. */
function withFile(name: string, content: string | Uint8Array | null): FolderFile[] {
  const rest = folder().filter((file) => file.name !== name);
  if (content === null) return rest;
  return [...rest, { name, bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content }];
}

const withConfig = (changes: Record<string, unknown>) =>
  withFile('config.json', JSON.stringify({ ...huggingFaceConfig(model, 256), ...changes }));

/** The folder with its tensors changed on the way into the file. */
function withTensors(change: (tensors: Map<string, SafeTensor>) => void): FolderFile[] {
  const tensors = new Map<string, SafeTensor>();
  for (const [name, { shape, data }] of parameters) tensors.set(name, { name, dtype: 'F32', shape, data });
  change(tensors);
  return withFile('model.safetensors', encodeSafetensors([...tensors.values()]));
}

const index = (weight_map: unknown): FolderFile => ({
  name: 'model.safetensors.index.json',
  bytes: new TextEncoder().encode(JSON.stringify({ weight_map })),
});

function refusal(read: () => unknown): ImportError {
  try {
    read();
  } catch (error) {
    if (error instanceof ImportError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('huggingFaceFolder', () => {
  test('writes the files transformers reads, and the same bytes each time', () => {
    expect(folder().map(({ name }) => name)).toEqual([
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
      'README.md',
      'rekindle.json',
    ]);
    expect(folder()).toEqual(folder());
  });

  test('config.json has the keys of both generations of transformers', () => {
    expect(json(folder(), 'config.json')).toEqual({
      architectures: ['NemotronForCausalLM'],
      model_type: 'nemotron',
      vocab_size: 260,
      hidden_size: 12,
      intermediate_size: 20,
      num_hidden_layers: 2,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      head_dim: 8,
      hidden_act: 'relu2',
      max_position_embeddings: 16,
      initializer_range: 0.1,
      norm_eps: 1e-5,
      rope_theta: 10000,
      partial_rotary_factor: 0.5,
      rope_parameters: { rope_type: 'default', rope_theta: 10000, partial_rotary_factor: 0.5 },
      attention_bias: false,
      attention_dropout: 0,
      mlp_bias: false,
      tie_word_embeddings: false,
      use_cache: true,
      torch_dtype: 'float32',
      bos_token_id: 256,
      eos_token_id: 256,
    });
  });

  test('the tokenizer files give HuggingFace the same ids', () => {
    const theirs = new HuggingFaceTokenizer(json(folder(), 'tokenizer.json'), json(folder(), 'tokenizer_config.json'));
    const line = 'Call me Ishmael. 12 naïve 鯨';
    expect(theirs.encode(line).ids).toEqual([...tokenizer.encode(line)]);
    expect(json(folder(), 'tokenizer_config.json')).toMatchObject({
      model_max_length: 16,
      // transformers 4 hands the model token_type_ids otherwise, which it does not take
      model_input_names: ['input_ids', 'attention_mask'],
    });
  });

  test('the model card counts the parameters and lists the plain facts', () => {
    const card = text(folder(), 'README.md');
    expect(card).toContain(`${parameterCount(model).toLocaleString('en-US')} parameters`);
    expect(card).toContain('| seed | 7 |');
    expect(card).toContain('| odd \\| key | a\\|b |');
    expect(card).not.toContain('[object');
  });

  test('reads back what it wrote', () => {
    const back = readHuggingFaceFolder(folder());
    expect(back.model).toEqual(model);
    expect([...back.parameters].sort()).toEqual([...parameters].sort());
    expect(fromHuggingFace(back.tokenizer).kind).toBe('byte');
    expect(back.metadata).toEqual(metadata);
  });

  test('refuses a tokenizer with more ids than the embedding has rows', () => {
    const small = tinyConfig({ vocab_size: 256 });
    const build = () => huggingFaceFolder({ model: small, parameters: randomWeights(small, 1), tokenizer, metadata });
    expect(build).toThrow('The tokenizer has 257 ids but the embedding 256 rows');
  });

  test('refuses weights that are not numbers', () => {
    const diverged = randomWeights(model, 1);
    diverged.get('model.norm.bias')!.data[3] = NaN;
    const build = () => huggingFaceFolder({ model, parameters: diverged, tokenizer, metadata });
    expect(refusal(build).message).toContain('model.norm.bias holds NaN at element 3');
  });
});

describe('modelTensors', () => {
  test('lists as many parameters as the closed form of papers.md §5.3', () => {
    for (const config of [model, tinyConfig({ num_hidden_layers: 5, num_key_value_heads: 1, head_dim: 4 })]) {
      let count = 0;
      for (const { shape } of modelTensors(config)) count += shape.reduce((a, b) => a * b, 1);
      expect(count).toBe(parameterCount(config));
    }
  });
});

describe('readHuggingFaceFolder', () => {
  test('reads 16-bit weights, a model made elsewhere and tables that are computed anyway', () => {
    const files = withTensors((tensors) => {
      const bf16 = new Uint16Array(12).fill(0x3fc0);
      tensors.set('model.norm.weight', { name: 'model.norm.weight', dtype: 'BF16', shape: [12], data: bf16 });
      const table = 'model.layers.0.self_attn.rotary_emb.inv_freq';
      tensors.set(table, { name: table, dtype: 'F32', shape: [2], data: new Float32Array(2) });
    });
    const back = readHuggingFaceFolder(files.filter(({ name }) => name !== 'rekindle.json'));
    expect(back.parameters.get('model.norm.weight')!.data).toEqual(new Float32Array(12).fill(1.5));
    expect(back.parameters.size).toBe(parameters.size);
    expect(back.metadata).toBe(null);
  });

  const shaped = (name: string, shape: number[]) =>
    withTensors((tensors) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      tensors.set(name, { name, dtype: 'F32', shape, data });
    });

  test.each<[string, FolderFile[], string, string]>([
    ['no config.json', withFile('config.json', null), 'missing-file', 'has no config.json'],
    [
      'an index without its shards',
      [...withFile('model.safetensors', null), index({ 'lm_head.weight': 'model-00001-of-00001.safetensors' })],
      'missing-file',
      'model-00001-of-00001',
    ],
    ['an index of nothing', [...withFile('model.safetensors', null), index(null)], 'json', 'no weight_map'],
    ['a config.json cut short', withFile('config.json', '{"a":'), 'json', 'config.json is not valid JSON'],
    ['a config.json that is a list', withFile('config.json', '[]'), 'json', 'must hold a JSON object'],
    [
      'a tokenizer.json in Latin-1',
      withFile('tokenizer.json', Uint8Array.of(0x22, 0xe9, 0x22)),
      'json',
      'tokenizer.json',
    ],
    ['weights cut short', withFile('model.safetensors', new Uint8Array(5)), 'truncated', 'this one has 5'],
    ['another architecture', withConfig({ model_type: 'gpt2' }), 'config', 'got "gpt2"'],
    ['a gated activation', withConfig({ hidden_act: 'silu' }), 'config', 'hidden_act must be "relu2"'],
    ['scaled RoPE', withConfig({ rope_scaling: null, rope_parameters: { rope_type: 'yarn' } }), 'config', 'got "yarn"'],
    [
      'two bases of RoPE',
      withConfig({ rope_theta: 500 }),
      'config',
      'rope_theta is 500 and rope_theta in rope_parameters is 10000',
    ],
    ['a size of 0', withConfig({ hidden_size: 0 }), 'config', 'hidden_size must be a whole number'],
    [
      'heads that do not group',
      withConfig({ num_key_value_heads: 3 }),
      'config',
      '3 must divide num_attention_heads 4',
    ],
    ['half a pair to turn', withConfig({ head_dim: 6 }), 'config', 'must turn an even number of columns, got 3'],
    ['endless layers', withConfig({ num_hidden_layers: 2 ** 31 - 1 }), 'missing-tensor', 'lack one at layer 2'],
    [
      'a tied output layer',
      withTensors((tensors) => tensors.delete('lm_head.weight')),
      'missing-tensor',
      'lack lm_head.weight [260, 12] among 23 tensors; its output layer may be tied',
    ],
    [
      'a transposed matrix',
      shaped('model.layers.1.mlp.up_proj.weight', [12, 20]),
      'tensor-shape',
      'up_proj.weight has shape [12, 20], and config.json asks for [20, 12]; it looks transposed',
    ],
    ['another vocabulary', shaped('lm_head.weight', [300, 12]), 'tensor-shape', 'vocab_size should probably be 300'],
    [
      'ungrouped heads',
      shaped('model.layers.0.self_attn.k_proj.weight', [32, 12]),
      'tensor-shape',
      'num_key_value_heads or head_dim',
    ],
    ['a vector as matrix', shaped('model.norm.bias', [3, 4]), 'tensor-shape', 'seem to be of different models'],
    [
      'a layer too many',
      withConfig({ num_hidden_layers: 1 }),
      'unexpected-tensor',
      'has no place in a nemotron model of 1',
    ],
    [
      'whole numbers for weights',
      withTensors((tensors) => {
        const data = new Int32Array(12);
        tensors.set('model.norm.bias', { name: 'model.norm.bias', dtype: 'I32', shape: [12], data });
      }),
      'tensor-dtype',
      '"model.norm.bias" has dtype I32',
    ],
    [
      'an infinite weight',
      withTensors((tensors) => {
        const data = new Float32Array(12).fill(Infinity);
        tensors.set('model.norm.bias', { name: 'model.norm.bias', dtype: 'F32', shape: [12], data });
      }),
      'non-finite',
      'holds Infinity at element 0',
    ],
  ])('refuses %s', (_, files, code, words) => {
    const error = refusal(() => readHuggingFaceFolder(files));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(words)]);
  });
});

describe('readHuggingFaceConfig', () => {
  test("gives transformers' defaults for what a file leaves out", () => {
    // Minitron-4B's sizes (papers.md §5.3), without the keys that have a default.
    const sizes = {
      vocab_size: 256000,
      hidden_size: 3072,
      intermediate_size: 9216,
      num_hidden_layers: 32,
      num_attention_heads: 24,
      num_key_value_heads: 8,
      max_position_embeddings: 4096,
    };
    expect(readHuggingFaceConfig({ model_type: 'nemotron', ...sizes, head_dim: null })).toEqual({
      ...sizes,
      head_dim: 128,
      initializer_range: 0.0134,
      norm_eps: 1e-5,
      rope_theta: 10000,
      partial_rotary_factor: 0.5,
    });
  });

  test('reads RoPE from either place', () => {
    const {
      rope_theta: _,
      partial_rotary_factor: __,
      ...nested
    } = huggingFaceConfig(tinyConfig({ rope_theta: 123 }), 0);
    const { rope_parameters: ___, ...flat } = huggingFaceConfig(tinyConfig({ rope_theta: 123 }), 0);
    expect(readHuggingFaceConfig(nested)).toEqual(tinyConfig({ rope_theta: 123 }));
    expect(readHuggingFaceConfig(flat)).toEqual(tinyConfig({ rope_theta: 123 }));
  });

  test('answers any JSON with a configuration of good sizes or one sentence', () => {
    const valid = huggingFaceConfig(model, 256);
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(0, -1, 1.5, Infinity, 2 ** 53, null, '12', '__proto__', [], {}),
    );
    const changes = fc.dictionary(fc.constantFrom(...Object.keys(valid), '__proto__', 'constructor'), value);
    fc.assert(
      fc.property(changes, (changed) => {
        try {
          const read = readHuggingFaceConfig({ ...valid, ...changed });
          for (const entry of Object.values(read)) expect(Number.isFinite(entry) && entry > 0).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(ImportError);
          expect((error as ImportError).message).toMatch(/^In config\.json, [^\n]{1,250} \(code config\)\.$/);
        }
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});
