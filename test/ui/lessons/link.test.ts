import { expect, test } from 'vitest';
import { OPTIONS } from '../../../src/config/options.ts';
import { presetConfig } from '../../../src/config/presets.ts';
import { setText } from '../../../src/config/resolve.ts';
import { decodeHash, encodeHash } from '../../../src/config/url.ts';
import { classLink } from '../../../src/ui/class/link.ts';
import { locks, PARTS, readLesson } from '../../../src/ui/page/lesson.ts';

test('every part and every option can be put away, every option fixed', () => {
  const keys = OPTIONS.map(({ key }) => key);
  const { hidden, locked, problems } = readLesson(`?hide=${[...PARTS, ...keys].join(',')}&lock=${keys.join(',')}`);
  expect(problems).toEqual([]);
  expect(hidden.size).toBe(new Set([...PARTS, ...keys]).size);
  expect(keys.every((key) => locks(locked, key))).toBe(true);
});

test('a section locks what is in it and nothing else', () => {
  const { locked } = readLesson('?lock=base.schedule');
  expect(locks(locked, 'base.schedule.peak')).toBe(true);
  expect(locks(locked, 'base.steps')).toBe(false);
  expect(locks(locked, 'continued.schedule.peak')).toBe(false);
  expect(locks(readLesson('?lock=all').locked, 'seed')).toBe(true);
});

test('names that mean nothing are told, shortened, and change nothing', () => {
  const { hidden, locked, problems } = readLesson(`?hide=start&lock=${'x'.repeat(500)}&start=1&hide=`);
  expect(hidden.size + locked.size).toBe(0);
  expect(problems).toHaveLength(2);
  for (const problem of problems) expect(problem.length).toBeLessThan(300);
});

test('an address without a query is no lesson', () => {
  expect(readLesson('')).toEqual({ hidden: new Set(), locked: new Set(), problems: [] });
});

test('a link for a class says what was put into it: settings, what is put away, what is fixed', () => {
  const config = presetConfig('ci');
  expect(setText(config, 'continued.steps', '300')).toBeNull();
  const hidden = [...PARTS, 'model.rope_theta'];
  const locked = ['all', 'preset', 'blends', 'batch.sequences'];
  const link = new URL(classLink('https://192.0.2.7/a/index.html', { hidden, locked, hash: encodeHash(config) }));
  expect(link.origin + link.pathname).toBe('https://192.0.2.7/a/index.html');
  const read = readLesson(link.search);
  expect([[...read.hidden], [...read.locked], read.problems]).toEqual([hidden, locked, []]);
  expect(decodeHash(link.hash)).toEqual({ config, problems: [] });
  const plain = classLink('file:///rekindle.html', { hidden: [], locked: [], hash: '#v=1&p=ci' });
  expect(plain).toBe('file:///rekindle.html#v=1&p=ci');
});
