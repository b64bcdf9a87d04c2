/** `import`, `export` and `fetch`: a folder made elsewhere in, a run out, text of a data set in. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelConfig } from '../../src/config/run.ts';
import { huggingFaceConfig } from '../../src/export/huggingFaceConfig.ts';
import { modelTensors } from '../../src/export/weights.ts';
import { readFolder } from '../../src/cli/readFolder.ts';
import { parameterCount } from '../../src/model/parameters.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import { readBase } from '../../src/train/bases/base.ts';
import { openViewer } from '../data/remote/viewer.ts';
import { foreignFolder } from '../export/foreign.ts';
import { randomWeights, tinyConfig } from '../export/tinyModel.ts';
import { openBackend } from '../../src/cli/node/backend.ts';
import { runCommand } from './host.ts';

const processor = () => openBackend('cpu');

let place: string;
beforeAll(() => void (place = mkdtempSync(path.join(os.tmpdir(), 'rekindle-models-'))));
afterAll(() => rmSync(place, { recursive: true }));
const at = (...names: string[]): string => path.join(place, ...names);

const model = { ...tinyConfig(), vocab_size: 260, max_position_embeddings: 256 };
const weights = randomWeights(model, 1, 0.02);
const files = foreignFolder(model, weights, { shards: 2, tokenizer: new ByteTokenizer().toHuggingFace() });

function folder(name: string, change = (_: string, bytes: Uint8Array): Uint8Array | null => bytes): string {
  mkdirSync(at(name));
  for (const file of files) {
    const bytes = change(file.name, file.bytes);
    if (bytes) writeFileSync(at(name, file.name), bytes);
  }
  return at(name);
}

test('a folder of shards is told, tried and taken in as a base with the same weights', async () => {
  const text = at('mine.txt');
  writeFileSync(text, 'It was a dark and stormy night; the rain fell in torrents. '.repeat(400));
  const args = [
    'import',
    '--model',
    folder('elsewhere'),
    '--data',
    `mine=${text}`,
    '--preset',
    'smoke',
    '--out',
    at('base'),
  ];
  const { said, problem } = await runCommand(args, processor);
  expect(problem).toBeNull();
  expect(said[0]).toBe('NemotronForCausalLM, 9,624 parameters');
  // Nothing is known to weights that are nearly 0: ln 260.
  const loss = Number(/held-out loss of mine: ([\d.]+)/.exec(said.join('\n'))![1]);
  expect(Math.abs(loss - Math.log(260))).toBeLessThan(0.1);
  const base = await readBase(readFolder(at('base')));
  expect(base.metadata.preset).toBe('smoke');
  for (const [name, { data }] of weights) expect(base.weights.get(name)!.data, name).toEqual(data);
});

test.each<[string, (name: string, bytes: Uint8Array) => Uint8Array | null, RegExp]>([
  [
    'a shard cut short',
    (name, bytes) => (/00002-of/.test(name) ? bytes.subarray(0, bytes.length - 9) : bytes),
    /bytes of data/,
  ],
  ['a shard that is not there', (name, bytes) => (/00002-of/.test(name) ? null : bytes), /has no model-00002-of-00002/],
  [
    'an index of other tensors',
    (name, bytes) =>
      name.endsWith('index.json')
        ? new TextEncoder().encode('{"weight_map":{"a":"model-00001-of-00002.safetensors"}}')
        : bytes,
    /the index does not name it/,
  ],
  ['no tokenizer', (name, bytes) => (name === 'tokenizer.json' ? null : bytes), /no tokenizer\.json/],
])('%s is one sentence, and nothing is written', async (name, change, sentence) => {
  const out = at(`out of ${name}`);
  const { problem } = await runCommand(['import', '--model', folder(name, change), '--out', out], processor);
  expect(problem?.message).toMatch(sentence);
  expect(problem?.message).toMatch(/^[^\n]+\.$/);
  expect(existsSync(out)).toBe(false);
});

/**
 * A folder whose weights are a hole behind a true header, which takes no room. Had one of more than 2 GiB been read, Node's refusal to read
 * as much at once would be the sentence.
 */
function headersOnly(name: string, shape: Partial<ModelConfig>): string {
  const large: ModelConfig = { ...model, model_type: 'llama', tie_word_embeddings: true, ...shape };
  mkdirSync(at(name));
  const places: Record<string, string> = {};
  let [header, end]: [Record<string, object>, number] = [{}, 0];
  const writeShard = (): void => {
    const shard = `model-${String(Object.keys(places).length).padStart(5, '0')}-of-00999.safetensors`;
    for (const tensor of Object.keys(header)) places[tensor] = shard;
    const json = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    writeFileSync(at(name, shard), Buffer.concat([length, json]));
    truncateSync(at(name, shard), 8 + json.length + end);
    [header, end] = [{}, 0];
  };
  for (const { name: tensor, shape: extents } of modelTensors(large)) {
    const bytes = 2 * extents.reduce((product, extent) => product * extent, 1);
    if (end + bytes > 3e9) writeShard();
    header[tensor] = { dtype: 'BF16', shape: extents, data_offsets: [end, (end += bytes)] };
  }
  writeShard();
  writeFileSync(at(name, 'model.safetensors.index.json'), JSON.stringify({ weight_map: places }));
  writeFileSync(at(name, 'config.json'), JSON.stringify(huggingFaceConfig(large, 256)));
  writeFileSync(at(name, 'tokenizer.json'), JSON.stringify(new ByteTokenizer().toHuggingFace()));
  return at(name);
}

/** Sizes of models that people have: a Llama of 1.24 and one of 0.5 thousand million parameters; and the largest that is no mistake. */
const billion = {
  ...{ vocab_size: 128_256, hidden_size: 2048, intermediate_size: 8192, num_hidden_layers: 16 },
  ...{ num_attention_heads: 32, num_key_value_heads: 8, head_dim: 64 },
};
const half = {
  ...{ vocab_size: 151_936, hidden_size: 896, intermediate_size: 4864, num_hidden_layers: 24 },
  ...{ num_attention_heads: 14, num_key_value_heads: 2, head_dim: 64 },
};
const largest = {
  ...{ vocab_size: 262_144, hidden_size: 4096, intermediate_size: 16_384, num_hidden_layers: 64 },
  ...{ num_attention_heads: 32, num_key_value_heads: 32, head_dim: 128 },
};

describe('what does not fit is refused with both sizes before a weight is read', () => {
  const commands: [string, (folder: string) => string[]][] = [
    ['sample', (from) => ['sample', '--model', from]],
    ['score', (from) => ['score', '--model', from, '--text', at('some.txt'), '--json', at('score.json')]],
    ...['adapters', 'all of it'].map((what): [string, (folder: string) => string[]] => [
      `finetune of ${what}`,
      (from) => [
        ...['finetune', '--model', from, '--data', `mine=${at('some.txt')}`, '--preset', 'smoke', '--out', at('never')],
        ...(what === 'adapters' ? ['--lora', '8,16'] : []),
      ],
    ]),
  ];

  test.each<[string, Partial<ModelConfig>, kept: RegExp]>([
    ['a Llama of 1.2 thousand million', billion, /^$/],
    // It is read, sampled and adapted; its moments are too much.
    ['one of 0.5 thousand million', half, /sample|score|adapters/],
    ['64 layers of width 4096', largest, /^$/],
  ])('%s', async (name, shape, kept) => {
    writeFileSync(at('some.txt'), 'Some words, and more of them. '.repeat(40));
    const from = headersOnly(name, shape);
    for (const [command, args] of commands) {
      if (kept.test(command)) continue;
      const { problem } = await runCommand(args(from), processor);
      expect(problem?.message, command).toMatch(/^This takes /);
      const [, takes, has] = /^This takes (\d+) MB at once, and WebAssembly on the processor has (\d+) MB: .*\.$/.exec(
        problem?.message ?? '',
      )!;
      expect(Number(has)).toBe(4096);
      // More than there is, and than the weights alone in f32.
      const weightBytes = 4 * parameterCount({ ...model, model_type: 'llama', tie_word_embeddings: true, ...shape });
      expect(Number(takes), command).toBeGreaterThan(Math.max(4096, weightBytes / 2 ** 20));
    }
    expect(existsSync(at('never'))).toBe(false);
    rmSync(from, { recursive: true });
  });
});

test('a file of 4 GiB or more is refused with its size, and not taken for its remainder', async () => {
  const file = at('long.jsonl');
  writeFileSync(file, '{"text":"some words"}\n');
  truncateSync(file, 2 ** 32 + 22);
  const args = ['--preset', 'smoke', '--data', `mine=${file}`, '--out', at('never')];
  const { problem } = await runCommand(args, processor);
  expect(problem?.message).toBe(
    'long.jsonl has 4294967318 bytes and a file may have at most 4294967295: divide it into smaller ones.',
  );
  rmSync(file);
});

test('export gives the folder of a run as it is, and says where there is none', async () => {
  mkdirSync(at('run'));
  folder('run/model');
  expect((await runCommand(['export', '--run', at('run'), '--out', at('exported')], processor)).problem).toBeNull();
  expect(readdirSync(at('exported')).sort()).toEqual(readdirSync(at('run', 'model')).sort());
  const none = await runCommand(['export', '--run', at('run'), '--part', 'adapter', '--out', at('adapter')], processor);
  expect(none.problem?.message).toMatch(/has no adapters/);
});

test('a data set is fetched once its licence is accepted', async () => {
  const texts = Array.from({ length: 300 }, (_, i) => `document ${i} of a set`);
  const shard = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'text', data: texts, type: 'STRING' }] }));
  const viewer = await openViewer(shard, []);
  try {
    const args = ['fetch', '--dataset', 'who/what', '--hub', viewer.servers.hub, '--out', at('set.jsonl')];
    const asked = await runCommand(args, processor);
    expect(asked.said.join()).toContain('licence cc-by-4.0');
    expect(asked.problem?.message).toMatch(/--accept cc-by-4\.0/);
    expect(viewer.asked.some(({ path: asked_ }) => asked_.endsWith('.parquet'))).toBe(false);
    expect((await runCommand([...args, '--accept', 'cc-by-4.0'], processor)).problem).toBeNull();
    const lines = readFileSync(at('set.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { text: string }).text)).toEqual(texts);
  } finally {
    await viewer.close();
  }
});
