/** A folder of text: in which order it is read, what of it is left out and said, and what is refused. */
import { strToU8, unzipSync, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { LARGEST_TEXT } from '../../src/config/files.ts';
import { packFolder } from '../../src/config/folder.ts';
import { readFile } from '../../src/data/read.ts';
import { UserError } from '../../src/util/errors.ts';

const files = (content: Record<string, string | Uint8Array>) =>
  Object.entries(content).map(([path, bytes]) => ({ path, bytes: new Blob([bytes as BlobPart]) }));
const read = async (content: Record<string, string | Uint8Array>) =>
  readFile('mine', 'mine/', await packFolder('mine/', files(content)));
const texts = async (content: Record<string, string | Uint8Array>) =>
  (await read(content)).documents.map(({ text }) => text);
const refusal = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  return `${(error as UserError).code}: ${(error as UserError).message}`;
};

test('its files are read in the order of their paths, whichever they came in, each by its kind', async () => {
  const content = {
    'b/2.txt': 'fourth',
    'a.txt': 'first',
    'b/10.md': 'third',
    'c.jsonl': '{"text":"sixth"}\n{"text":"seventh"}',
    'b.txt': 'second',
    'b/deeper/still/1.txt': 'fifth',
    'd.zip': zipSync({ 'inside.txt': strToU8('of a zip in it') }),
  };
  const inOrder = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh'];
  expect(await texts(content)).toEqual(inOrder);
  expect(await texts(Object.fromEntries(Object.entries(content).toReversed()))).toEqual(inOrder);
});

test('files of one name in several folders of it are as many documents', async () => {
  expect(
    await texts({ 'x/notes.txt': 'one', 'y/notes.txt': 'two', 'notes.txt': 'three', 'Notes.txt': 'four' }),
  ).toEqual(['four', 'three', 'one', 'two']);
});

test('other kinds are counted and not packed; hidden files are no text of the reader’s', async () => {
  const picture = new Uint8Array(5e6);
  const content = {
    'a.txt': 'text',
    'b/cover.png': picture,
    Makefile: 'all:',
    'z.zip': picture,
    'blank.md': ' ',
    '.git/description.txt': 'hidden',
    'b/.draft.txt': 'hidden',
  };
  const { documents, notes } = await read(content);
  expect(documents.map(({ text }) => text)).toEqual(['text']);
  expect(notes).toEqual([
    'mine/: Makefile and 2 more left out, because files of that kind are not read here.',
    'mine/blank.md (1 bytes) has no text.',
  ]);
  expect((await packFolder('mine/', files(content))).size).toBeLessThan(2000);
});

test('it is a zip that others open too, and the same files are the same bytes', async () => {
  const content = { 'ä/ö.txt': 'Grüße', 'a.txt': 'x'.repeat(100_000) };
  const packed = async (given: Record<string, string>) =>
    new Uint8Array(await (await packFolder('mine/', files(given))).arrayBuffer());
  const zip = await packed(content);
  const found = Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]);
  expect(Object.fromEntries(found)).toEqual(content);
  expect(await packed(Object.fromEntries(Object.entries(content).toReversed()))).toEqual(zip);
});

test('what has no text, or too much, is refused with one sentence', async () => {
  expect(await refusal(packFolder('mine/', []))).toBe('text-empty: mine/ is empty: give a folder with files of text.');
  expect(await refusal(packFolder('mine/', files({ '.DS_Store': 'x' })))).toMatch(/^text-empty: mine\/ is empty/);
  expect(await refusal(packFolder('mine/', files({ 'a.png': 'x', 'b.png': 'x' })))).toBe(
    'text-kind: mine/ has 2 files and none of a kind that can be read here: give a folder with files of text.',
  );
  // Never read: only its size is asked for.
  const large = Object.defineProperty(new Blob(['x']), 'size', { value: LARGEST_TEXT });
  const both = [{ path: 'large.txt', bytes: large }, ...files({ 'small.txt': 'x' })];
  expect(await refusal(packFolder('mine/', both))).toBe(
    'text-size: mine/ has 269 MB of text and a folder may have at most 268 MB: divide it into smaller ones.',
  );
  expect(await refusal(read({ 'b/c.txt': Uint8Array.of(0x61, 0xff) }))).toMatch(
    /^text-utf8: mine\/b\/c\.txt is not UTF-8/,
  );
});
