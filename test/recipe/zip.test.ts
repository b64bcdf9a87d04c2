/** A .zip from somebody else: the model in it, whatever lies around it, and refusals before anything large is unpacked. */
import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { modelPaths } from '../../src/recipe/modelFiles.ts';
import { listZip, modelOfZip, unpack } from '../../src/recipe/zip.ts';

const zip = (files: Record<string, string>, level: 0 | 9 = 0) =>
  zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)])), { level });
const model = { 'config.json': 'm', 'model.safetensors': 'w', 'tokenizer.json': 't', 'rekindle.json': 'r' };
const under = (folder: string) =>
  Object.fromEntries(Object.entries(model).map(([name, text]) => [folder + name, text]));
const MOST = 1 << 20;

/** Where an entry of the table of contents has the size it unpacks to (APPNOTE.TXT 4.3.12). */
function withSize(packed: Uint8Array, size: number): Uint8Array {
  const forged = packed.slice();
  const view = new DataView(forged.buffer);
  const at = forged.findIndex((_, i) => i + 4 <= forged.length && view.getUint32(i, true) === 0x02014b50);
  view.setUint32(at + 24, size, true);
  return forged;
}

test('the model is the folder with weights, by itself or in a run, whose own config.json is another', () => {
  for (const files of [
    under(''),
    under('mine/'),
    { 'config.json': 'run', 'metrics.jsonl': '', ...under('model/') },
    { ...under('ada/model/'), 'ada/config.json': 'run', 'ada/adapter/config.json': 'a' },
    { ...under('model/'), ...under('model/earlier/') },
  ]) {
    const found = modelOfZip(zip(files), MOST);
    expect(Object.fromEntries(found.map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)]))).toEqual(model);
  }
  // Shards are told by their index; without weights all that may be a model's is there to be told of.
  const shards = ['a/model.safetensors.index.json', 'a/model-00001-of-00001.safetensors', 'a/config.json'];
  expect(modelPaths(['config.json', ...shards])).toEqual(shards);
  expect(modelPaths(['x/config.json', 'y.txt'])).toEqual(['x/config.json']);
});

test('what is no zip, lists too much or would unpack to too much is a sentence', () => {
  expect(() => listZip(strToU8('hello'))).toThrow('not a .zip');
  const packed = zip(under(''));
  expect(() => listZip(packed.subarray(0, -9))).toThrow('damaged or cut short');
  const many = zip(Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [String(i), ''])));
  expect(() => listZip(many)).toThrow('more than 10000 files');
  // A thousand times its size once unpacked, and one that only says so.
  const bomb = zip({ ...model, 'model.safetensors': '0'.repeat(MOST) }, 9);
  expect(() => modelOfZip(bomb, MOST * 2)).toThrow('would unpack to 1.0 MB');
  expect(() => unpack(bomb, listZip(bomb), MOST)).toThrow('at most 1.0 MB are read');
  expect(() => modelOfZip(withSize(packed, 0xfffffff0), MOST)).toThrow('would unpack to 4295.0 MB');
});
