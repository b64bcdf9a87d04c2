/** The lab report: filled from answers and runs, what was not done named, what was typed kept from being read as Markdown. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readLesson, type RecordedLesson } from '../../../src/recipe/lessons/lesson.ts';
import { DEVICE_CLASSES } from '../../../src/recipe/lessons/measure.ts';
import { machinesOf, quantity, rangeOf } from '../../../src/ui/lessons/fill.ts';
import { markdownOf, sectionsOf } from '../../../src/ui/lessons/report.ts';
import type { Answer } from '../../../src/ui/lessons/state.ts';

const file = (name: string) =>
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../../public/lessons', name), 'utf8')) as unknown;

test('a report has predictions, outcomes, runs and reasons of what was done, and says what was not', () => {
  const read = readLesson(file('rewarm.json'));
  if ('faults' in read) throw new Error(read.faults.join(' '));
  const recorded = file('recorded/rewarm.json') as RecordedLesson;
  const from = { lesson: read.lesson, recorded };
  const run = { ...recorded.runs.find((one) => one.run === 'rewarm')!, seed: 4711 };
  const nothing: Answer = { prediction: null, confidence: 50, why: '', runs: {} };
  const answered: Answer = { prediction: -20, confidence: 70, why: 'More | new\n# text', runs: { rewarm: run } };

  const text = markdownOf(
    from,
    sectionsOf(from, (step) => (step === 2 ? answered : nothing)),
  );
  expect(text).toMatch(/^# Lab report: Does re-warming hurt\?\n/);
  expect(text).toContain('- Prediction: −20\u00a0points\n- Confidence: 70\u00a0%\n- What came out: Recorded: ');
  expect(text).toMatch(/^\| Re-warmed to the old peak \| 4711 \| processor \| 468 \| 59,904 \| /m);
  expect(text).toContain('More \\| new \\# text');
  expect(
    text
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.match(/(?<!\\)\|/g)!.length),
  ).toEqual([14, 14, 14]);

  const empty = markdownOf(
    from,
    sectionsOf(from, () => nothing),
  );
  expect(empty).toContain('- Prediction: not answered');
  expect(empty).toContain('No run yet');
  expect(empty).not.toContain('What came out');

  // Before the run it keeps back what came out.
  const predicted = markdownOf(
    from,
    sectionsOf(from, () => ({ ...answered, runs: {} })),
  );
  expect(predicted).toContain('Prediction: −20');
  expect(predicted).not.toContain('What came out');
});

test('ranges are of the machines on which they were recorded, and the others are named as not measured', () => {
  const recorded = file('recorded/rewarm.json') as RecordedLesson;
  expect(machinesOf(recorded)).toEqual({ recorded: 'processor', missing: 'graphics card, software adapter' });
  const runs = DEVICE_CLASSES.map((device) => ({ ...recorded.runs[0]!, device }));
  expect(machinesOf({ ...recorded, runs })).toEqual({
    recorded: 'graphics card, software adapter, processor',
    missing: '',
  });
});

test('a difference has its sign, a spread has none, and one is a point', () => {
  const points = (value: number, isSigned: boolean) => quantity({ value, unit: 'points', isSigned });
  expect([points(-14.2, true), points(0.8, true), points(0.2, true), points(42, false)]).toEqual([
    ...['−14\u00a0points', '+1\u00a0point', '0\u00a0points', '42\u00a0points'],
  ]);
  const percent = (value: number) => ({ value, unit: 'percent', isSigned: false }) as const;
  expect(rangeOf(percent(46.2), percent(88))).toBe('46–88\u00a0%');
});
