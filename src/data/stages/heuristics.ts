/**
 * The heuristic cascade of C4 and Gopher as NeMo-Curator orders it for English, with its names and limits; a document is dropped by the
 * first rule that it breaks. The variant for code has rules of its own. Where NeMo-Curator divides by nothing, a document without words
 * is dropped.
 */
import {
  POLICY_PHRASES,
  BULLETS,
  COMMENT,
  COMMON_WORDS,
  END_MARKS,
  endsInEllipsis,
  isSymbol,
  POLICY_STEMS,
  URL,
} from './faults.ts';
import { Page } from './page.ts';
import { judged, type Stage } from './stage.ts';
import { wordsOf } from './words.ts';

export interface Rule {
  name: string;
  /** What a score may be, both ends included. */
  min: number;
  max: number;
  score(page: Page): number;
}

/** Of one rule other ends, or null to leave it out. */
export type RuleLimits = Readonly<Record<string, { min?: number; max?: number } | null>>;

export interface HeuristicsOptions {
  /** Sources that are kept whole. */
  clean: readonly string[];
  limits: RuleLimits;
  /** Sources that are code, and judged by its rules. */
  code: readonly string[];
}

export const heuristics: Stage<Partial<HeuristicsOptions>> = (documents, given, report) =>
  judged(documents, report, async () => {
    const { clean = [], limits = {}, code = [] } = given;
    const [kept, asCode] = [new Set(clean), new Set(code)];
    const [forText, forCode] = [limited(ENGLISH_RULES, limits), limited(CODE_RULES, limits)];
    return ({ source, text }) =>
      kept.has(source) ? null : (brokenRule(text, asCode.has(source) ? forCode : forText)?.name ?? null);
  });

/** Rules under other limits. RangeError where one names no rule. */
export function limited(rules: readonly Rule[], limits: RuleLimits): Rule[] {
  const unknown = Object.keys(limits).find(
    (name) => ![...ENGLISH_RULES, ...CODE_RULES].some((rule) => rule.name === name),
  );
  if (unknown !== undefined) throw new RangeError(`There is no heuristic rule ${unknown}.`);
  return rules.flatMap((rule) => (limits[rule.name] === null ? [] : [{ ...rule, ...limits[rule.name] }]));
}

/** The first rule that a text breaks; null: none. */
export function brokenRule(text: string, rules: readonly Rule[]): Rule | null {
  const page = new Page(text);
  for (const rule of rules) {
    const score = rule.score(page);
    // What is no number, for want of words or lines, is within no limits.
    if (!(score >= rule.min && score <= rule.max)) return rule;
  }
  return null;
}

const share = (part: number, { text }: Page): number => (text.length === 0 ? 1 : part / text.length);
const distinctShare = (list: readonly string[]): number => new Set(list).size / list.length;
const units = (list: Iterable<string>): number => {
  let sum = 0;
  for (const one of list) sum += one.length;
  return sum;
};
/** Blank paragraphs alone have no units: nothing is repeated. */
const distinctUnits = (list: readonly string[]): number => {
  const all = units(list);
  return all === 0 ? 1 : units(new Set(list)) / all;
};

const most = (name: string, max: number, score: Rule['score']): Rule => ({ name, min: -Infinity, max, score });
const least = (name: string, min: number, score: Rule['score']): Rule => ({ name, min, max: Infinity, score });

function boilerplate({ text, paragraphs }: Page): number {
  const all = text.toLowerCase();
  if (all.includes('lorem ipsum')) return 1;
  if (!POLICY_STEMS.some((stem) => all.includes(stem))) return 0;
  const found = paragraphs.filter((paragraph) => {
    const lower = paragraph.toLowerCase();
    return POLICY_PHRASES.some((phrase) => lower.includes(phrase));
  });
  return found.length / paragraphs.length;
}

/** Share of a text that its commonest n-gram takes, where it stands with single spaces between its words; of several the first. */
function topNGram(page: Page, n: number): number {
  const gram = page.commonestGram(n);
  if (gram === null) return 1;
  let found = 0;
  for (let from = page.text.indexOf(gram); from >= 0; from = page.text.indexOf(gram, from + gram.length)) found++;
  return (found * gram.length) / page.text.length;
}

/** Share of a text that n-grams take which stood before, units that two of them share counted once. */
function duplicateNGrams(page: Page, n: number): number {
  const { count, again, first } = page.grams(n);
  if (count === 0) return 1;
  if (again === 0) return 0;
  let [duplicated, overlap] = [0, 0];
  for (let i = 0; i < count; i++) {
    if (first[i] !== i) {
      for (let word = i + overlap; word < i + n; word++) duplicated += page.wordLength(word);
      duplicated += Math.min(n - overlap, n - 1);
      overlap = n;
    }
    overlap = Math.max(overlap - 1, 0);
  }
  return duplicated / page.text.length;
}

/** Of two it is known that there are enough. */
function commonWords(page: Page): number {
  let found = 0;
  for (let i = 0; i < page.counts.words && found < 2; i++) if (COMMON_WORDS.has(page.word(i))) found++;
  return found;
}

export const ENGLISH_RULES: readonly Rule[] = [
  most('NonAlphaNumericFilter', 0.25, (page) => share(page.text.length - page.counts.plain, page)),
  most('SymbolsToWordsFilter', 0.1, (page) => page.signsThat(isSymbol) / page.counts.words),
  most('NumbersFilter', 0.15, (page) => share(page.counts.digits, page)),
  most('UrlsFilter', 0.2, (page) => (page.text.includes('://') ? share(units(page.text.match(URL) ?? []), page) : 0)),
  most('WhiteSpaceFilter', 0.25, (page) => share(page.counts.blanks, page)),
  most('ParenthesesFilter', 0.1, (page) => share(page.counts.brackets, page)),
  most('BoilerPlateStringFilter', 0.4, boilerplate),
  // The names say repeated; the scores are what is left without repetitions.
  least('RepeatedLinesFilter', 0.7, (page) => page.distinctLines().number),
  least('RepeatedParagraphsFilter', 0.7, ({ paragraphs }) => distinctShare(paragraphs)),
  least('RepeatedLinesByCharFilter', 0.8, (page) => page.distinctLines().units),
  least('RepeatedParagraphsByCharFilter', 0.8, ({ paragraphs }) => distinctUnits(paragraphs)),
  { name: 'WordCountFilter', min: 50, max: 100_000, score: ({ counts }) => counts.words },
  most('PunctuationFilter', 0.85, (page) => page.linesThat((_, to) => !END_MARKS.has(page.text[to - 1]!))),
  least('WordsWithoutAlphabetsFilter', 0.8, ({ counts }) => counts.wordsWithLetters / counts.words),
  least('CommonEnglishWordsFilter', 2, commonWords),
  { name: 'MeanWordLengthFilter', min: 3, max: 10, score: ({ counts }) => counts.wordUnits / counts.words },
  most('LongWordFilter', 1000, ({ counts }) => counts.longest),
  most('EllipsisFilter', 0.3, (page) => page.linesThat((from, to) => endsInEllipsis(page.text, from, to))),
  ...[0.2, 0.18, 0.16].map((max, i) => most(`RepeatingTop${i + 2}GramsFilter`, max, (page) => topNGram(page, i + 2))),
  ...[0.15, 0.14, 0.13, 0.12, 0.11, 0.1].map((max, i) =>
    most(`RepeatingDuplicate${i + 5}GramsFilter`, max, (page) => duplicateNGrams(page, i + 5)),
  ),
  most('BulletsFilter', 0.9, (page) => page.linesThat((from) => BULLETS.has(page.text[from]!))),
];

/** NeMo-Curator's for code. Its fertility counts a tokenizer's tokens; here words and runs of marks stand for them. */
export const CODE_RULES: readonly Rule[] = [
  {
    name: 'CommentToCodeFilter',
    min: 0.001,
    max: 0.85,
    score: (page) => share(units(page.text.match(COMMENT) ?? []), page),
  },
  { name: 'NumberOfLinesOfCodeFilter', min: 5, max: 20_000, score: ({ text }) => text.split('\n').length },
  least('TokenizerFertilityFilter', 2, ({ text }) => text.length / wordsOf(text).count),
];
