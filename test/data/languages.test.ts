/** Which languages a text is in: single ones, mixtures, what is none, and that the sample is bounded, spread and always the same. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { checkFile } from '../../src/data/check.ts';
import { Utf8Document } from '../../src/data/document.ts';
import { Passages } from '../../src/data/languages.ts';
import { differingLanguages, SHIPPED_LANGUAGES } from '../../src/recipe/languages.ts';
import { presetConfig } from '../../src/config/presets.ts';
import { languageWords } from '../../src/words/languages.ts';
import { prose } from './prose.ts';

const languagesOf = (texts: readonly string[]) => {
  const passages = new Passages();
  for (const text of texts) passages.add({ source: 'mine', text });
  return passages.languages();
};
/** No-break spaces as spaces. */
const plain = (sentence: string | null): string | null => sentence && sentence.replaceAll('\u00a0', ' ');
const said = (texts: readonly string[]) => plain(languageWords.listed(languagesOf(texts).shares));
/** A text's share of the characters of all. */
const shareOf = (text: string, texts: readonly string[]): number =>
  text.length / texts.reduce((sum, { length }) => sum + length, 0);

describe('what a text is in', () => {
  test.each([
    ['English', prose.english],
    ['German', prose.german],
    ['Russian', prose.russian],
    ['Chinese', prose.chinese],
  ])('%s, as one document and as one for each sentence', (name, text) => {
    expect(said([text])).toBe(`${name} 100 %`);
    const sentences = text.match(/[^.。]+[.。]/g) ?? [];
    expect(sentences.length).toBeGreaterThan(4);
    const { shares } = languagesOf(sentences);
    // A short sentence may be not clear; it is no other language.
    expect(Object.keys(shares).filter((language) => language !== 'und')).toHaveLength(1);
  });

  test('several languages, as shares of the characters', () => {
    const all = [prose.english, prose.german, prose.russian, prose.chinese];
    const { shares, passages } = languagesOf(all);
    expect(passages).toBeNull();
    const expected = { eng: prose.english, deu: prose.german, rus: prose.russian, cmn: prose.chinese };
    for (const [language, text] of Object.entries(expected))
      expect(shares[language]).toBeCloseTo(shareOf(text, all), 10);
    expect(said(all)).toMatch(/^\w+ \d+ %, \w+ \d+ %, \w+ \d+ %, \w+ \d+ %$/);
  });

  test.each([
    ['in turns, line by line', (line: number) => line % 2 === 0],
    ['one after the other', (line: number) => line < 2000],
  ])('two languages that stand %s, are not mistaken for one of them', (_, isEnglish) => {
    const lines = Array.from({ length: 4000 }, (_line, i) =>
      (isEnglish(i) ? prose.english : prose.german).slice(0, 390),
    );
    const { shares, passages } = languagesOf(lines);
    expect(passages).toBe(300);
    // Four standard errors of a share of one half in 300 passages.
    expect(Math.abs(shares.eng! - 0.5)).toBeLessThan(0.12);
    expect(shares.eng! + shares.deu!).toBeCloseTo(1, 10);
  });

  test('Bosnian, Croatian or Serbian, which are not told apart', () => {
    expect(said([prose.croatian])).toBe('Bosnian, Croatian or Serbian 100 %');
  });

  test('code, numbers, marks and what is short are no language, and nothing is nothing', () => {
    const code = readFileSync(path.resolve(import.meta.dirname, '../../src/data/loader.ts'), 'utf8');
    const bare = code.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '');
    expect(said([bare])).toBe('not clear 100 %');
    const numbers = Array.from({ length: 500 }, (_, i) => `${i * 7919}, ${i / 7}`).join('\n');
    expect(said([numbers])).toBe('not clear 100 %');
    expect(said(['=-=-=-'.repeat(200)])).toBe('not clear 100 %');
    // A script of one language tells it, but not by its word for "year".
    expect(said(['2024年 1,234 5,678; 2025年 3,210 8,765'])).toBe('not clear 100 %');
    expect(said(['Yes.', 'No, thank you.', 'Hm'])).toBe('not clear 100 %');
    expect(languagesOf([])).toEqual({ shares: {}, passages: null });
    expect(said(['', ''])).toBe('');
  });

  test('one passage in some hundred that reads like another language is not clear', () => {
    const pages = Array.from({ length: 299 }, () => prose.english.slice(0, 400));
    expect(languagesOf([...pages, prose.german.slice(0, 400)]).shares).toEqual({ eng: 299 / 300, und: 1 / 300 });
  });
});

describe('the sample', () => {
  test('is the same each time, and of text that stands as UTF-8 the same where that is ASCII', () => {
    const texts = Array.from({ length: 900 }, (_, i) => prose.english.slice(i % 97, 300 + (i % 211)));
    const utf8 = new Passages();
    const document = new Utf8Document('mine');
    for (const text of texts) {
      document.bytes = new TextEncoder().encode(`${text}left over from a longer one`);
      document.length = text.length;
      utf8.add(document);
    }
    const first = languagesOf(texts);
    expect(first.passages).toBe(300);
    expect([languagesOf(texts), utf8.languages()]).toEqual([first, first]);
  });

  test('asks a document that stands as UTF-8 for its text only where a passage of it is held', () => {
    const passages = new Passages();
    const document = new Utf8Document('mine');
    document.bytes = new TextEncoder().encode(prose.english.slice(0, 400));
    document.length = document.bytes.length;
    const decoded = vi.spyOn(document, 'text', 'get');
    for (let i = 0; i < 30_000; i++) passages.add(document);
    // 300 + 300 ln(30,000 / 300) are expected to be held at some time.
    expect(decoded.mock.calls.length).toBeLessThan(2400);
  });
});

test('a file is told with its languages, held in memory or read line by line', async () => {
  const lines = Array.from({ length: 40 }, (_, i) =>
    JSON.stringify({ text: i < 10 ? prose.german : prose.english }),
  ).join('\n');
  const file = { source: 'mine', name: 'mine.jsonl', bytes: new Blob([lines]) };
  const held = await checkFile(file, () => {});
  const streamed = await checkFile(file, () => {}, 0);
  const german = (10 * prose.german.length) / (10 * prose.german.length + 30 * prose.english.length);
  for (const report of [held, streamed]) {
    if (report.kind !== 'good') throw new Error('it was not read');
    const { deu, eng } = report.languages.shares;
    expect([deu! + eng!, deu!]).toEqual([expect.closeTo(1, 10), expect.closeTo(german, 1)]);
  }
});

describe('the blends', () => {
  const config = presetConfig('smoke');
  const own = (base: object, general: object, qa: object) => ({
    ...config,
    base: { ...config.base, blend: { ...base } },
    continued: { ...config.continued!, general: { ...general }, qa: { ...qa } },
  });
  const measured = new Map<string, Readonly<Record<string, number>>>([
    ['letters', { deu: 0.9, und: 0.1 }],
    ['quiz', { und: 1 }],
  ]);

  test('are told where their languages are others than the base’s, shipped text and all', () => {
    expect(plain(differingLanguages(own({ books: 1 }, { books: 3, letters: 1 }, { letters: 1 }), measured))).toBe(
      'The base’s text is English 100 %; the general blend’s is English 75 %, German 23 %, not clear 3 %, ' +
        'and the QA blend’s is German 90 %, not clear 10 %.',
    );
    expect(plain(differingLanguages(own({ books: 1 }, { books: 1 }, { books: 1, letters: 1 }), measured))).toMatch(
      /^The base’s text is English 100 %; the QA blend’s is English 50 %, German 45 %/,
    );
  });

  test('are not told of where they are alike, not clear or not measured, nor without a second part, nor of a world', () => {
    const none = [
      own({ letters: 1 }, { letters: 1 }, { letters: 2 }),
      own({ books: 1 }, { books: 20, letters: 1 }, { books: 1, quiz: 1 }),
      own({ books: 1 }, { books: 1 }, { quiz: 1 }),
      own({ unknown: 1 }, { letters: 1 }, { books: 1 }),
      own({ books: 1 }, { unknown: 1 }, { books: 1 }),
      { ...own({ books: 1 }, { letters: 1 }, { letters: 1 }), continued: null },
      presetConfig('ci'),
    ];
    expect(none.map((one) => differingLanguages(one, measured))).toEqual(none.map(() => null));
  });
});

test('what is known of the shipped sources is what is measured of them, in whole percents', () => {
  const shard = (name: string): string[] =>
    gunzipSync(readFileSync(path.resolve(import.meta.dirname, `../../public/data/${name}.jsonl.bin`)))
      .toString()
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { text: string }).text);
  for (const [name, known] of Object.entries(SHIPPED_LANGUAGES))
    for (const [language, share] of Object.entries(languagesOf(shard(name)).shares))
      expect(Math.abs((known[language] ?? 0) - share), `${name} ${language}`).toBeLessThan(0.01);
});
