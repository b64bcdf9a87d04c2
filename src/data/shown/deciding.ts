/** A document with what decided about it marked, by the stage that judged it. */
import type { ShownDocument } from '../../recipe/curation/dataReport.ts';
import { featureWeights } from '../stages/dsir.ts';
import { CODE_RULES, ENGLISH_RULES, limited, type RuleLimits } from '../stages/heuristics.ts';
import type { KneserNey } from '../stages/kneserNey.ts';
import { jaccard, type ShingleOptions, shingleSet } from '../stages/minhash.ts';
import { Page } from '../stages/page.ts';
import type { RawDocument } from '../stages/stage.ts';
import { type Span, rulePlaces } from './rulePlaces.ts';
import { decidedWords } from '../../words/curation.ts';

export type Decided = Pick<ShownDocument, 'marks' | 'note'>;

/** Share of a document's words that are marked where every one has a part in the score: those with the largest. */
const MARKED = 0.25;

/** Words and marks as the n-grams see them. */
const wordPlaces = (text: string): Span[] =>
  [...text.matchAll(/[\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_]+/gu)].map(({ index, 0: word }) => [
    index,
    index + word.length,
  ]);

/** The quarter of the words with the least scores. */
function least(text: string, scores: Float64Array): Span[] {
  const limit = scores.slice().sort()[Math.ceil(MARKED * scores.length) - 1] ?? -Infinity;
  return wordPlaces(text).filter((_, i) => scores[i]! <= limit);
}

export const equalTo = (survivor: RawDocument): Decided => ({
  marks: [],
  note: decidedWords.equal(nameOf(survivor)),
});

/** Words that the survivor of a near copy does not have. */
export function copyOf(text: string, survivor: RawDocument, shingles: ShingleOptions): Decided {
  const [own, its] = [text, survivor.text].map((one) => shingleSet(one, shingles));
  const known = new Set(wordPlaces(survivor.text).map(([from, to]) => survivor.text.slice(from, to)));
  return {
    marks: wordPlaces(text).filter(([from, to]) => !known.has(text.slice(from, to))),
    note: decidedWords.similar(Math.round(100 * jaccard(own!, its!)), nameOf(survivor)),
  };
}

/** The words that clean text lets expect least. */
export const surprising = (text: string, model: KneserNey): Decided => ({
  marks: least(text, model.wordProbabilities(text)),
  note: decidedWords.perplexity(model.perplexity(text)),
});

export function ruleBroken(text: string, name: string, limits: RuleLimits): Decided {
  const rule = limited([...ENGLISH_RULES, ...CODE_RULES], limits).find((one) => one.name === name)!;
  const score = rule.score(new Page(text));
  const note = decidedWords.rule(Number.isNaN(score) ? null : score, rule.min, rule.max);
  return { marks: rulePlaces(name, text), note };
}

/** The words, each with the pair it ends, that the target has least beside the source. */
export function unlike(text: string, ratios: Float64Array): Decided {
  const weights = featureWeights(text, ratios);
  const sum = weights.reduce((a, b) => a + b, 0);
  return { marks: least(text, weights), note: decidedWords.logWeight(sum) };
}

export const nameOf = ({ id, source, index }: RawDocument): string => id ?? `${source}-${index + 1}`;
