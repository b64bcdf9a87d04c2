/**
 * `node src/cli/run.mjs test/bench/setup/syntheticModel.ts DIR [--shape NAME] [--headers]`: a model's folder of random weights with the shapes of one
 * that people have, as bf16 in shards of 400 MB, written piece by piece. It says nothing sensible: it is there to be opened, timed and
 * measured. `--headers`: the shards are holes behind true headers, for what is refused before a weight is read. Written from the format's
 * description, not by what reads it.
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ByteTokenizer } from '../../../src/tokenizer/byte.ts';
import { pcg3d, randomNormal } from '../../../src/util/random.ts';

interface Shape {
  type: 'llama' | 'qwen2';
  vocabulary: number;
  hidden: number;
  inner: number;
  layers: number;
  heads: number;
  keyHeads: number;
}

/** As config.json of the models of that size on HuggingFace has them, with tied embeddings and heads of 64; 730m is none of them. */
const shapes: Record<string, Shape> = {
  '135m': { type: 'llama', vocabulary: 49_152, hidden: 576, inner: 1536, layers: 30, heads: 9, keyHeads: 3 },
  '360m': { type: 'llama', vocabulary: 49_152, hidden: 960, inner: 2560, layers: 32, heads: 15, keyHeads: 5 },
  '500m': { type: 'qwen2', vocabulary: 151_936, hidden: 896, inner: 4864, layers: 24, heads: 14, keyHeads: 2 },
  '730m': { type: 'llama', vocabulary: 49_152, hidden: 1536, inner: 4096, layers: 26, heads: 24, keyHeads: 8 },
  '1b': { type: 'llama', vocabulary: 128_256, hidden: 2048, inner: 8192, layers: 16, heads: 32, keyHeads: 8 },
};
const HEAD = 64;
const SHARD = 400e6;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { shape: { type: 'string', default: '500m' }, headers: { type: 'boolean', default: false } },
});
const folder = positionals[0]!;
const shape = shapes[values.shape]!;

/** Name, shape and standard deviation of every tensor; 0: a norm's, all 1. */
function* tensorsOf({ type, vocabulary, hidden: D, inner: F, layers, heads, keyHeads }: Shape) {
  const std = 0.02;
  yield { name: 'model.embed_tokens.weight', shape: [vocabulary, D], std };
  for (let i = 0; i < layers; i++) {
    const at = `model.layers.${i}`;
    yield { name: `${at}.input_layernorm.weight`, shape: [D], std: 0 };
    for (const [letter, count] of Object.entries({ q: heads, k: keyHeads, v: keyHeads })) {
      yield { name: `${at}.self_attn.${letter}_proj.weight`, shape: [count * HEAD, D], std };
      if (type === 'qwen2') yield { name: `${at}.self_attn.${letter}_proj.bias`, shape: [count * HEAD], std };
    }
    yield { name: `${at}.self_attn.o_proj.weight`, shape: [D, heads * HEAD], std: std / Math.sqrt(2 * layers) };
    yield { name: `${at}.post_attention_layernorm.weight`, shape: [D], std: 0 };
    yield { name: `${at}.mlp.gate_proj.weight`, shape: [F, D], std };
    yield { name: `${at}.mlp.up_proj.weight`, shape: [F, D], std };
    yield { name: `${at}.mlp.down_proj.weight`, shape: [D, F], std: std / Math.sqrt(2 * layers) };
  }
  yield { name: 'model.norm.weight', shape: [D], std: 0 };
}

type Written = ReturnType<typeof tensorsOf> extends Generator<infer T> ? T & { bytes: number } : never;

const shards: Written[][] = [[]];
let [room, parameters] = [SHARD, 0];
for (const tensor of tensorsOf(shape)) {
  const count = tensor.shape.reduce((product, extent) => product * extent, 1);
  parameters += count;
  if (2 * count > room && shards.at(-1)!.length > 0) {
    shards.push([]);
    room = SHARD;
  }
  room -= 2 * count;
  shards.at(-1)!.push({ ...tensor, bytes: 2 * count });
}

/** The upper half of an f32's bits, rounded to even. */
const word = new DataView(new ArrayBuffer(4));
function bfloat(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** Normal numbers of a deviation as bf16, one table each: what is drawn of it is from where it is begun. */
const tables = new Map<number, Uint16Array>();
function table(std: number): Uint16Array {
  let made = tables.get(std);
  if (!made) {
    made = Uint16Array.from({ length: 1 << 20 }, (_, i) => bfloat(std === 0 ? 1 : std * randomNormal(1, 0, i)));
    tables.set(std, made);
  }
  return made;
}

mkdirSync(folder, { recursive: true });
const weightMap: Record<string, string> = {};
for (const [number, tensors] of shards.entries()) {
  const name = `model-${String(number + 1).padStart(5, '0')}-of-${String(shards.length).padStart(5, '0')}.safetensors`;
  const header: Record<string, object> = {};
  let end = 0;
  for (const tensor of tensors) {
    weightMap[tensor.name] = name;
    header[tensor.name] = { dtype: 'BF16', shape: tensor.shape, data_offsets: [end, (end += tensor.bytes)] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const file = openSync(path.join(folder, name), 'w');
  writeSync(file, length);
  writeSync(file, padded);
  if (values.headers) ftruncateSync(file, 8 + padded.length + end);
  else tensors.forEach((tensor, i) => writeTensor(file, tensor, number * 1000 + i));
  closeSync(file);
}

function writeTensor(file: number, { std, bytes }: Written, seed: number): void {
  const from = table(std);
  for (let left = bytes / 2, piece = 0; left > 0; piece++) {
    const start = pcg3d(seed, piece, 0)[0] % (from.length / 2);
    const some = from.subarray(start, start + Math.min(left, from.length / 2));
    writeSync(file, some);
    left -= some.length;
  }
}

const json = (name: string, value: object): void => writeFileSync(path.join(folder, name), JSON.stringify(value));
json('model.safetensors.index.json', { metadata: { total_size: 2 * parameters }, weight_map: weightMap });
json('config.json', {
  architectures: [shape.type === 'llama' ? 'LlamaForCausalLM' : 'Qwen2ForCausalLM'],
  ...{ model_type: shape.type, vocab_size: shape.vocabulary, hidden_size: shape.hidden },
  ...{ intermediate_size: shape.inner, num_hidden_layers: shape.layers, num_attention_heads: shape.heads },
  ...{ num_key_value_heads: shape.keyHeads, head_dim: HEAD, hidden_act: 'silu', rms_norm_eps: 1e-6 },
  ...{ max_position_embeddings: 2048, rope_theta: 10_000, initializer_range: 0.02 },
  ...{ tie_word_embeddings: true, torch_dtype: 'bfloat16' },
});
json('tokenizer.json', new ByteTokenizer().toHuggingFace());
console.log(
  `${(parameters / 1e6).toFixed(1)} M parameters in ${shards.length} shards, ${((2 * parameters) / 1e6).toFixed(0)} MB`,
);
