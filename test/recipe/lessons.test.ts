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
import { PACE, wordsOfLesson } from '../bench/setup/reading.ts';
import { textOf, textsByPlace, translate } from '../../src/recipe/lessons/translate.ts';
import { FEWEST, MOST, stepsWithin } from '../../src/recipe/lessons/timeBox.ts';
import { predict } from '../../src/recipe/prediction.ts';
import { curveOf, CURVE_POINTS, evaluate, isExpression, type LessonRun } from '../../src/recipe/lessons/measure.ts';
import { planRun } from '../../src/recipe/phases.ts';

const folder = path.resolve(import.meta.dirname, '../../public/lessons');
const json = (name: string): unknown => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
const LANGUAGES = ['en', 'de', 'es'];
function lessonOf(name: string, language = 'en'): Lesson {
  const read = readLesson(json(`${name}.json`));
  if ('faults' in read) throw new Error(`${name}: ${read.faults.join(' ')}`);
  if (language === 'en') return read.lesson;
  const translated = translate(read.lesson, json(`${language}/${name}.json`));
  if ('faults' in translated) throw new Error(`${language}/${name}: ${translated.faults.join(' ')}`);
  return translated.lesson;
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
  for (const [name, language] of LESSON_NAMES.flatMap((one) => LANGUAGES.map((own) => [one, own] as const))) {
    const lesson = lessonOf(name, language);
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

test('the plan of ninety minutes has the words and slots of today and the slowest recorded runs, and fits into 75', () => {
  const plan = readFileSync(path.resolve(folder, '../../docs/class.md'), 'utf8');
  const rows = [...plan.matchAll(/^\| `(\w+)` +\| +(\d+) \| +([\d.]+) \| +([\d.]+) \| +([\d.]+) \| +(\d+) \|$/gm)];
  expect(rows.map(([, name]) => name)).toEqual([...LESSON_NAMES]);
  let minutes = 0;
  for (const [, name, words, reading, trained, measured, slot] of rows) {
    const lesson = lessonOf(name!);
    const slowest = Math.max(...recordedOf(name!).runs.map(({ seconds }) => seconds));
    const withRuns = lesson.steps.filter(({ runs }) => runs);
    const takes = withRuns.reduce((sum, { seconds }) => sum + (seconds ?? slowest), 0);
    expect([Number(words), Number(slot)], name).toEqual([wordsOfLesson(lesson), lesson.minutes]);
    expect(Math.abs(Number(reading) - Number(words) / PACE), name).toBeLessThanOrEqual(0.05);
    expect(Number(trained), name).toBeCloseTo(takes, 6);
    // What a bench found (test/bench/lessons.ts), on a machine with other work.
    const together = Number(reading) + Math.max(Number(trained), Number(measured)) / 60;
    expect(together, name).toBeLessThan(lesson.minutes);
    minutes += together;
  }
  expect(minutes).toBeLessThan(75);
});

test('a translation has every text of its lesson, with the same values in the same order, each in its own words', () => {
  for (const language of LANGUAGES.slice(1)) {
    expect(readdirSync(path.join(folder, language)).sort()).toEqual(
      [...LESSON_NAMES].map((name) => `${name}.json`).sort(),
    );
    for (const name of LESSON_NAMES) {
      const lesson = lessonOf(name);
      const own = new Map(textsByPlace(textOf(lessonOf(name, language))));
      for (const [place, text] of textsByPlace(textOf(lesson))) {
        // Another order may be good grammar, but so far none is: two that changed places would tell each other's number.
        expect(placeholders(own.get(place)!), `${language}/${name}: ${place}`).toEqual(placeholders(text));
        const isWords = text.split(' ').length > 2 && !place.startsWith('given');
        if (isWords) expect(own.get(place), `${language}/${name}: ${place}`).not.toBe(text);
      }
    }
  }
});

test('what a translation lacks, adds or states otherwise is said with its place', () => {
  const lesson = lessonOf('switch');
  const broken = (change: (texts: ReturnType<typeof textOf>) => void): string => {
    const texts = structuredClone(textOf(lesson));
    change(texts);
    const read = translate(lesson, texts);
    return 'faults' in read ? read.faults.join('\n') : '';
  };
  expect(broken(() => {})).toBe('');
  expect(broken((texts) => delete texts.steps[1]!.hint)).toMatch(/^steps\.1\.hint is not translated/);
  expect(broken((texts) => (texts.runs['other'] = 'Another'))).toMatch(/^runs\.other is not a text of the lesson/);
  expect(broken((texts) => (texts.steps[0]!.text[0] = 'After {fifth.steps}.'))).toMatch(
    /^steps\.0\.text\.0 has the values fifth\.steps, the lesson fifth\.steps, fifth\.switchStep/,
  );
  expect(broken((texts) => (texts.title = ''))).toMatch(/^title is wrong: .*sentence/);
});

test('a run by time has the most steps that fit: half as slow a machine takes about half of them', () => {
  const calibration = (step: number) => ({
    ...{ prepare: 1, compile: 1, step, stepLow: step, stepHigh: step, firstEvaluation: 0.5, evaluation: 0.1 },
    ...{ save: 0.1, saveEvery: 60, sourceTokens: {} },
  });
  const lesson = lessonOf('noise');
  const seconds = lesson.steps.find((step) => step.seconds !== undefined)!.seconds!;
  const takes = (steps: number, step: number): number => {
    const config = lessonConfig(lesson, 'recipe', { 'continued.steps': String(steps) });
    return predict(config, planRun(config, 'continued'), calibration(step)).seconds;
  };
  const [fast, slow] = [0.01, 0.02].map((step) =>
    stepsWithin(seconds, calibration(step), lesson, 'recipe', 'continued'),
  );
  for (const [steps, step] of [
    [fast!, 0.01],
    [slow!, 0.02],
  ] as const) {
    expect(takes(steps, step)).toBeLessThanOrEqual(seconds);
    expect(takes(steps + 1, step)).toBeGreaterThan(seconds);
  }
  expect(fast! / slow!).toBeCloseTo(2, 1);
  expect(stepsWithin(seconds, calibration(100), lesson, 'recipe', 'continued')).toBe(FEWEST);
  expect(stepsWithin(seconds, calibration(1e-9), lesson, 'recipe', 'continued')).toBe(MOST);
});

test('the step that the last lesson gives for a long run follows from the closed form of the cosine', () => {
  const share = Math.acos((2 * (1 / 5 - 1 / 100)) / (1 - 1 / 100) - 1) / Math.PI;
  for (const language of LANGUAGES) {
    const numbers = [100_000, Math.round(share * 100_000)].map((steps) => steps.toLocaleString(language));
    const { given, steps } = lessonOf('cluster', language);
    expect(given.map(({ text }) => text)).toEqual(numbers);
    for (const number of numbers) expect(steps[1]!.reveal.join(' '), language).toContain(number);
  }
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
  expect(evaluate('a.facts.end', runs)).toEqual({ value: 50, unit: 'percent', isSigned: false });
  expect(evaluate('a.facts.end.high', runs)!.value).toBe(75);
  expect(evaluate('a.facts.end.spread', runs)).toEqual({ value: 50, unit: 'points', isSigned: false });
  expect(evaluate('b.facts.end - a.facts.end', runs)).toEqual({ value: -40, unit: 'points', isSigned: true });
  expect(evaluate('a.qa.change', runs)).toEqual({ value: -0.5, unit: 'nats', isSigned: true });
  expect(evaluate('a.switchShare', runs)).toEqual({ value: 71, unit: 'percent', isSigned: false });
  expect([evaluate('a.switchStep', runs), evaluate('a.steps', runs)]).toEqual([
    { value: 71, unit: 'steps', isSigned: false },
    { value: 100, unit: 'steps', isSigned: false },
  ]);
  const early = [{ ...runs[0]!, switchStep: null }];
  expect([evaluate('a.switchStep', early), evaluate('c.facts.end', runs)]).toEqual([null, null]);
  expect(evaluate('a.facts.end.low', runs)!.value).toBe(25);
  expect(() => evaluate('facts', runs)).toThrow(RangeError);
  expect(evaluate('a.nothing.end', runs)).toBeNull();
  expect([
    evaluate('a.nothing.end - a.facts.end', runs),
    evaluate('a.facts.end - a.nothing.end', runs),
    evaluate('a.qa.change - a.qa.change', runs)!.unit,
  ]).toEqual([null, null, 'nats']);
  const steps = Array.from({ length: 100 }, (_, i) => i);
  const curve = curveOf(steps, steps, steps.length);
  expect(curve.step).toHaveLength(CURVE_POINTS);
  expect(curve.step.at(-1)).toBe(99);
  expect(curve.loss.reduce((sum, loss) => sum + loss, 0) / CURVE_POINTS).toBeCloseTo(49.5, 0);
});
