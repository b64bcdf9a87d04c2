import { beforeEach, describe, expect, test, vi } from 'vitest';
import { PRESETS, presetConfig } from '../../src/config/presets.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { checkFile } from '../../src/data/check.ts';
import { encodeHash } from '../../src/config/url.ts';
import {
  choosePreset,
  config,
  conflicts,
  isEdited,
  linkProblems,
  missingSources,
  readLink,
  sharesOf,
  sourcesOf,
  state,
  useSources,
} from '../../src/ui/recipe/config.ts';
import type { DataReport } from '../../src/recipe/curation/dataReport.ts';
import { trainWith } from '../../src/ui/data/trainWith.ts';
import {
  addFiles,
  chooseColumn,
  candidates,
  fileProblems,
  files,
  freeName,
  giveUp,
  leaveOut,
  ownFiles,
  removeFile,
  renameFile,
  settle,
  sourceName,
  useFile,
} from '../../src/ui/files/files.ts';

// What the worker does, without one.
vi.mock('../../src/ui/trainer.ts', async (original) => ({ ...(await original<object>()), checkFile }));

beforeEach(() => {
  ownFiles.value = [];
  candidates.value = [];
  useSources([]);
  choosePreset('tiny');
});

test('untouched, the form is the preset', () => {
  for (const { name } of PRESETS) {
    choosePreset(name);
    expect(config.value).toEqual(presetConfig(name));
    expect(isEdited.value).toBe(false);
  }
});

test('a stated value is taken, what follows from it follows, and the preset comes back', () => {
  expect(state('model.hidden_size', '128')).toBeNull();
  expect(config.value.model.hidden_size).toBe(128);
  expect(config.value.model.intermediate_size).toBe(512);
  expect(isEdited.value).toBe(true);
  choosePreset('tiny');
  expect(config.value).toEqual(presetConfig('tiny'));
});

test('a text that is no value changes nothing and says what is wanted', () => {
  const before = config.value;
  expect(state('base.steps', '')).toMatch(/base\.steps is empty.*whole number/);
  expect(state('base.steps', '1.5')).toMatch(/whole number/);
  expect(config.value).toBe(before);
});

test('weights that sum to nothing are a conflict, named', () => {
  for (const source of sourcesOf(config.value)) state(`base.blend.${source}`, '0');
  expect(conflicts.value.join(' ')).toMatch(/base\.blend/);
});

test('a link brings back the recipe it was made from, and lists what it cannot use', () => {
  state('continued.switchDivisor', '10');
  state('continued.qa.news', '40');
  const before = config.value;
  const link = encodeHash(before);
  choosePreset('smoke');
  readLink(link);
  expect(config.value).toEqual(before);
  readLink('#v=1&p=tiny&no.such=1');
  expect(linkProblems.value).toHaveLength(1);
  expect(config.value).toEqual(presetConfig('tiny'));
});

test('own files take the place of the preset’s text, under names that can be changed', async () => {
  await addFiles([new File(['call me'], 'My notes (2).txt'), new File(['x'], 'My notes (2).md')]);
  expect(sourcesOf(config.value)).toEqual(['My-notes-2', 'My-notes-2-2']);
  expect(conflicts.value).toEqual([]);
  renameFile('My-notes-2-2', 'poems');
  expect(sourcesOf(config.value)).toEqual(['My-notes-2', 'poems']);
  renameFile('poems', 'my poems');
  expect(fileProblems.value.join()).toMatch(/my poems/);
  renameFile('poems', 'My-notes-2');
  expect(fileProblems.value.join()).toMatch(/already/);
  removeFile('poems');
  removeFile('My-notes-2');
  expect(config.value).toEqual(presetConfig('tiny'));
});

test('what curation left becomes the blend of a run: its documents as files, the weights of a method, however often', async () => {
  const sources = (...shares: number[]) =>
    ['web', 'wiki'].map((name, i) => ({ name, share: shares[i]!, epochs: 1, repeated: false }));
  const report = {
    texts: [
      { source: 'web', documents: ['Ann lives in Oslo.\nShe is a baker.', 'Bob has a cat.'] },
      { source: 'wiki', documents: ['Ann lives in Oslo.'] },
    ],
    weights: [
      { method: 'by hand', sources: sources(0.75, 0.25) },
      { method: 'proportional', sources: sources(2 / 3, 1 / 3) },
    ],
  } as DataReport;
  await addFiles([new File(['call me'], 'notes.txt')]);
  for (const name of ['tiny', 'world']) {
    choosePreset(name);
    expect(await trainWith(report, 'by hand')).toBe(true);
    const { base, continued, data } = config.value;
    for (const blend of [base.blend, continued!.general, continued!.qa])
      expect(sharesOf(blend)).toEqual({ web: 0.75, wiki: 0.25 });
    expect(data.world).toBeNull();
    expect(conflicts.value).toEqual([]);
  }
  expect(await trainWith(report, 'proportional')).toBe(true);
  expect(config.value.base.blend).toMatchObject({ web: 66.67, wiki: 33.33 });
  expect(ownFiles.value.map(({ file, preview }) => [file.source, preview.documents])).toEqual([
    ['notes', 1],
    ['web', 2],
    ['wiki', 1],
  ]);
  expect(ownFiles.value[1]!.preview.first[0]!.text).toBe(report.texts[0]!.documents[0]);
});

test('without text there is nothing to train with, and the form says why', async () => {
  const report = {
    texts: [{ source: 'web', documents: [] as string[] }],
    weights: [{ method: 'by hand', sources: [{ name: 'web', share: 1, epochs: 0, repeated: false }] }],
  } as unknown as DataReport;
  expect(await trainWith(report, 'by hand')).toBe(false);
  expect(fileProblems.value.join()).toMatch(/web\.jsonl/);
});

test('own text on any preset, a world too, is the run that the terminal makes of it', () => {
  for (const { name } of PRESETS) {
    choosePreset(name);
    useSources(['own']);
    expect(config.value).toEqual(resolveConfig({ preset: name, data: ['own'] }));
    expect(conflicts.value).toEqual([]);
  }
});

test('an empty file and a file of another kind are refused by name', async () => {
  await addFiles([new File([], 'empty.txt'), new File(['good'], 'good.ndjson.txt'), new File(['x'], 'photo.png')]);
  expect(fileProblems.value).toHaveLength(2);
  expect(fileProblems.value[0]).toMatch(/empty\.txt is empty/);
  expect(fileProblems.value[1]).toMatch(/photo\.png is not a kind of file .*\(code text-kind\)/);
  expect(files.value.map(({ source }) => source)).toEqual(['good-ndjson']);
});

test('what cannot be read is refused when it is added, with a code, and is no source', async () => {
  await addFiles([
    new File([Uint8Array.of(0xff, 0xfe, 0, 0)], 'wide.txt'),
    new File(['{"text":"a"}\n[1]'], 'half.jsonl'),
    new File([Uint8Array.of(0x1f, 0x8b, 8, 0)], 'cut.txt.gz'),
  ]);
  expect(files.value).toEqual([]);
  expect(candidates.value).toEqual([]);
  expect(fileProblems.value.map((sentence) => /^\S.* \(code ([\w-]+)\)\.$/.exec(sentence)?.[1])).toEqual([
    'text-utf32',
    'text-fields',
    'gzip-damaged',
  ]);
});

test('damaged text waits for a choice: replaced, read as Windows-1252, or left out', async () => {
  const damaged = () => new File(['caf', Uint8Array.of(0xe9), ' and more'], 'café.txt');
  for (const choice of ['replace', 'windows-1252'] as const) {
    await addFiles([damaged()]);
    const [candidate] = candidates.value;
    expect(candidate).toMatchObject({ file: { name: 'café.txt' }, state: { kind: 'damaged', places: 1, at: 3 } });
    expect(files.value).toEqual([]);
    await settle(candidate!, { invalid: choice });
    expect(candidates.value).toEqual([]);
    expect(files.value).toMatchObject([{ source: 'caf', invalid: choice }]);
    removeFile('caf');
  }
  await addFiles([damaged()]);
  leaveOut(candidates.value[0]!);
  expect([candidates.value, files.value, fileProblems.value]).toEqual([[], [], []]);
});

test('a file of several columns waits for one to be chosen, and another may be chosen later', async () => {
  await addFiles([new File(['title,body\nMoby Dick,The whale swam.\n'], 'table.csv')]);
  const [candidate] = candidates.value;
  expect(candidate!.state).toMatchObject({ kind: 'column', columns: ['title', 'body'] });
  await settle(candidate!, { column: 'body' });
  expect(ownFiles.value[0]).toMatchObject({
    file: { column: 'body' },
    preview: { documents: 1, first: [{ text: 'The whale swam.' }] },
  });
  await chooseColumn('table', 'title');
  expect(ownFiles.value[0]).toMatchObject({ file: { column: 'title' }, preview: { first: [{ text: 'Moby Dick' }] } });
  expect(files.value).toMatchObject([{ source: 'table', column: 'title' }]);
});

test('a file is put into some blends, or mixed into the preset’s', async () => {
  await addFiles([new File(['some text'], 'mine.txt')]);
  const preset = presetConfig('tiny');
  useFile('mine', { blends: ['continued.qa'] });
  expect(config.value.base.blend).toEqual(preset.base.blend);
  expect(config.value.continued!.qa).toEqual({ mine: 100 });
  useFile('mine', { share: 0.25 });
  expect(sharesOf(config.value.continued!.qa).mine).toBeCloseTo(0.25, 4);
  expect(conflicts.value).toEqual([]);
  useFile('mine', { blends: [] });
  expect(ownFiles.value[0]!.use).toEqual({ source: 'mine', blends: ['continued.qa'], share: 0.25 });
  // A world's words are its own.
  choosePreset('world');
  expect(config.value).toMatchObject({ data: { world: null }, base: { blend: { mine: 1 } } });
  expect(conflicts.value).toEqual([]);
});

test('a reloaded page asks for the file by its source, and keeps everything else', async () => {
  await addFiles([new File(['some text'], 'mine.txt')]);
  useFile('mine', { share: 0.5 });
  state('continued.qa.news', '40');
  state('base.steps', '123');
  const before = config.value;
  const link = encodeHash(before);
  // What a reload leaves: the address, and what the tab remembers.
  ownFiles.value = [];
  useSources([]);
  choosePreset('smoke');
  readLink(link);
  expect(config.value).toEqual(before);
  expect(missingSources.value).toEqual(['mine']);
  expect(conflicts.value).toEqual(['The text “mine” is not here: choose its file under “Your own text”.']);
  await addFiles([new File(['some text'], 'other-name.txt')], 'mine');
  expect(files.value).toMatchObject([{ source: 'mine', name: 'other-name.txt' }]);
  expect(ownFiles.value[0]!.use.share).toBe(0.5);
  expect(config.value).toEqual(before);
  expect(conflicts.value).toEqual([]);
  // Another file beside it does not end the asking; giving it up does.
  ownFiles.value = [];
  useSources([], [], false, 'mine');
  readLink(link);
  await addFiles([new File(['more text'], 'more.txt')]);
  expect([sourcesOf(config.value).includes('more'), missingSources.value]).toEqual([true, ['mine']]);
  removeFile('more');
  giveUp('mine');
  expect(sourcesOf(config.value)).toEqual(sourcesOf(presetConfig('tiny')));
  expect(config.value.base.steps).toBe(123);
  expect(conflicts.value).toEqual([]);
});

describe('names of sources', () => {
  test('from any file name', () => {
    expect(sourceName('tinyshakespeare.txt')).toBe('tinyshakespeare');
    expect(sourceName('Über uns.md')).toBe('ber-uns');
    expect(sourceName('日本語.txt')).toBe('text');
    expect(sourceName('news.jsonl.gz')).toBe('news');
    expect(sourceName('a'.repeat(80))).toHaveLength(40);
  });

  test('never twice', () => {
    expect(freeName('a', ['a', 'a-2'])).toBe('a-3');
    expect(freeName('b', ['a'])).toBe('b');
  });
});

test('shares sum to 1', () => {
  expect(sharesOf({ a: 30, b: 10 })).toEqual({ a: 0.75, b: 0.25 });
  expect(sharesOf({ a: 0 })).toEqual({ a: 0 });
});
