/** The lab report: filled from answers and runs, what was not done named, what was typed kept from being read as Markdown. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readLesson, type RecordedLesson } from '../../../src/recipe/lessons/lesson.ts';
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
