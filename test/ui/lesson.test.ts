import { expect, test } from 'vitest';
import { OPTIONS } from '../../src/config/options.ts';
import { locks, PARTS, readLesson } from '../../src/ui/page/lesson.ts';

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
