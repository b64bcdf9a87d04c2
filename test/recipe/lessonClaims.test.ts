/** What lessons tell without a digit: numbers in words follow from their runs' settings, and what "more" or "less" says holds in the recorded runs. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parameterCount } from '../../src/model/parameters.ts';
import {
  type Lesson,
  LESSON_NAMES,
  lessonConfig,
  readLesson,
  type RecordedLesson,
} from '../../src/recipe/lessons/lesson.ts';
import { evaluate } from '../../src/recipe/lessons/measure.ts';
import { textOf, textsByPlace } from '../../src/recipe/lessons/translate.ts';
import { QUESTIONS } from '../../src/ui/class/code.ts';
import { GAIN_SHARE } from '../../src/ui/class/mcnemar.ts';
import { allWords } from '../../src/ui/lessons/words.ts';

const folder = path.resolve(import.meta.dirname, '../../public/lessons');
const json = (name: string): unknown => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
function lessonOf(name: string): Lesson {
  const read = readLesson(json(`${name}.json`));
  if ('faults' in read) throw new Error(`${name}: ${read.faults.join(' ')}`);
  return read.lesson;
}
const recordedOf = (name: string) => json(`recorded/${name}.json`) as RecordedLesson;

/** What words for numbers are worth, longer ones first where one is in another. `a` and `one` are articles too and are left out. */
const NUMBERS: Record<string, string> = {
  en:
    '1e4 ten thousands?; 2 two|twice|both; 3 three; 4 four|fourth; 5 five; 6 six; 7 seven; 8 eight; 9 nine; 10 ten; 50 fifty; ' +
    '20 twenty; 30 thirty; 100 hundred; 1e3 thousand; 1e6 million; 12 dozen; .5 half; .33 thirds?; .25 quarter; .2 fifth; .1 tenth; .02 fiftieth; .01 hundredth',
  de:
    '1e4 zehntausend; 2 zwei|zweier|zweimal|doppelt|beide[ns]?; 3 drei|dreien; 4 vier|vierte[rn]?; 5 fünf|fünffachen?; 6 sechs; ' +
    '7 sieben; 8 acht; 9 neun; 10 zehn; 50 fünfzig|fünfzigfachen?; 20 zwanzig; 30 dreißig; 100 hundert; 1e3 tausend; 1e6 millionen?; 12 dutzend; ' +
    '.5 halben?|hälfte; .33 drittel|dritte[ns]?; .25 viertel; .2 fünftel; .1 zehntel; .02 fünfzigstel; .01 hundertstel',
  es:
    '1e4 decenas de miles; 2 dos|doble|amb[oa]s; 3 tres; 4 cuatro; 5 cinco; 6 seis; 7 siete; 8 ocho; 9 nueve; 10 diez; 50 cincuenta; ' +
    '20 veinte; 30 treinta; 100 cien; 1e3 mil; 1e6 millón|millones; 12 docena; .5 mitad; .33 tercer[oa]?|tercio; .25 cuarto; .2 quinto; .1 décima; .02 cincuentava; .01 centésima',
};
/** Values of the number words in a text, each once. */
function numbersIn(text: string, language: string): number[] {
  const found = new Set<number>();
  let rest = text.replaceAll(/\{[^{}]*\}/g, '');
  for (const entry of NUMBERS[language]!.split('; ')) {
    const [, value, words] = /^(\S+) (.*)$/.exec(entry)!;
    rest = rest.replaceAll(new RegExp(`(?<!\\p{L})(?:${words})(?!\\p{L})`, 'giu'), () => {
      found.add(Number(value));
      return '';
    });
  }
  return [...found].sort((a, b) => a - b);
}

const set = (lesson: Lesson, run: string) => lessonConfig(lesson, run);
const first = (lesson: Lesson, run: string): number => set(lesson, run).continued!.schedule.peak;
const last = (lesson: Lesson, run: string): number => set(lesson, run).continued!.schedule.end;
const ofBase = (lesson: Lesson, run: string): number => first(lesson, run) / set(lesson, run).base.schedule.end;
const divisor = (lesson: Lesson, run: string) => set(lesson, run).continued!.switchDivisor;
const runsOf = (lesson: Lesson): string[] => Object.keys(lesson.runs);
const seedsOf = (name: string) => new Set(recordedOf(name).runs.map(({ seed }) => seed)).size;

/** Numbers in words, by lesson: what is said, what it comes to in the settings, and what the words are worth. */
const SAID: [lesson: string, said: RegExp, value: (lesson: Lesson) => number, worth: number][] = [
  ['rate', /a tenth of the (last )?rate/i, (it) => ofBase(it, 'tenth'), 0.1],
  ['rate', /five times/i, (it) => ofBase(it, 'five'), 5],
  ['rate', /fifty times/i, (it) => ofBase(it, 'fifty'), 50],
  ['rate', /four runs/i, (it) => runsOf(it).length, 4],
  ['rate', /falls to a hundredth/, (it) => Math.max(...runsOf(it).map((run) => last(it, run) / first(it, run))), 0.01],
  ['rewarm', /recorded runs are three/, () => seedsOf('rewarm'), 3],
  ['switch', /half/i, (it) => 1 / divisor(it, 'half'), 0.5],
  ['switch', /a fifth/i, (it) => 1 / divisor(it, 'fifth'), 0.2],
  ['switch', /a fiftieth/i, (it) => 1 / divisor(it, 'late'), 0.02],
  ['switch', /four runs|every fourth/i, (it) => runsOf(it).length, 4],
  ['noise', /three (recorded )?seeds/i, () => seedsOf('noise'), 3],
  ['scale', /twice as wide/i, (it) => set(it, 'wide').model.hidden_size / set(it, 'recipe').model.hidden_size, 2],
  // Some ten thousands, to the power of ten.
  ['scale', /few ten thousand/, (it) => 10 ** Math.floor(Math.log10(parameterCount(set(it, 'recipe').model))), 1e4],
  ['cluster', /to a hundredth/, (it) => last(it, 'recipe') / first(it, 'recipe'), 0.01],
  ['cluster', /a fifth/, (it) => 1 / divisor(it, 'recipe'), 0.2],
  ['cluster', /eight questions/, () => QUESTIONS, 8],
];
/** Counts of what the sentence itself names, of the room, and of what others might measure. */
const COUNTED =
  /both|two (columns|downloads|goods|runs|kinds of text|teams|points better)|say it twice|three things are|the three without looking/i;

test('every number in words follows from the settings of the runs, and every such word is accounted for', () => {
  for (const [name, said, value, worth] of SAID) {
    const lesson = lessonOf(name);
    expect(value(lesson), `${name}: ${said}`).toBeCloseTo(worth, 12);
    expect(
      textsByPlace(textOf(lesson)).some(([, text]) => said.test(text)),
      `${name}: ${said} is no longer said`,
    ).toBe(true);
  }
  for (const name of LESSON_NAMES) {
    const own = SAID.filter(([lesson]) => lesson === name).map(([, said]) => said);
    for (const [place, text] of textsByPlace(textOf(lessonOf(name)))) {
      if (place.startsWith('given')) continue; // each of them with its source
      const rest = [...own, COUNTED].reduce((left, said) => left.replaceAll(new RegExp(said, 'gi'), ''), text);
      expect(numbersIn(rest, 'en'), `${name} ${place}: ${text}`).toEqual([]);
    }
  }
});

test('a translation says the same numbers in words', () => {
  for (const name of LESSON_NAMES) {
    const english = textsByPlace(textOf(lessonOf(name)));
    for (const language of ['de', 'es']) {
      const texts = json(`${language}/${name}.json`) as ReturnType<typeof textOf>;
      const own = new Map(textsByPlace(texts));
      for (const [place, text] of english) {
        if (place.startsWith('given')) continue;
        const said = texts.given.reduce((left, given) => left.replaceAll(given.text, ''), own.get(place)!);
        expect(numbersIn(said, language), `${language}/${name} ${place}: ${said}`).toEqual(numbersIn(text, 'en'));
      }
    }
  }
});

test('the views say the same numbers in words in every language, and in English those that are so', () => {
  const numbers = (language: keyof typeof allWords): [string, number[]][] =>
    textsByPlace(allWords[language])
      .map(([place, text]): [string, number[]] => [place, numbersIn(text, language)])
      .filter(([, found]) => found.length > 0);
  const minutes = LESSON_NAMES.map((name) => lessonOf(name).minutes);
  expect(Math.min(...minutes)).toBeGreaterThanOrEqual(5);
  expect(Math.max(...minutes)).toBeLessThanOrEqual(10);
  expect(GAIN_SHARE).toBe(4 / 5);
  const said = numbers('en');
  expect(Object.fromEntries(said)).toMatchObject({
    'lessons.about': [2, 5, LESSON_NAMES.length, 10], // the first is "both"
    'quiz.heading': [QUESTIONS],
    'quiz.about': [QUESTIONS],
    'quiz.powerAbout': [4, 5],
    'paper.expected': [seedsOf('continue')],
  });
  for (const language of ['de', 'es'] as const) expect(numbers(language), language).toEqual(said);
});

/** What is told of runs in words: the sentence, and what it says of quantities. */
const TOLD: [lesson: string, sentence: string, left: string, is: 'above' | 'below', right: string][] = [
  ['continue', 'It did not jump up to where a new model begins', 'recipe.loss.end', 'below', 'recipe.loss.start'],
  ['rate', 'Too low learns little', 'tenth.facts.end', 'below', 'last.facts.end'],
  ['rate', 'too high destroys what was there', 'fifty.archive.end', 'below', 'last.archive.end'],
  ['rewarm', 'A high rate does learn the new text', 'rewarm.facts.end', 'above', 'rewarm.facts.start'],
  ['rewarm', 'it pays with the old', 'rewarm.archive.end', 'below', 'recipe.archive.end'],
  ['blend', 'What is read last is answered best', 'recipe.facts.end', 'above', 'general.facts.end'],
  ['blend', 'what is not read is forgotten first', 'qa.web.change', 'above', 'qa.qa.change'],
  ['switch', 'an early change learns the questions', 'early.qa.end', 'below', 'late.qa.end'],
  ['switch', 'and forgets the rest', 'early.web.end', 'above', 'fifth.web.end'],
];

test('what is told in words of more and less holds in the recorded runs', () => {
  for (const [name, sentence, left, is, right] of TOLD) {
    const texts = textsByPlace(textOf(lessonOf(name))).map(([, text]) => text);
    expect(
      texts.some((text) => text.includes(sentence)),
      `${name}: “${sentence}” is no longer said`,
    ).toBe(true);
    const [a, b] = [left, right].map((one) => evaluate(one, recordedOf(name).runs)!.value);
    expect(is === 'above' ? a! > b! : a! < b!, `${name}: ${sentence}: ${left} ${a}, ${right} ${b}`).toBe(true);
  }
});

test('what the texts say of rates is what the base and the runs have', () => {
  const rate = lessonOf('rate');
  expect(ofBase(rate, 'last')).toBeCloseTo(1, 12);
  const rewarm = lessonOf('rewarm');
  const config = set(rewarm, 'rewarm');
  expect(config.continued!.schedule.peak).toBe(config.base.schedule.peak);
  expect(ofBase(rewarm, 'recipe')).toBeCloseTo(1, 12);
  const { base, continued } = set(lessonOf('continue'), 'recipe');
  expect(base.steps).toBeGreaterThan(continued!.steps); // "a fraction of training a new one"
});
