/** Where in a text stands what a heuristic rule counts: the words that decided, for marking. Rules of lengths alone have no places. */
import {
  POLICY_PHRASES,
  BULLETS,
  COMMENT,
  COMMON_WORDS,
  END_MARKS,
  endsInEllipsis,
  isSymbol,
  URL,
} from '../stages/faults.ts';
import { Page } from '../stages/page.ts';

/** Where something begins and ends, UTF-16 units. */
export type Span = [from: number, to: number];

/** In ascending order, none within another; marked are what the rule counts, or for a least number what it has of it. */
export function rulePlaces(rule: string, text: string): Span[] {
  const ngrams = /^Repeating(Top|Duplicate)(\d+)GramsFilter$/.exec(rule);
  if (ngrams) return (ngrams[1] === 'Top' ? topPlaces : duplicatePlaces)(text, Number(ngrams[2]));
  return PLACES[rule]?.(text) ?? [];
}

const matches = (text: string, pattern: RegExp): Span[] =>
  [...text.matchAll(pattern)].map(({ index, 0: found }) => [index, index + found.length]);
const words = (text: string, holds: (word: string) => boolean): Span[] =>
  matches(text, /\S+/g).filter(([from, to]) => holds(text.slice(from, to)));

/** Pieces between separators, without the white space at their ends; blank ones are none. */
function pieces(text: string, separator: string): Span[] {
  const list: Span[] = [];
  let from = 0;
  for (const piece of text.split(separator)) {
    const begin = from + piece.length - piece.trimStart().length;
    if (piece.trim() !== '') list.push([begin, begin + piece.trim().length]);
    from += piece.length + separator.length;
  }
  return list;
}

/** Pieces of which an equal one stood before. */
function repeated(text: string, separator: string): Span[] {
  const seen = new Set<string>();
  return pieces(text, separator).filter(([from, to]) => {
    const piece = text.slice(from, to);
    return seen.has(piece) || !seen.add(piece);
  });
}

const escaped = (phrase: string): string => phrase.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** The longest first, so that of phrases within one another the whole is marked. */
const POLICIES = new RegExp(
  [...POLICY_PHRASES, 'lorem ipsum']
    .sort((a, b) => b.length - a.length)
    .map(escaped)
    .join('|'),
  'gi',
);
const lines = (text: string) => repeated(text, '\n');
const paragraphs = (text: string) => repeated(text, '\n\n');

const PLACES: Readonly<Record<string, (text: string) => Span[]>> = {
  NonAlphaNumericFilter: (text) => matches(text, /[^a-zA-Z0-9\n?!,.\s]+/g),
  SymbolsToWordsFilter: (text) => words(text, isSymbol),
  NumbersFilter: (text) => matches(text, /\p{Nd}+/gu),
  UrlsFilter: (text) => matches(text, URL),
  ParenthesesFilter: (text) => matches(text, /[{}⟨⟩[\]()]+/g),
  BoilerPlateStringFilter: (text) => matches(text, POLICIES),
  RepeatedLinesFilter: lines,
  RepeatedLinesByCharFilter: lines,
  RepeatedParagraphsFilter: paragraphs,
  RepeatedParagraphsByCharFilter: paragraphs,
  // The last word of a line that should end in a mark.
  PunctuationFilter: (text) =>
    pieces(text, '\n')
      .filter(([, to]) => !END_MARKS.has(text[to - 1]!))
      .map(([from, to]) => [from + text.slice(from, to).search(/\S+$/), to]),
  WordsWithoutAlphabetsFilter: (text) => words(text, (word) => !/\p{Alphabetic}/u.test(word)),
  CommonEnglishWordsFilter: (text) => words(text, (word) => COMMON_WORDS.has(word)),
  // Words beyond the limits of the mean.
  MeanWordLengthFilter: (text) => words(text, ({ length }) => length < 3 || length > 10),
  LongWordFilter: (text) => words(text, ({ length }) => length > 1000),
  EllipsisFilter: (text) =>
    pieces(text, '\n')
      .filter(([from, to]) => endsInEllipsis(text, from, to))
      .map(([from, to]) => [Math.max(from, to - 3), to]),
  BulletsFilter: (text) =>
    pieces(text, '\n')
      .filter(([from]) => BULLETS.has(text[from]!))
      .map(([from]) => [from, from + 1]),
  CommentToCodeFilter: (text) => matches(text, COMMENT),
};

/** Every place where the commonest n-gram stands as its score counts it. */
function topPlaces(text: string, n: number): Span[] {
  const gram = new Page(text).commonestGram(n);
  return gram === null ? [] : matches(text, new RegExp(escaped(gram), 'g'));
}

/** Runs of words in n-grams that stood before. */
function duplicatePlaces(text: string, n: number): Span[] {
  const { first, count } = new Page(text).grams(n);
  const places = matches(text, /\S+/g);
  const runs: Span[] = [];
  let end = -1;
  for (let i = 0; i < count; i++) {
    if (first[i] === i) continue;
    const to = places[i + n - 1]![1];
    if (i <= end) runs.at(-1)![1] = to;
    else runs.push([places[i]![0], to]);
    end = i + n - 1;
  }
  return runs;
}
