import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readFolder, readWhole } from '../../src/cli/readFolder.ts';
import { writeDurably, writeFolder } from '../../src/cli/writeFolder.ts';
import { huggingFaceFolder, readHuggingFaceFolder, type FolderFile } from '../../src/export/huggingface.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import { UserError } from '../../src/util/errors.ts';
import { randomWeights, tinyConfig } from './tinyModel.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'rekindle-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

const file = (name: string, text: string): FolderFile => ({ name, bytes: new TextEncoder().encode(text) });
const at = (...parts: string[]) => path.join(parent, ...parts);
const textOf = (...parts: string[]) => readFileSync(at(...parts), 'utf8');

test('writes a folder and replaces its earlier version, leaving nothing beside it', () => {
  writeFolder(at('run', 'model'), [file('a', 'one'), file('b', '')]);
  expect([textOf('run', 'model', 'a'), textOf('run', 'model', 'b')]).toEqual(['one', '']);
  writeFolder(at('run', 'model'), [file('a', 'two'), file('b', ''), file('c', 'new')]);
  expect([textOf('run', 'model', 'a'), textOf('run', 'model', 'c')]).toEqual(['two', 'new']);
  expect(readdirSync(at('run'))).toEqual(['model']);
});

test('a file larger than one call takes is written and read piece by piece', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i);
  for (const most of [1, 7, 999, 1000, 1001]) {
    writeDurably(at(`of ${most}`), bytes, most);
    expect(new Uint8Array(readFileSync(at(`of ${most}`))), `${most}`).toEqual(bytes);
    expect(readWhole(at(`of ${most}`), most), `${most}`).toEqual(bytes);
  }
});

test('a failure half way leaves the earlier version, and nothing beside it', () => {
  writeFolder(at('model'), [file('a', 'one')]);
  // Longer than any file system takes: the first file is written, the second is refused.
  const files = [file('a', 'two'), file('x'.repeat(5000), '')];
  expect(() => writeFolder(at('model'), files)).toThrow(/^The folder .*model cannot be written: name too long/);
  expect(() => writeFolder(at('model'), files)).toThrow(UserError);
  expect(textOf('model', 'a')).toBe('one');
  expect(readdirSync(parent)).toEqual(['model']);
});

test('a failure half way of a first version leaves nothing', () => {
  expect(() => writeFolder(at('model'), [file('a', 'one'), file('x'.repeat(5000), '')])).toThrow(UserError);
  expect(readdirSync(parent)).toEqual([]);
});

test('folders within it are its own too, and what else lies in them is not', () => {
  const files = [file('a', 'one'), file('inner/b', 'two')];
  writeFolder(at('kit'), files);
  writeFolder(at('kit'), files);
  expect(textOf('kit', 'inner', 'b')).toBe('two');
  writeFileSync(at('kit', 'inner', 'cat.jpg'), 'cat');
  expect(() => writeFolder(at('kit'), files)).toThrow('also holds inner/cat.jpg');
});

test('keeps what is not its own', () => {
  mkdirSync(at('photos'));
  writeFileSync(at('photos', 'cat.jpg'), 'cat');
  expect(() => writeFolder(at('photos'), [file('a', 'one')])).toThrow('also holds cat.jpg');
  expect(() => writeFolder(at('photos', 'cat.jpg'), [file('a', 'one')])).toThrow('cat.jpg is a file');
  expect(() => writeFolder(at('photos', 'cat.jpg', 'model'), [file('a', 'one')])).toThrow('cannot be written');
  expect(textOf('photos', 'cat.jpg')).toBe('cat');
  expect(readdirSync(parent)).toEqual(['photos']);
});

test.each(['', '.', '..', '../a', '/a', 'a/', 'a//b', 'a/../b', 'a\\b', 'a\0'])('refuses the file name %j', (name) => {
  expect(() => writeFolder(at('model'), [file(name, '')])).toThrow('is not a plain file name');
  expect(readdirSync(parent)).toEqual([]);
});

test('a model comes back from the disk, and a missing folder is named', () => {
  const model = tinyConfig();
  const parameters = randomWeights(model, 1);
  writeFolder(
    at('model'),
    huggingFaceFolder({ model, parameters, tokenizer: new ByteTokenizer(), metadata: { seed: 1 } }),
  );
  const back = readHuggingFaceFolder(readFolder(at('model')));
  expect([...back.parameters].sort()).toEqual([...parameters].sort());
  expect(back.metadata).toEqual({ seed: 1 });
  expect(() => readFolder(at('nothing'))).toThrow('There is no folder');
});
