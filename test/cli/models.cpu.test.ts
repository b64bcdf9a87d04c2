/** `import`, `export` and `fetch`: a folder made elsewhere in, a run out, text of a data set in. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFolder } from '../../src/cli/readFolder.ts';
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
  [
    'a shard that is not there',
    (name, bytes) => (/00002-of/.test(name) ? null : bytes),
    /has no model-00002-of-00002/,
  ],
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
