/** Whole model folders: one of the files injured, or one taken from another model. */
import { presetConfig } from '../../../src/config/presets.ts';
import { huggingFaceFolder, type FolderFile } from '../../../src/export/huggingface.ts';
import { baseMetadata } from '../../../src/recipe/baseCheckpoint.ts';
import { BpeTokenizer } from '../../../src/tokenizer/bpe.ts';
import { readBase } from '../../../src/train/bases/base.ts';
import type { RandomStream } from '../../../src/util/random.ts';
import { WordTokenizer } from '../../../src/world/tokenizer.ts';
import { randomWeights, tinyConfig } from '../../export/tinyModel.ts';
import type { Target } from '../fuzz.ts';
import { injureBytes, injuredJsonText } from '../injure.ts';
import { checkpoints } from './checkpoints.ts';

const small = {
  vocab_size: 4,
  hidden_size: 8,
  intermediate_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  head_dim: 4,
  num_key_value_heads: 1,
};

function folder(changes: object, words: boolean): FolderFile[] {
  const model = { ...tinyConfig(), ...small, ...changes };
  const config = { ...presetConfig('smoke'), model };
  const tokenizer = words ? new WordTokenizer(['<eos>', '<unk>', 'a']) : new BpeTokenizer([]);
  return huggingFaceFolder({
    model,
    parameters: randomWeights(model, 1),
    tokenizer,
    metadata: baseMetadata(config, 'ab12'.repeat(16)),
  });
}
const folders_ = [folder({}, true), folder({ num_hidden_layers: 2 }, true), folder({ vocab_size: 260 }, false)];
const FILES = ['config.json', 'model.safetensors', 'tokenizer.json', 'rekindle.json'];

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function injuredFile({ name, bytes }: FolderFile, random: RandomStream): Uint8Array {
  if (random.integer(16) === 0) return injureBytes(bytes, random);
  if (name !== 'model.safetensors') return encoder.encode(injuredJsonText(JSON.parse(decoder.decode(bytes)), random));
  if (random.integer(8) === 0) return checkpoints.make(random);
  const copy = bytes.slice();
  const length = 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  // In the header, or a weight made infinite.
  if (random.integer(2) === 0) copy[8 + random.integer(length - 8)] = 0x20 + random.integer(95);
  else
    copy.set([0, 0, 0x80, 0x7f + 0x80 * random.integer(2)], length + 4 * random.integer((copy.length - length) >> 2));
  return copy;
}

/** name, length and bytes of each file in turn: one array, so that a saved input says everything. */
function pack(files: readonly FolderFile[]): Uint8Array {
  const head = encoder.encode(`${JSON.stringify(files.map(({ name, bytes }) => [name, bytes.length]))}\n`);
  const packed = new Uint8Array(files.reduce((sum, { bytes }) => sum + bytes.length, head.length));
  packed.set(head);
  let at = head.length;
  for (const { bytes } of files) {
    packed.set(bytes, at);
    at += bytes.length;
  }
  return packed;
}

function unpack(packed: Uint8Array): FolderFile[] {
  let at = packed.indexOf(0x0a) + 1;
  const list = JSON.parse(decoder.decode(packed.subarray(0, at))) as [string, number][];
  return list.map(([name, length]) => ({ name, bytes: packed.subarray(at, (at += length)) }));
}

export const folders: Target<Uint8Array> = {
  name: 'folders',
  make: (random) => {
    const files = random.pick(folders_).filter(({ name }) => FILES.includes(name));
    if (random.integer(16) === 0) files.splice(random.integer(files.length), 1);
    const at = random.integer(files.length);
    const file = files[at]!;
    const other = random.pick(folders_).find(({ name }) => name === file.name)!;
    files[at] = random.integer(8) === 0 ? other : { name: file.name, bytes: injuredFile(file, random) };
    return pack(files);
  },
  feed: async (packed) => {
    const { weights, tokenizer, metadata } = await readBase(unpack(packed));
    if (weights.size !== 4 + 10 * metadata.model.num_hidden_layers)
      throw new Error(`${weights.size} tensors were read`);
    for (const { data } of weights.values())
      if (!data.every(Number.isFinite)) throw new Error('a weight is not finite');
    if (tokenizer.size === 0) throw new Error('an empty tokenizer');
    return 'accepted';
  },
};
