/** Words and texts of the lessons: every language has every one, with the same places for values, and none that no view shows. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { optionOf } from '../../../src/config/options.ts';
import { LESSON_NAMES } from '../../../src/recipe/lessons/lesson.ts';
import { LANGUAGES, languageOf } from '../../../src/ui/lessons/language.ts';
import { allWords } from '../../../src/ui/lessons/words.ts';

const lessons = path.resolve(import.meta.dirname, '../../../public/lessons');
const ui = path.resolve(import.meta.dirname, '../../../src/ui');

/** Every word by its path; a function with what it makes of marked arguments. */
function leaves(value: unknown, at = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null) return new Map([[at, value]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, at ? `${at}.${key}` : key)]));
}

/** The values that a word shows: those of its arguments that are in what it makes. */
function shown(word: unknown): string[] {
  if (typeof word !== 'function') return [];
  const marks = Array.from({ length: word.length }, (_, i) => `<${i}>`);
  const made = String((word as (...marks: string[]) => string)(...marks));
  return marks.filter((mark) => made.includes(mark));
}

test('every language has every word, none empty, each with the same values in it', () => {
  const english = leaves(allWords.en);
  for (const [language, words] of Object.entries(allWords)) {
    const own = leaves(words);
    expect([...own.keys()], language).toEqual([...english.keys()]);
    for (const [key, word] of english) {
      const other = own.get(key);
      expect(typeof other, `${language}: ${key}`).toBe(typeof word);
      expect(shown(other), `${language}: ${key}`).toEqual(shown(word));
      if (typeof other === 'string') expect(other.trim(), `${language}: ${key}`).not.toBe('');
    }
  }
  expect(Object.keys(allWords)).toEqual(Object.keys(LANGUAGES));
});

test('sentences of a translation are translated', () => {
  const english = leaves(allWords.en);
  for (const language of ['de', 'es'] as const) {
    const same = [...leaves(allWords[language])].filter(
      ([key, word]) => typeof word === 'string' && word.split(' ').length > 2 && word === english.get(key),
    );
    expect(same, language).toEqual([]);
  }
});

test('no word is there that no view uses', () => {
  const used = new Set<string>();
  for (const folder of ['lessons', 'class']) {
    for (const file of readdirSync(path.join(ui, folder)).filter((name) => /\.tsx?$/.test(name))) {
      const code = readFileSync(path.join(ui, folder, file), 'utf8');
      for (const [, section, word] of code.matchAll(/lessonWords\.(\w+)\.(\w+)/g)) used.add(`${section}.${word}`);
      // In a view, `words` is one section: the one that was named last.
      const sections = [...code.matchAll(/const words = lessonWords\.(\w+);/g)];
      for (const { index, 1: word } of code.matchAll(/\bwords\.(\w+)/g)) {
        const section = sections.findLast((one) => one.index < index)?.[1];
        if (section) used.add(`${section}.${word}`);
      }
    }
  }
  const there = Object.entries(allWords.en).flatMap(([section, words]) =>
    Object.keys(words).map((word) => `${section}.${word}`),
  );
  expect(there.length).toBeGreaterThan(50);
  expect(there.filter((word) => !used.has(word))).toEqual([]);
});

test('the settings that a lesson names have a word in every language, in English the one of the trainer’s page', () => {
  for (const name of LESSON_NAMES) {
    const { steps } = JSON.parse(readFileSync(path.join(lessons, `${name}.json`), 'utf8')) as {
      steps: { locked?: string[] }[];
    };
    for (const key of steps.flatMap(({ locked = [] }) => locked)) {
      for (const [
        language,
        {
          lessons: { settings },
        },
      ] of Object.entries(allWords))
        expect(settings[key], `${language}: ${key}`).toBeTruthy();
      expect(allWords.en.lessons.settings[key]).toBe(optionOf(key)!.label);
    }
  }
});

test('one of a thing is told otherwise than two, where the language does', () => {
  for (const language of ['de', 'es'] as const) {
    const { tally, quiz, units } = allWords[language];
    const counting = [tally.twice, tally.bad, tally.runs, tally.recorded, quiz.unpaired, units.points];
    for (const count of [...counting, (n: number) => tally.counted(n, 2), (n: number) => tally.counted(2, n)])
      expect(count(1).replaceAll(/\d/g, ''), `${language}: ${count(1)}`).not.toBe(count(2).replaceAll(/\d/g, ''));
  }
});

/** What a text of this language never has: another language's quotation marks or words of the field, another form of address. */
const FOREIGN = {
  en: /["«»„]/,
  de: /["«»”]|Loss|Seeds|(?<!\()Seed|\p{L}+(en|n) Sie\b/u,
  es: /["“”„]|\b(usted|ustedes|loss|batch|seeds?|entrenador)\b/i,
};

test('every text keeps to its language: quotation marks, words of the field, one form of address, no line between a number and %', () => {
  for (const language of ['en', 'de', 'es'] as const) {
    const folder = path.join(lessons, language === 'en' ? '' : language);
    const files = LESSON_NAMES.map(
      (name) => JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as unknown,
    );
    const marked = [...leaves(allWords[language]).values()].map((word) =>
      typeof word === 'function' ? (word as (...marks: unknown[]) => string)(2, 2) : word,
    );
    const texts = [...marked, ...leaves(files).values()].filter((one) => typeof one === 'string');
    expect(texts.length).toBeGreaterThan(300);
    for (const text of texts) {
      expect(text.replaceAll(/\{[^{}]*\}/g, '')).not.toMatch(FOREIGN[language]);
      expect(text).not.toMatch(/\d %/);
    }
  }
});

test('the address says the language, else the memory, else it is English', () => {
  expect(languageOf('?lesson=switch&lang=de', 'es')).toBe('de');
  expect(languageOf('?lesson=switch', 'es')).toBe('es');
  expect(languageOf('?lang=toString', 'xx')).toBe('en');
});
