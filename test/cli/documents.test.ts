/** Documents in the terminal, up to where a device would be asked for: what is read, refused and said before work begins. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { documentHash } from '../../src/data/document.ts';
import { openDocument } from '../../src/cli/documents.ts';
import { readFile } from '../../src/data/read.ts';
import { writeFolder } from '../../src/cli/writeFolder.ts';
import { presetConfig } from '../../src/config/presets.ts';
import { huggingFaceFolder } from '../../src/export/huggingface.ts';
import { baseMetadata } from '../../src/recipe/baseCheckpoint.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import { prose } from '../data/prose.ts';
import { randomWeights } from '../export/tinyModel.ts';
import { runCommand } from './host.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'rekindle-documents-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const at = (name: string): string => path.join(scratch, name);
const write = (name: string, content: string): string => {
  writeFileSync(at(name), content);
  return at(name);
};

/** A folder of files by path. */
function folderOf(name: string, files: Record<string, string>): string {
  mkdirSync(at(name));
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(at(`${name}/${file}`)), { recursive: true });
    write(`${name}/${file}`, content);
  }
  return at(name);
}

const DEVICE = 'it went as far as the device';
const noDevice = () => Promise.reject(new Error(DEVICE));
const words = Array.from({ length: 400 }, (_, i) => `The number after ${i} is ${i + 1}.`);
const text = write('text.txt', words.join('\n'));

/** The notes of a run that gets as far as its device, or what it was refused with. */
async function outcome(...args: string[]): Promise<{ notes: string[]; problem: string }> {
  const { said, problem } = await runCommand([...args, '--out', at('out')], noDevice);
  expect(readdirSync(scratch)).not.toContain('out');
  return {
    notes: said.filter((line) => line.startsWith('note: ')).map((line) => line.slice(6)),
    problem: problem!.message,
  };
}
const train = (...args: string[]) => outcome('--preset', 'smoke', ...args);

describe('what is refused', () => {
  test.each([
    [
      'an array shorter than a context, counted without its brackets',
      ['--data', `notes=${write('array.json', '[{"text": "Hi."}, {"text": "Ho."}]')}`],
      /"notes" has [1-8] tokens .*\(65\)/,
    ],
    ['a folder without a file', ['--data', `notes=${folderOf('none', {})}`], /^none\/ is empty: give a folder with/],
    [
      'a folder without text',
      ['--data', `notes=${folderOf('pictures', { 'a.png': 'x' })}`],
      /^pictures\/ has one file and none of a kind that can be read here/,
    ],
    [
      'a folder in which a file is damaged',
      ['--data', `notes=${folderOf('damaged', { 'a.txt': 'text', 'b/c.jsonl': '{' })}`],
      /^damaged\/b\/c\.jsonl, line 1 is not JSON/,
    ],
    [
      'columns of which none is named',
      ['--data', `notes=${write('table.csv', 'title,body\nMoby Dick,The whale swam\n')}`],
      /"title", "body", and more than one looks like text: choose the one to read\. In the terminal: --data/,
    ],
    [
      'a column that is not there',
      ['--data', `notes=${at('table.csv')}#text`],
      /has no "text": name one of "title", "body"/,
    ],
    [
      'a kind that is not read',
      ['--data', `notes=${write('page.html', '<p>Hi</p>')}`],
      /page\.html is not a kind of file that is read here/,
    ],
    ['a share that is none', ['--data', `notes=${text}`, '--mix', 'notes=0'], /--mix is "notes=0": give NAME=PERCENT/],
    [
      'a blend that is none',
      ['--data', `notes=${text}`, '--in', 'notes=quiz'],
      /--in is "notes=quiz": .*some of base, general, qa/,
    ],
    ['a place for a source without a file', ['--in', 'notes=qa'], /"notes" is not one of the given files/],
    ['a text mixed into a world', ['--preset', 'ci', '--data', `notes=${text}`, '--mix', 'notes=20'], /its own words/],
    [
      'an unknown option in a file that begins with a byte-order mark',
      ['--config', write('bom.json', '\ufeff{"model":{"hiden_size":64}}')],
      /hidden_size/,
    ],
  ] as [string, string[], RegExp][])('%s', async (_, args, message) => {
    const given = args.includes('--preset') ? args : ['--preset', 'smoke', ...args];
    expect((await outcome(...given)).problem).toMatch(message);
  });

  test('in the words of every command', async () => {
    const page = write('page.html', '<p>Hi</p>');
    const said: string[] = [];
    for (const command of [[], ['range'], ['grid']])
      said.push((await outcome(...command, '--preset', 'smoke', '--data', `notes=${page}`)).problem);
    const model = at('model');
    const { model: shape } = presetConfig('smoke');
    writeFolder(
      model,
      huggingFaceFolder({
        model: { ...shape, vocab_size: 260 },
        parameters: randomWeights({ ...shape, vocab_size: 260 }, 1),
        tokenizer: new ByteTokenizer(),
        metadata: {},
      }),
    );
    const score = (file: string) =>
      runCommand(['score', '--model', model, '--text', file, '--json', at('score.json')], noDevice);
    expect(new Set([...said, (await score(page)).problem!.message]).size).toBe(1);
    expect((await score(at('array.json'))).problem!.message).toBe(DEVICE);
    expect((await score(folderOf('poems', { 'a.txt': 'A text of its own.' }))).problem!.message).toBe(DEVICE);
  });
});

test('a folder is read as one source, its files as they would be alone, by every command', async () => {
  const half = words.length / 2;
  const place = folderOf('letters', {
    'b.txt': words.slice(half).join('\n'),
    'a/a.jsonl': words
      .slice(0, half)
      .map((word) => JSON.stringify({ text: word }))
      .join('\n'),
    'cover.png': 'x',
  });
  const note = 'letters/: cover.png left out, because files of that kind are not read here.';
  const { notes, problem } = await train('--data', `notes=${place}/`, '--set', 'continued=off');
  expect([problem, notes]).toEqual([DEVICE, expect.arrayContaining([note])]);
  const { documents } = await readFile('letters', (await openDocument(place)).name, (await openDocument(place)).bytes);
  expect(documents.map(({ text: one }) => one)).toEqual([...words.slice(0, half), words.slice(half).join('\n')]);
});

describe('what is said once', () => {
  test('few documents, none of which their hashes would hold out', async () => {
    const kept = words.filter((word) => documentHash(word)[0] / 2 ** 32 >= 0.1).slice(0, 25);
    const file = write('few.jsonl', kept.map((word) => JSON.stringify({ text: word.repeat(8) })).join('\n'));
    const inFile = readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => (JSON.parse(line) as { text: string }).text);
    const chosen = inFile.filter((document) => documentHash(document)[0] / 2 ** 32 >= 0.1);
    write('few.jsonl', chosen.map((document) => JSON.stringify({ text: document })).join('\n'));
    const { notes, problem } = await train('--data', `notes=${file}`, '--set', 'continued=off');
    expect(problem).toBe(DEVICE);
    expect(notes).toContainEqual(
      expect.stringMatching(
        /^notes: its 2\d documents are too few to hold out 10 % of them by hash; the end of the text is held out instead\.$/,
      ),
    );
  });

  test('fewer ids than were asked for', async () => {
    const { notes } = await train('--data', `notes=${text}`, '--tokenizer', 'bpe:4096', '--set', 'continued=off');
    expect(notes).toContainEqual(expect.stringMatching(/^The tokenizer has \d+ ids and 4096 were asked for/));
  });

  test('the languages of each source, and where the blends have others than the base', async () => {
    const german = write('german.txt', prose.german.repeat(60));
    const english = write('english.txt', prose.english.repeat(60));
    // Half of what the blend's other source takes.
    const args = ['--data', `letters=${german}`, '--in', 'letters=qa', '--data', `notes=${english}`];
    const told = async (...more: string[]) =>
      (await runCommand([...more, '--out', at('out')], noDevice)).said
        .filter((line) => /^Languages|^The base’s/.test(line))
        .map((line) => line.replaceAll('\u00a0', ' '));
    expect(await told('--preset', 'smoke', ...args, '--mix', 'letters=50')).toEqual([
      'Languages of letters: German 100 %.',
      'Languages of notes: English 100 %.',
      'The base’s text is English 100 %; the QA blend’s is English 67 %, German 33 %.',
    ]);
    expect(await told('--preset', 'ci')).toEqual([]);
  });

  test('blends that are equal, and not where they differ', async () => {
    const equal = /general and the QA blend are equal/;
    expect((await train('--data', `notes=${text}`)).notes.join()).toMatch(equal);
    const { notes, problem } = await train('--data', `notes=${text}`, '--in', 'notes=qa', '--mix', 'notes=20');
    expect([notes.join(), problem]).toEqual([expect.not.stringMatching(equal), DEVICE]);
  });

  test('a source that only the base knew, which need not be there', async () => {
    const base = presetConfig('smoke');
    base.base.blend = { diary: 1 };
    const tokenizer = new ByteTokenizer();
    base.tokenizer = { kind: 'byte' };
    base.model.vocab_size = 260;
    const folder = at('base');
    writeFolder(
      folder,
      huggingFaceFolder({
        model: base.model,
        parameters: randomWeights(base.model, 1),
        tokenizer,
        metadata: baseMetadata(base, await tokenizer.hash()),
      }),
    );
    const { notes, problem } = await train('--base', folder, '--set', 'continued.steps=4');
    expect(problem).toBe(DEVICE);
    expect(notes).toContain('The base was trained on diary, which is not given: its held-out loss is not measured.');
  });
});
