/** The lessons: every file keeps to its schema, what is wrong is said in a sentence, and every number told is one of its recorded runs. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  configValue,
  type Lesson,
  LESSON_NAMES,
  lessonConfig,
  placeholders,
  readLesson,
  type RecordedLesson,
  textsOf,
} from '../../src/recipe/lessons/lesson.ts';
import { curveOf, CURVE_POINTS, evaluate, isExpression, type LessonRun } from '../../src/recipe/lessons/measure.ts';
import { planRun } from '../../src/recipe/phases.ts';

const folder = path.resolve(import.meta.dirname, '../../public/lessons');
const json = (name: string): unknown => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
function lessonOf(name: string): Lesson {
  const read = readLesson(json(`${name}.json`));
  if ('faults' in read) throw new Error(`${name}: ${read.faults.join(' ')}`);
  return read.lesson;
}
const recordedOf = (name: string) => json(`recorded/${name}.json`) as RecordedLesson;

test('the folder holds the nine lessons, each as its schema wants it', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  expect(files.sort()).toEqual([...LESSON_NAMES].map((name) => `${name}.json`).sort());
  for (const name of LESSON_NAMES) expect(lessonOf(name).steps.length, name).toBeGreaterThan(1);
});

test('a fault is told in one sentence that says where it is', () => {
  const broken = (change: (lesson: Lesson) => void): string[] => {
    const lesson = structuredClone(lessonOf('switch'));
    change(lesson);
    const read = readLesson(lesson);
    return 'faults' in read ? read.faults : [];
  };
  const cases: [(lesson: Lesson) => void, RegExp][] = [
    [(lesson) => (lesson.title = ''), /^title .*sentence/],
    [(lesson) => (lesson.minutes = 30), /^minutes /],
    [
      (lesson) => (lesson.runs.early!.set['continued.steps'] = 'many'),
      /^The run early cannot be set up: .*continued\.steps|steps/,
    ],
    [(lesson) => (lesson.steps[1]!.runs = ['never']), /^Step 2 names the run never/],
    [(lesson) => lesson.steps[0]!.text.push('It is {early.qa}.'), /\{early\.qa\} is neither/],
    [(lesson) => (lesson.steps[0]!.locked = ['speed']), /setting speed/],
  ];
  for (const [change, sentence] of cases) {
    const faults = broken(change);
    expect(faults.length, String(change)).toBeGreaterThan(0);
    expect(faults.join('\n')).toMatch(sentence);
    for (const fault of faults) expect(fault).toMatch(/\.$/);
  }
});

test('every run is recorded with three seeds, as its lesson trains it today', () => {
  for (const name of LESSON_NAMES) {
    const lesson = lessonOf(name);
    const { runs } = recordedOf(name);
    for (const run of Object.keys(lesson.runs)) {
      const found = runs.filter((one) => one.run === run);
      expect(
        found.map(({ seed }) => seed),
        `${name}: ${run}`,
      ).toEqual([1, 2, 3]);
      const config = lessonConfig(lesson, run);
      const plan = planRun(config, 'continued');
      for (const one of found) {
        expect([one.firstStep, one.endStep, one.switchStep], `${name}: ${run}`).toEqual([
          plan.firstStep,
          plan.endStep,
          plan.switchStep,
        ]);
      }
    }
  }
});

test('every number of a text is measured: worked out from the recorded runs, a setting, or given with its source', () => {
  for (const name of LESSON_NAMES) {
    const lesson = lessonOf(name);
    const { runs } = recordedOf(name);
    for (const text of textsOf(lesson)) {
      for (const inner of placeholders(text)) {
        if (!isExpression(inner)) expect(configValue(lesson, inner), `${name}: {${inner}}`).not.toBeNull();
        else expect(Number.isFinite(evaluate(inner, runs)?.value), `${name}: {${inner}}`).toBe(true);
      }
      const rest = lesson.given.reduce(
        (left, given) => left.replaceAll(given.text, ''),
        text.replaceAll(/\{[^{}]*\}/g, ''),
      );
      expect(rest, name).not.toMatch(/\d/);
    }
    for (const { ask, success } of lesson.steps) {
      const values =
        ask?.kind === 'choice' ? ask.options.map(({ value }) => value) : ask?.kind === 'number' ? [ask.value] : [];
      for (const value of [...values, ...(success ? [success.left, success.right] : [])])
        expect(Number.isFinite(evaluate(value, runs)?.value), `${name}: ${value}`).toBe(true);
      if (success) {
        const [left, right] = [evaluate(success.left, runs)!, evaluate(success.right, runs)!];
        expect(
          success.is === 'above' ? left.value > right.value : left.value < right.value,
          `${name}: ${success.text}`,
        ).toBe(true);
      }
      if (ask?.kind === 'number') {
        const { value } = evaluate(ask.value, runs)!;
        expect(value >= ask.from && value <= ask.to, `${name}: ${ask.question}`).toBe(true);
      }
    }
  }
});

test('the step that the last lesson gives for a long run follows from the closed form of the cosine', () => {
  const share = Math.acos((2 * (1 / 5 - 1 / 100)) / (1 - 1 / 100) - 1) / Math.PI;
  expect(Math.round(share * 100_000).toLocaleString('en')).toBe('71,131');
  expect(lessonOf('cluster').given.map(({ text }) => text)).toContain('71,131');
});

test('a quantity is a mean over seeds, a range, or a difference', () => {
  const run = (name: string, seed: number, end: number): LessonRun => ({
    ...{ run: name, seed, device: 'recorded', seconds: 1, firstStep: 100, endStep: 200, switchStep: 171, tokens: 1 },
    curve: { step: [110, 199], loss: [2, 1] },
    heldOut: [
      { step: 100, loss: { qa: 1.5 } },
      { step: 200, loss: { qa: 1 } },
    ],
    accuracy: [
      { step: 100, share: { facts: 0.5 } },
      { step: 200, share: { facts: end } },
    ],
  });
  const runs = [run('a', 1, 0.75), run('a', 2, 0.25), run('b', 1, 0.1)];
  expect(evaluate('a.facts.end', runs)).toEqual({ value: 50, unit: 'percent' });
  expect(evaluate('a.facts.end.high', runs)!.value).toBe(75);
  expect(evaluate('a.facts.end.spread', runs)).toEqual({ value: 50, unit: 'points' });
  expect(evaluate('b.facts.end - a.facts.end', runs)).toEqual({ value: -40, unit: 'points' });
  expect(evaluate('a.qa.change', runs)).toEqual({ value: -0.5, unit: 'nats' });
  expect(evaluate('a.switchShare', runs)).toEqual({ value: 71, unit: 'percent' });
  expect(evaluate('a.nothing.end', runs)).toBeNull();
  const steps = Array.from({ length: 100 }, (_, i) => i);
  const curve = curveOf(steps, steps, steps.length);
  expect(curve.step).toHaveLength(CURVE_POINTS);
  expect(curve.step.at(-1)).toBe(99);
});
