/**
 * The paper's candidate blends as changes to a blend of one's own: each source is multiplied as the paper multiplied
 * its counterpart (papers.md §1.5, §1.6, §1.7), so that they can be tried on any corpus whose sources have one.
 */
import type { Blend } from '../config/run.ts';
import { UserError } from '../util/errors.ts';

/** Columns of the paper's Figure 1, read by pixel [P] (papers.md §1.5), by the kind of source. */
const PRETRAINING = {
  web: 46.4,
  books: 3.2,
  news: 4.7,
  papers: 3.3,
  encyclopedia: 1.5,
  legal: 0.9,
  finance: 1.0,
  misc: 8.9,
  multilingual: 15,
  code: 15,
};
type Kind = keyof typeof PRETRAINING;

export const GENERAL_BLENDS = {
  'reweight-domains': {
    label: 'multilingual cut to a third',
    average: 51.7,
    filtered: false,
    weights: {
      web: 53,
      books: 3.7,
      news: 5.3,
      papers: 3.7,
      encyclopedia: 1.7,
      legal: 1,
      finance: 1.2,
      misc: 10.3,
      multilingual: 5,
      code: 15,
    },
  },
  'filtered-web': {
    label: 'pretraining blend with filtered web',
    average: 52.5,
    filtered: true,
    weights: PRETRAINING,
  },
  'no-web': {
    label: 'no web at all',
    average: 52.9,
    filtered: false,
    weights: {
      web: 0,
      books: 12.9,
      news: 4.8,
      papers: 16.2,
      encyclopedia: 11,
      legal: 2.3,
      finance: 4.8,
      misc: 18.1,
      multilingual: 15,
      code: 15,
    },
  },
  'upweight-non-web': {
    label: 'a quarter of the web, filtered, the rest raised',
    average: 52.0,
    filtered: true,
    weights: {
      web: 12,
      books: 10.7,
      news: 4,
      papers: 13.4,
      encyclopedia: 9.1,
      legal: 1.8,
      finance: 4,
      misc: 14.9,
      multilingual: 15,
      code: 15,
    },
  },
} as const satisfies Record<
  string,
  { label: string; average: number; filtered: boolean; weights: Record<Kind, number> }
>;
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
    if (!kind)
      throw new UserError(
        `Source "${source}" has no counterpart in the paper's general blends; ` +
          `those that have one are ${Object.keys(KINDS).join(', ')}.`,
      );
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
const QA_MIXES = {
  'size-proportional': { facts: 1, reading: 1, arithmetic: 1, translation: 1 },
  'less-stem': { facts: 42.4 / 40.2, reading: 35.9 / 32.7, arithmetic: 4.8 / 11, translation: 9.1 / 9.3 },
  'less-chat': { facts: 42.7 / 40.2, reading: 31.1 / 32.7, arithmetic: 11.3 / 11, translation: 7.9 / 9.3 },
} as const;
export type QaMixName = keyof typeof QA_MIXES;
/**
 * Tokens of each category in the world's Q&A set: documents (half facts, a fifth reading, 15 % each of the others)
 * times their length.
 */
const QA_TOKENS = { facts: 0.5 * 14, reading: 0.2 * 23.5, arithmetic: 0.15 * 13, translation: 0.15 * 11 };

/** A QA blend whose `qa` is split into its categories in the given mix. Errors where the blend has no `qa`. */
export function qaMix(name: QaMixName, blend: Blend): Blend {
  const { qa, ...rest } = blend;
  if (!qa)
    throw new UserError(
      'Mixes of QA categories need a QA blend with the world\'s source "qa": choose the preset world or lab.',
    );
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
