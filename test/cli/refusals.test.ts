/** Every bad input to the command line is answered in one clear sentence, and leaves nothing behind: no device is opened for it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../src/cli/commands.ts';
import { UserError } from '../../src/util/errors.ts';
import { patience } from '../patience.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'rekindle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => path.join(folder, name);
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  return at(name);
};
const text = write('text.txt', Array.from({ length: 400 }, (_, i) => `The number after ${i} is ${i + 1}.\n`).join(''));

describe('npm run recipe', () => {
  it.each([
    ['an empty file', ['--data', `notes=${write('empty.txt', '')}`], /empty/],
    ['invalid UTF-8', ['--data', `notes=${write('bytes.txt', Uint8Array.of(72, 105, 0xff, 0xfe, 0x20))}`], /UTF-8/],
    ['a text shorter than a context', ['--data', `notes=${write('few.txt', 'Hi there.')}`], /\d+.*65|65.*\d+/],
    [
      'an array whose documents are shorter than a context, counted without its brackets',
      ['--data', `notes=${write('array.json', '[{"text": "Hi."}, {"text": "Ho."}]')}`],
      /"notes" has [1-8] tokens.*\b65\b/,
    ],
    [
      'columns of which none is named',
      ['--data', `notes=${write('table.csv', 'title,body\nMoby Dick,The whale swam\n')}`],
      /"title", "body", and more than one reads like text: name the one to read\. In the terminal: --data/,
    ],
    [
      'a column that is not there',
      ['--data', `notes=${at('table.csv')}#text`],
      /has no "text": name one of "title", "body"/,
    ],
    [
      'a kind that is not read',
      ['--data', `notes=${write('page.html', '<p>Hi</p>')}`],
      /page\.html is of no kind that is read here/,
    ],
    ['a share that is none', ['--data', `notes=${text}`, '--mix', 'notes=0'], /--mix notes=0 is no share/],
    ['a blend that is none', ['--data', `notes=${text}`, '--in', 'notes=quiz'], /give some of base, general, qa/],
    [
      'a text mixed into a world',
      ['--preset', 'ci', '--data', `notes=${text}`, '--mix', 'notes=20'],
      /words of its own/,
    ],
    [
      'an unknown option in a file that begins with a byte-order mark',
      ['--config', write('bom.json', '\ufeff{"model":{"hiden_size":64}}')],
      /hidden_size/,
    ],
    ['an unknown option', ['--set', 'model.hiden_size=64'], /hidden_size/],
    ['a blend whose weights sum to 0', ['--data', `notes=${text}`, '--set', 'base.blend.notes=0'], /0/],
    ['a vocabulary larger than the embedding', ['--set', 'model.vocab_size=128'], /128.*260/],
    ['an unknown preset', ['--preset', 'smole'], /smoke/],
    ['a missing file', ['--data', 'notes=/nowhere/at/all.txt'], /nowhere/],
  ])('refuses %s in one sentence and leaves nothing behind', async (_, args, sentence) => {
    const quiet = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const opened = vi.fn<() => Promise<never>>(() => Promise.reject(new Error('a device was asked for')));
    const error = await runCommand(['--preset', 'smoke', ...args, '--out', at('refused')], opened).catch(
      (thrown: unknown) => thrown,
    );
    quiet.mockRestore();
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(sentence);
    expect((error as UserError).message).not.toContain('\n');
    expect(opened).not.toHaveBeenCalled();
    expect(readdirSync(folder).filter((name) => name.startsWith('refused'))).toEqual([]);
  });

  it('ends with that sentence alone and a status, seen from outside', () => {
    const args = ['src/cli/run.mjs', 'src/cli/recipe.ts', 'range', '--preset', 'smole', '--out', at('refused')];
    const root = path.resolve(import.meta.dirname, '../..');
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: root,
      encoding: 'utf8',
      timeout: 2 * patience,
    });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.split('\n').filter((line) => line !== '' && !line.startsWith('npm warn'))).toEqual([
      expect.stringMatching(/smole.*smoke/),
    ]);
    expect(existsSync(at('refused'))).toBe(false);
  });
});
