/** Model folders as others write them: safetensors of any float, single or in shards, tokenizers of two kinds. Written by hand here. */
import type { ModelConfig } from '../../src/config/run.ts';
import type { FolderFile } from '../../src/export/huggingface.ts';
import type { Weights } from '../../src/export/parts.ts';
import { type Dtype, encodeSafetensors } from '../../src/export/safetensors.ts';
import { BYTE_CHARACTERS } from '../../src/tokenizer/format.ts';

const json = (name: string, value: unknown): FolderFile => ({
  name,
  bytes: new TextEncoder().encode(JSON.stringify(value)),
});

/** Rounds to nearest; what a half cannot hold is not among weights of size 0.1. */
export function toBits(data: Float32Array, dtype: 'F32' | 'F16' | 'BF16'): ArrayBufferView {
  if (dtype === 'F32') return data;
  return Uint16Array.from(data, (value) => {
    const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
    if (dtype === 'BF16') return (bits + 0x7fff + ((bits >> 16) & 1)) >>> 16;
    const exponent = ((bits >> 23) & 255) - 112;
    if (exponent <= 0) return (bits >> 16) & 0x8000; // flushed
    return ((bits >> 16) & 0x8000) | ((exponent << 10) + ((bits >> 13) & 0x3ff));
  });
}

export interface ForeignOptions {
  dtype?: 'F32' | 'F16' | 'BF16';
  shards?: number;
  /** transformers 4 has RoPE's numbers at the top, 5 in rope_parameters. */
  transformers?: 4 | 5;
  tied?: boolean;
  tokenizer?: object;
}

export function foreignFolder(
  model: ModelConfig,
  weights: Weights,
  { dtype = 'F32', shards = 1, transformers = 5, tied = false, tokenizer = byteLevelBpe() }: ForeignOptions = {},
): FolderFile[] {
  const { rope_theta, partial_rotary_factor, initializer_range: _, ...sizes } = model;
  const rope = { rope_theta, partial_rotary_factor };
  const config = {
    architectures: ['NemotronForCausalLM'],
    model_type: 'nemotron',
    ...sizes,
    ...(transformers === 4 ? rope : { rope_parameters: { rope_type: 'default', ...rope } }),
    hidden_act: 'relu2',
    tie_word_embeddings: tied,
    torch_dtype: { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }[dtype],
  };
  const tensors = [...weights]
    .filter(([name]) => !(tied && name === 'lm_head.weight'))
    .map(([name, { shape, data }]) => ({ name, dtype: dtype as Dtype, shape, data: toBits(data, dtype) }));
  const files = [json('config.json', config), json('tokenizer.json', tokenizer)];
  if (shards === 1) return [...files, { name: 'model.safetensors', bytes: encodeSafetensors(tensors) }];
  const nameOf = (i: number): string =>
    `model-${String((i % shards) + 1).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}.safetensors`;
  const map = Object.fromEntries(tensors.map(({ name }, i) => [name, nameOf(i)]));
  return [
    ...files,
    json('model.safetensors.index.json', { metadata: { total_size: 0 }, weight_map: map }),
    ...Array.from({ length: shards }, (_unused, shard) => ({
      name: nameOf(shard),
      bytes: encodeSafetensors(tensors.filter((_tensor, i) => i % shards === shard)),
    })),
  ];
}

const special = (id: number, content: string) => ({
  ...{ id, content, special: true },
  ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
});

/** As GPT-2's and SmolLM's: `<|endoftext|>` first, bytes, merges; text cut by GPT-2's pattern. */
export function byteLevelBpe(): object {
  const merges = ['t h', 'th e', 'Ġ the', 'i n', 'Ġ a', 'e r', 'Ã ©', '1 2'];
  const names = ['<|endoftext|>', ...BYTE_CHARACTERS, ...merges.map((merge) => merge.replace(' ', ''))];
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: '1.0',
    added_tokens: [special(0, '<|endoftext|>')],
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel],
    },
    post_processor: null,
    decoder: byteLevel,
    model: { type: 'BPE', vocab: Object.fromEntries(names.map((name, id) => [name, id])), merges },
  };
}

/** As Llama's: spaces are low lines, unknown characters bytes. */
export function sentencePieceBpe(): object {
  const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`);
  const merges = ['▁ t', 'h e', '▁t he', 'i n', '▁ a', 'é é'];
  const letters = [...'▁abcdefghijklmnopqrstuvwxyzéABC.,'];
  const names = ['<unk>', '<s>', '</s>', ...bytes, ...letters, ...merges.map((merge) => merge.replace(' ', ''))];
  return {
    version: '1.0',
    added_tokens: [special(0, '<unk>'), special(1, '<s>'), special(2, '</s>')],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      ...{ type: 'BPE', unk_token: '<unk>', fuse_unk: true, byte_fallback: true },
      vocab: Object.fromEntries(names.map((name, id) => [name, id])),
      merges,
    },
  };
}
