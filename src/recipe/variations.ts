/**
 * The paper's candidate blends as changes to a blend of one's own: each source is multiplied as the paper multiplied
 * its counterpart (papers.md §1.5, §1.6, §1.7), so that they can be tried on any corpus whose sources have one.
 */
import type { Blend } from '../config/run.ts';
import { UserError } from '../util/errors.ts';
import { GENERAL_BLEND_TABLES, PRETRAINING_BLEND, QA_MIX_TABLES, QA_SET_TOKENS, type QaCategory } from './blends.ts';
import { recipeWords } from '../words/recipe.ts';

const PRETRAINING = PRETRAINING_BLEND.weights;
type Kind = keyof typeof PRETRAINING;

const general = <Name extends keyof typeof GENERAL_BLEND_TABLES>(name: Name, label: string) => {
  const { weights, average, filteredWeb } = GENERAL_BLEND_TABLES[name];
  return { label, average: average.value, filtered: filteredWeb, weights };
};

export const GENERAL_BLENDS = {
  'reweight-domains': general('reweight-domains', 'multilingual cut to a third'),
  'filtered-web': general('filtered-web', 'pretraining blend with filtered web'),
  'no-web': general('no-web', 'no web at all'),
  'upweight-non-web': general('upweight-non-web', 'a quarter of the web, filtered, the rest raised'),
};
export type GeneralBlendName = keyof typeof GENERAL_BLENDS;

/**
 * The kind of each source that has a counterpart. The world's arithmetic stands for scientific papers, its forum for
 * the rest; among the shipped texts the licences play the web's part.
 */
const KINDS: Record<string, Kind> = {
  web: 'web',
  'web-recent': 'web',
  wiki: 'encyclopedia',
  'wiki-recent': 'encyclopedia',
  encyclopedia: 'encyclopedia',
  books: 'books',
  code: 'code',
  math: 'papers',
  docs: 'papers',
  news: 'news',
  legal: 'web',
  forum: 'misc',
  multi: 'multilingual',
  'multi-recent': 'multilingual',
};
/** The filtered counterpart of a web source. */
const FILTERED: Record<string, string> = { web: 'web-filtered' };

/**
 * The paper's general blend of that name over the sources of `pretraining`. Multilingual text and code keep the
 * paper's factor exactly (a third, or one); the other sources are multiplied by theirs and then scaled together to
 * fill what remains.
 */
export function generalBlend(name: GeneralBlendName, pretraining: Blend): Blend {
  const { weights, filtered } = GENERAL_BLENDS[name];
  const total = sum(pretraining);
  const fixed: Blend = {},
    scaled: Blend = {};
  for (const [source, weight] of Object.entries(pretraining)) {
    const kind = KINDS[source];
    if (!kind) throw new UserError(recipeWords.noCounterpart(source, Object.keys(KINDS).join(', ')));
    const share = (100 * weight * weights[kind]) / (PRETRAINING[kind] * total);
    const target = kind === 'multilingual' || kind === 'code' ? fixed : scaled;
    const written = filtered ? (FILTERED[source] ?? source) : source;
    if (share > 0) target[written] = share;
  }
  const factor = (100 - sum(fixed)) / sum(scaled);
  for (const source of Object.keys(scaled)) scaled[source]! *= factor;
  return { ...scaled, ...fixed };
}

/**
 * Mixes of QA categories as factors on a category's natural share: the paper's blends 1 and 2 over the shares of its
 * QA set (papers.md §1.6). World knowledge are facts of people, reasoning is reading, STEM is arithmetic, chat is
 * translation.
 */
const mix = ({ weights }: (typeof QA_MIX_TABLES)[keyof typeof QA_MIX_TABLES]) => {
  const total = Object.values(QA_SET_TOKENS).reduce((all, tokens) => all + tokens, 0);
  const factor = (category: QaCategory) => weights[category] / ((100 * QA_SET_TOKENS[category]) / total);
  return {
    facts: factor('world knowledge'),
    reading: factor('reasoning'),
    arithmetic: factor('STEM'),
    translation: factor('chat'),
  };
};
const QA_MIXES = {
  'size-proportional': { facts: 1, reading: 1, arithmetic: 1, translation: 1 },
  'less-stem': mix(QA_MIX_TABLES.balanced),
  'less-chat': mix(QA_MIX_TABLES['stem-knowledge']),
};
export type QaMixName = keyof typeof QA_MIXES;
/**
 * Tokens of each category in the world's Q&A set: documents (half facts, a fifth reading, 15 % each of the others)
 * times their length.
 */
const QA_TOKENS = { facts: 0.5 * 14, reading: 0.2 * 23.5, arithmetic: 0.15 * 13, translation: 0.15 * 11 };

/** A QA blend whose `qa` is split into its categories in the given mix. Errors where the blend has no `qa`. */
export function qaMix(name: QaMixName, blend: Blend): Blend {
  const { qa, ...rest } = blend;
  if (!qa) throw new UserError(recipeWords.noQaSource);
  const factors = QA_MIXES[name];
  const parts = (Object.keys(QA_TOKENS) as (keyof typeof QA_TOKENS)[]).map(
    (category) => [category, QA_TOKENS[category] * factors[category]] as const,
  );
  const total = parts.reduce((all, [, tokens]) => all + tokens, 0);
  return {
    ...rest,
    ...Object.fromEntries(parts.map(([category, tokens]) => [`qa-${category}`, (qa * tokens) / total])),
  };
}

/**
 * The blend with the share of its QA sources (names that start with "qa") multiplied, the others filling the rest; at
 * most 95 % is QA.
 */
export function qaShareScaled(blend: Blend, factor: number): Blend {
  const isQa = (source: string) => source.startsWith('qa');
  const total = sum(blend);
  const qa = Object.entries(blend).reduce((all, [source, weight]) => all + (isQa(source) ? weight / total : 0), 0);
  const wanted = Math.min(0.95, qa * factor);
  return Object.fromEntries(
    Object.entries(blend).map(([source, weight]) => [
      source,
      100 * (weight / total) * (isQa(source) ? wanted / qa : (1 - wanted) / (1 - qa)),
    ]),
  );
}

function sum(blend: Blend): number {
  return Object.values(blend).reduce((all, weight) => all + weight, 0);
}
