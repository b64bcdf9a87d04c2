import { describe, expect, test } from 'vitest';
import { brokenRule, CODE_RULES, ENGLISH_RULES, heuristics, limited } from '../../../src/data/stages/heuristics.ts';
import { POLICY_PHRASES, POLICY_STEMS } from '../../../src/data/stages/faults.ts';
import { Page } from '../../../src/data/stages/page.ts';
import { asSet, COUNT, randomDocuments, run, shuffled } from './documents.ts';
import { faultyDocuments } from './faults.ts';

const documents = faultyDocuments(randomDocuments());

/** Scores from the rules' own words: arrays of strings, sets and joined text, nothing shared between rules. */
const spaces = (text: string) => text.split(/\s+/).filter(Boolean);
const lines = (text: string) => text.split('\n').filter((line) => line.trim().length > 0);
const paragraphs = (text: string) => text.split('\n\n');
const part = (text: string, pattern: RegExp) =>
  text === '' ? 1 : (text.match(pattern) ?? []).join('').length / text.length;
const having = (list: string[], holds: (one: string) => boolean) => list.filter(holds).length / list.length;
const ngrams = (text: string, n: number) =>
  spaces(text).flatMap((_, i, words) => (i + n <= words.length ? [words.slice(i, i + n)] : []));
const ellipses = ['...', '[...]', '…', '(...)', '[…]', '-»', 'read more..', 'read more'];

function plainTop(text: string, n: number): number {
  const counts = new Map<string, number>();
  for (const gram of ngrams(text, n)) counts.set(gram.join(' '), (counts.get(gram.join(' ')) ?? 0) + 1);
  if (counts.size === 0) return 1;
  const [top] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best));
  return (text.length - text.replaceAll(top, '').length) / text.length;
}
function plainDuplicates(text: string, n: number): number {
  const grams = ngrams(text, n);
  if (grams.length === 0) return 1;
  const seen = new Set<string>();
  let [units, overlap] = [0, 0];
  for (const gram of grams) {
    if (seen.has(gram.join(' '))) {
      units += gram.slice(overlap).join('').length + Math.min(n - overlap, n - 1);
      overlap = n;
    }
    seen.add(gram.join(' '));
    overlap = Math.max(overlap - 1, 0);
  }
  return units / text.length;
}

const PLAIN: Record<string, (text: string) => number> = {
  NonAlphaNumericFilter: (text) => (text === '' ? 1 : 1 - part(text, /[a-zA-Z0-9\n?!,.]/g)),
  SymbolsToWordsFilter: (text) =>
    having(spaces(text), (word) => ellipses.includes(word) || (word.match(/#+/g) ?? []).length / word.length > 0.5),
  NumbersFilter: (text) => part(text, /\p{Nd}/gu),
  UrlsFilter: (text) =>
    part(text || 'x', /https?:\/\/(?:[a-zA-Z]|[0-9]|[$-_@.&+]|[!*(),]|(?:%[0-9a-fA-F][0-9a-fA-F]))+/g),
  WhiteSpaceFilter: (text) => part(text, /[\t\n\r\b ]/g),
  ParenthesesFilter: (text) => part(text, /[{}⟨⟩[\]()]/g),
  BoilerPlateStringFilter: (text) =>
    /lorem ipsum/i.test(text)
      ? 1
      : having(paragraphs(text), (one) =>
          /terms of use|(privacy|cookie) policy|uses? cookies|privacy overview|use of cookies/i.test(one),
        ),
  RepeatedLinesFilter: (text) => new Set(lines(text)).size / lines(text).length,
  RepeatedParagraphsFilter: (text) => new Set(paragraphs(text)).size / paragraphs(text).length,
  RepeatedLinesByCharFilter: (text) => [...new Set(lines(text))].join('').length / lines(text).join('').length,
  RepeatedParagraphsByCharFilter: (text) =>
    [...new Set(paragraphs(text))].join('').length / paragraphs(text).join('').length,
  WordCountFilter: (text) => spaces(text).length,
  PunctuationFilter: (text) => having(lines(text), (line) => !'.?!"\''.includes(line.trim().at(-1)!)),
  WordsWithoutAlphabetsFilter: (text) => having(spaces(text), (word) => /\p{Alphabetic}/u.test(word)),
  CommonEnglishWordsFilter: (text) =>
    Math.min(2, spaces(text).filter((word) => 'the be to of and that have with'.split(' ').includes(word)).length),
  MeanWordLengthFilter: (text) => spaces(text).join('').length / spaces(text).length,
  LongWordFilter: (text) => Math.max(0, ...spaces(text).map(({ length }) => length)),
  EllipsisFilter: (text) =>
    having(lines(text), (line) => ellipses.some((mark) => line.trim().toLowerCase().endsWith(mark))),
  ...Object.fromEntries([2, 3, 4].map((n) => [`RepeatingTop${n}GramsFilter`, (text: string) => plainTop(text, n)])),
  ...Object.fromEntries(
    [5, 6, 7, 8, 9, 10].map((n) => [`RepeatingDuplicate${n}GramsFilter`, (text: string) => plainDuplicates(text, n)]),
  ),
  BulletsFilter: (text) => having(lines(text), (line) => /^[•‣⁃⁌⁍∙○●◘◦⦾⦿]/.test(line.trim())),
};

describe('the rules', () => {
  test('are those of NeMo-Curator in their order and with their limits', () => {
    expect(ENGLISH_RULES.map(({ name }) => name)).toEqual(Object.keys(PLAIN));
    expect(
      ENGLISH_RULES.map(({ min, max }) =>
        Number.isFinite(min) && Number.isFinite(max) ? [min, max] : Number.isFinite(min) ? min : max,
      ),
    ).toEqual([
      ...[0.25, 0.1, 0.15, 0.2, 0.25, 0.1, 0.4, 0.7, 0.7, 0.8, 0.8, [50, 100_000], 0.85, 0.8, 2, [3, 10], 1000, 0.3],
      ...[0.2, 0.18, 0.16, 0.15, 0.14, 0.13, 0.12, 0.11, 0.1, 0.9],
    ]);
  });

  test.each(ENGLISH_RULES.map((rule) => [rule.name, rule] as const))('%s scores as its words say', (name, rule) => {
    for (const { text } of documents) {
      const [score, expected] = [rule.score(new Page(text)), PLAIN[name]!(text)];
      if (Number.isNaN(score) || Number.isNaN(expected)) {
        // Nothing to divide by: without words or lines, or with blank paragraphs alone.
        expect(text.trim()).toBe('');
      } else expect(Math.abs(score - expected)).toBeLessThan(1e-12);
    }
  });

  test('score a page as before when another has been looked at meanwhile', () => {
    // All pages share the room that one is scanned into: asked rule by rule in turn, each has to be scanned again.
    const texts = documents.slice(0, COUNT / 4).map(({ text }) => text);
    const scores = (rule: (typeof ENGLISH_RULES)[number], pages: Page[]) => pages.map((page) => rule.score(page));
    const pages = texts.map((text) => new Page(text));
    for (const rule of ENGLISH_RULES)
      expect(scores(rule, pages)).toEqual(texts.map((text) => rule.score(new Page(text))));
  });

  test('look for policies only in texts with a stem that every one of their phrases has', () => {
    expect(POLICY_PHRASES.filter((phrase) => !POLICY_STEMS.some((stem) => phrase.includes(stem)))).toEqual([]);
  });

  test('know lines apart by their white space, and take those without words for none', () => {
    const page = new Page('a b\n a b\na  b\na b \n\n \na\tb\na b');
    expect(page.distinctLines()).toEqual({ number: 5 / 6, units: 18 / 21 });
    expect(page.linesThat((from, to) => page.text.slice(from, to) === 'a b')).toBe(4 / 6);
  });

  test('each drops something of the random documents, or none does that an earlier one leaves', async () => {
    // Each alone: in the cascade an earlier one may have dropped what it would.
    const idle = ENGLISH_RULES.filter((rule) => documents.every(({ text }) => brokenRule(text, [rule]) === null)).map(
      ({ name }) => name,
    );
    expect(idle).toEqual([]);
    const { kept, report } = await run(heuristics, documents, {});
    const expected = documents.filter(({ text }) =>
      ENGLISH_RULES.every(({ name, min, max }) => PLAIN[name]!(text) >= min && PLAIN[name]!(text) <= max),
    );
    expect(kept).toEqual(expected);
    expect(report.reasons.size).toBeGreaterThan(8);
  });

  test('can be given other limits, or be left out', () => {
    const text = 'Of the few words that there are, all of these have to be with us.';
    expect(brokenRule(text, ENGLISH_RULES)?.name).toBe('WordCountFilter');
    expect(
      brokenRule(text, limited(ENGLISH_RULES, { WordCountFilter: { min: 5 }, RepeatingTop4GramsFilter: { max: 0.4 } })),
    ).toBe(null);
    expect(limited(ENGLISH_RULES, { WordCountFilter: null }).length).toBe(ENGLISH_RULES.length - 1);
    expect(() => limited(ENGLISH_RULES, { WordsFilter: null })).toThrow(RangeError);
  });

  test('keep the same set in any order of input', async () => {
    const expected = asSet((await run(heuristics, documents, {})).kept);
    expect(asSet((await run(heuristics, shuffled(documents, 9), {})).kept)).toEqual(expected);
    expect(documents.length).toBe(COUNT);
  });
});

describe('the rules for code', () => {
  const code = (comments: number, lineCount: number) =>
    [
      ...Array.from({ length: comments }, (_, i) => `// what line ${i} is for`),
      ...Array.from({ length: lineCount }, (_, i) => `const value${i} = ${i};`),
    ].join('\n');

  test.each([
    ['comments and lines enough', code(2, 8), null],
    ['no comment', code(0, 8), 'CommentToCodeFilter'],
    ['nothing but comments', code(40, 0), 'CommentToCodeFilter'],
    ['too few lines', code(1, 3), 'NumberOfLinesOfCodeFilter'],
    ['too many lines', `// x\n${'a = 1234567890;\n'.repeat(20_001)}`, null],
    ['signs without words', `# a\n${'x+y;'.repeat(60)}\n\n\n\n`, 'TokenizerFertilityFilter'],
    ['Python’s strings', `"""What it is for."""\n${'value = other\n'.repeat(6)}`, null],
    ['nothing', '', 'CommentToCodeFilter'],
  ])('%s', (label, text, expected) => {
    const broken = brokenRule(text, CODE_RULES)?.name ?? null;
    expect(broken).toBe(label === 'too many lines' ? 'CommentToCodeFilter' : expected);
  });

  test('are for the sources that are code', async () => {
    const list = [code(2, 8), code(0, 8)].map((text, index) => ({ index, id: null, source: 'code', text, date: null }));
    const { kept, report } = await run(heuristics, list, { code: ['code'] });
    expect(kept.map(({ index }) => index)).toEqual([0]);
    expect([...report.reasons]).toEqual([['CommentToCodeFilter', 1]]);
  });
});
