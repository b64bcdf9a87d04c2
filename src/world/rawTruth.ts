/** What a set of pages of the raw web is worth, and what a stage did to it, by the truth that was planted. */
import type { RuleLimits } from '../data/stages/heuristics.ts';
import { KINDS, type PageKind, type RawPage, tokensOf } from './rawWeb.ts';

export interface Worth {
  pages: number;
  tokens: number;
  /** Share of the pages of each kind. */
  kinds: Record<PageKind, number>;
  /** Share of stated values that are right. */
  right: number;
  /** True facts in a hundred tokens: what a stage is to raise. */
  factsPer100: number;
}

export function worthOf(pages: readonly RawPage[]): Worth {
  const sum = (of: (page: RawPage) => number) => pages.reduce((total, page) => total + of(page), 0);
  const tokens = sum(({ document }) => tokensOf(document.text));
  const right = sum(({ truth }) => truth.right);
  const kinds = Object.fromEntries(
    KINDS.map((kind) => [kind, sum(({ truth }) => (truth.kind === kind ? 1 : 0)) / pages.length]),
  ) as Record<PageKind, number>;
  return {
    pages: pages.length,
    tokens,
    kinds,
    right: right / sum(({ truth }) => truth.facts),
    factsPer100: (100 * right) / tokens,
  };
}

export interface Catch {
  /** Pages that a stage dropped, and those it was to drop. */
  dropped: number;
  wanted: number;
  /** Share of what it dropped that it was to, and of what it was to that it did. */
  precision: number;
  recall: number;
}

/** Pages that are noise: what perplexity and heuristics are to find. Adverts are language, and selection's to find. */
export const isNoise = ({ truth: { kind } }: RawPage): boolean => kind !== 'facts' && kind !== 'advert';
export const isAdvert = ({ truth: { kind } }: RawPage): boolean => kind === 'advert';

export function caught(
  before: readonly RawPage[],
  after: readonly RawPage[],
  wanted: (page: RawPage) => boolean,
): Catch {
  const left = new Set(after);
  const dropped = before.filter((page) => !left.has(page));
  const right = dropped.filter(wanted).length;
  const all = before.filter(wanted).length;
  return { dropped: dropped.length, wanted: all, precision: right / dropped.length, recall: right / all };
}

/** Of every family one page may stay: what deduplication is to drop is the rest. `family`: what its members share. */
export function caughtCopies(
  before: readonly RawPage[],
  after: readonly RawPage[],
  family: (page: RawPage) => string | number,
): Catch {
  const count = (pages: readonly RawPage[]) => {
    const sizes = new Map<string | number, number>();
    for (const page of pages) sizes.set(family(page), (sizes.get(family(page)) ?? 0) + 1);
    return sizes;
  };
  const [whole, left] = [count(before), count(after)];
  let [wanted, right] = [0, 0];
  for (const [key, size] of whole) {
    wanted += size - 1;
    right += Math.min(size - 1, size - (left.get(key) ?? 0));
  }
  const dropped = before.length - after.length;
  return { dropped, wanted, precision: right / dropped, recall: right / wanted };
}

/** The raw web's pages have some thirty words and no English: rules for long English pages get other ends, or none. */
export const RAW_WEB_LIMITS: RuleLimits = {
  WordCountFilter: { min: 10 },
  CommonEnglishWordsFilter: null,
  // One triple of words is a sixth of a page: only what repeats is to go.
  RepeatingTop2GramsFilter: { max: 0.4 },
  RepeatingTop3GramsFilter: { max: 0.4 },
  RepeatingTop4GramsFilter: { max: 0.4 },
};

/** Near copies differ in a word or two of thirty: triples of words find them, where runs of 24 characters find only equal pages. */
export const RAW_WEB_FUZZY = { unit: 'words', width: 3, bands: 25, rows: 4, jaccard: 0.5 } as const;
