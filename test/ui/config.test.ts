import { beforeEach, describe, expect, test } from 'vitest';
import { PRESETS, presetConfig } from '../../src/config/presets.ts';
import { encodeHash } from '../../src/config/url.ts';
import { parameterCount as countTensors } from '../../src/model/parameters.ts';
import {
  choosePreset,
  config,
  conflicts,
  isEdited,
  linkProblems,
  parameterCount,
  readLink,
  sharesOf,
  sourcesOf,
  state,
  useSources,
} from '../../src/ui/state/config.ts';
import {
  addFiles,
  fileProblem,
  files,
  freeName,
  removeFile,
  renameFile,
  sourceName,
} from '../../src/ui/state/files.ts';

beforeEach(() => {
  files.value = [];
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
  expect(fileProblem.value).toMatch(/my poems/);
  renameFile('poems', 'My-notes-2');
  expect(fileProblem.value).toMatch(/already/);
  removeFile('poems');
  removeFile('My-notes-2');
  expect(config.value).toEqual(presetConfig('tiny'));
});

test('an empty file and a file of another kind are refused by name', async () => {
  await addFiles([new File([], 'empty.txt')]);
  expect(fileProblem.value).toMatch(/empty\.txt is empty/);
  await addFiles([new File(['x'], 'photo.png')]);
  expect(fileProblem.value).toMatch(/photo\.png is not/);
  expect(files.value).toEqual([]);
});

describe('names of sources', () => {
  test('from any file name', () => {
    expect(sourceName('tinyshakespeare.txt')).toBe('tinyshakespeare');
    expect(sourceName('Über uns.md')).toBe('ber-uns');
    expect(sourceName('日本語.txt')).toBe('text');
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

test('the number of parameters on the page is that of the tensors', () => {
  for (const {
    config: { model },
  } of PRESETS) {
    expect(parameterCount(model)).toBe(countTensors(model));
  }
});
