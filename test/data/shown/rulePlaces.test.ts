/** What is marked is what the rule counts: the score is got back from the marks. */
import { describe, expect, test } from 'vitest';
import { type Span, rulePlaces } from '../../../src/data/shown/rulePlaces.ts';
import { CODE_RULES, ENGLISH_RULES } from '../../../src/data/stages/heuristics.ts';
import { Page } from '../../../src/data/stages/page.ts';
import { randomDocuments } from '../stages/documents.ts';
import { faultyDocuments } from '../stages/faults.ts';

const documents = faultyDocuments(randomDocuments(60)).map(({ text }) => text);
const marked = (text: string, places: readonly Span[]): string[] => places.map(([from, to]) => text.slice(from, to));
const units = (list: readonly string[]): number => list.join('').length;
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
const lines = (text: string): number => text.split('\n').filter((line) => line.trim() !== '').length;

/** A rule's score from its marks alone, and the lengths of the text. */
const FROM_MARKS: Record<string, (text: string, marks: string[]) => number> = {
  SymbolsToWordsFilter: (text, marks) => marks.length / count(text, /\S+/g),
  NumbersFilter: (text, marks) => units(marks) / text.length,
  UrlsFilter: (text, marks) => units(marks) / text.length,
  ParenthesesFilter: (text, marks) => units(marks) / text.length,
  PunctuationFilter: (text, marks) => marks.length / lines(text),
  WordsWithoutAlphabetsFilter: (text, marks) => 1 - marks.length / count(text, /\S+/g),
  CommonEnglishWordsFilter: (_, marks) => Math.min(2, marks.length),
  EllipsisFilter: (text, marks) => marks.length / lines(text),
  BulletsFilter: (text, marks) => marks.length / lines(text),
  CommentToCodeFilter: (text, marks) => units(marks) / text.length,
  RepeatedLinesFilter: (text, marks) => 1 - marks.length / lines(text),
  ...Object.fromEntries(
    [2, 3, 4].map((n) => [
      `RepeatingTop${n}GramsFilter`,
      (text: string, marks: string[]) => units(marks) / text.length,
    ]),
  ),
};
const rules = [...ENGLISH_RULES, ...CODE_RULES];

describe('marks', () => {
  test.each(Object.keys(FROM_MARKS))('of %s give its score back', (name) => {
    const rule = rules.find((one) => one.name === name)!;
    let some = 0;
    for (const text of documents.filter((one) => one.trim() !== '')) {
      const score = rule.score(new Page(text));
      const marks = marked(text, rulePlaces(name, text));
      // Texts of fewer words than an n-gram have no n-grams, and all of them counts.
      if (name.startsWith('RepeatingTop') && score === 1 && marks.length === 0) continue;
      // Lines that differ in white space at their ends are lines of their own for the rule.
      if (name === 'RepeatedLinesFilter' && /[^\S\n]\n/.test(text)) continue;
      expect([text, FROM_MARKS[name]!(text, marks)]).toEqual([text, expect.closeTo(score, 12)]);
      some += marks.length;
    }
    expect(some).toBeGreaterThan(0);
  });

  test.each([5, 6, 7, 8, 9, 10])('of repeated runs of %i words cover what the score counts', (n) => {
    const name = `RepeatingDuplicate${n}GramsFilter`;
    const rule = rules.find((one) => one.name === name)!;
    for (const text of documents.filter((one) => count(one, /\S+/g) >= n)) {
      const places = rulePlaces(name, text);
      // The score has one unit for what parts two words, however much that is.
      const covered = units(marked(text, places).map((run) => run.replaceAll(/\s+/g, ' ')));
      expect(Math.abs(covered / text.length - rule.score(new Page(text)))).toBeLessThanOrEqual(
        (places.length + 1) / text.length,
      );
    }
  });

  test('stand in order within the text, and none is empty', () => {
    for (const text of documents) {
      for (const { name } of rules) {
        let end = 0;
        for (const [from, to] of rulePlaces(name, text)) {
          expect(from).toBeGreaterThanOrEqual(end);
          expect(to).toBeGreaterThan(from);
          end = to;
        }
        expect(end).toBeLessThanOrEqual(text.length);
      }
    }
  });

  test('of policies and paragraphs are the phrases and the repetitions', () => {
    const text = 'We use cookies.\n\nSee our Privacy Policy.\n\nWe use cookies.';
    expect(marked(text, rulePlaces('BoilerPlateStringFilter', text))).toEqual([
      'use cookies',
      'Privacy Policy',
      'use cookies',
    ]);
    expect(marked(text, rulePlaces('RepeatedParagraphsFilter', text))).toEqual(['We use cookies.']);
    expect(rulePlaces('WordCountFilter', text)).toEqual([]);
  });

  test('are as long as what they mark, and of a line without its mark its last word alone', () => {
    const text = 'of ¶§ 123 ([it])\nand on';
    const of = (name: string) => marked(text, rulePlaces(name, text));
    expect(of('NonAlphaNumericFilter')).toEqual(['¶§', '([', '])']);
    expect([of('NumbersFilter'), of('ParenthesesFilter')]).toEqual([['123'], ['([', '])']]);
    expect(of('PunctuationFilter')).toEqual(['([it])', 'on']);
  });
});
