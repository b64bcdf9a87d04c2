/**
 * Names a blend may use. Real text ships in shards derived at build time, world sources are generated, and files of the
 * user's add names of their own, in place of either or beside real text.
 */

import type { Blend, RunConfig } from './run.ts';

/** Real text, with what each plays in the recipe. */
export const REAL_SOURCES = {
  news: 'State of the Union addresses, 1790 onwards: formal, dated English',
  books: 'Moby-Dick: literary prose',
  encyclopedia: 'World Factbook backgrounds: dense facts',
  docs: 'Node.js API documentation: technical prose',
  code: 'mathjs sources: commented JavaScript',
  legal: 'Licence texts: long and near-duplicate, the part a web crawl plays in the paper',
  'qa-definitions': 'WordNet glosses as questions and answers',
  'qa-facts': 'World Factbook fields as questions and answers',
} as const;

/** The synthetic world (toy-world.md §1). */
export const WORLD_SOURCES = {
  web: 'One template with junk around it and 30 % wrong values',
  wiki: 'Facts about people, paraphrased, all correct',
  books: 'Two-part stories that repeat who did what',
  code: 'List operations and their results',
  math: 'Sums and products of digits',
  multi: 'A cipher language: dictionary both ways and short lives',
  forum: 'Questions and answers, fresh documents, a quarter of the answers wrong',
  qa: 'The clean question-and-answer pool, small and repeated: only the QA blend has it',
  'web-recent': 'web as continued pretraining finds it: archive people at the archive rate',
  'web-filtered': 'web after a quality filter: few wrong values, no junk',
  'wiki-recent': 'wiki with archive people at the archive rate',
  'multi-recent': 'multi with archive people at the archive rate',
  'qa-facts': 'Only the facts of the question-and-answer pool',
  'qa-reading': 'Only its reading questions',
  'qa-arithmetic': 'Only its sums and products',
  'qa-translation': 'Only its translations',
} as const;

/** What a world of facts alone has of them. */
export const FACT_SOURCES: readonly string[] = [
  'web',
  'wiki',
  'forum',
  'qa',
  'web-recent',
  'web-filtered',
  'wiki-recent',
  'qa-facts',
];

/**
 * A source name: letters, digits, `-` and `_`, starting with a letter or digit, so that it fits a dotted key, a URL
 * and a file name.
 */
export const SOURCE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;

export const BLEND_KEYS = ['base.blend', 'continued.general', 'continued.qa'] as const;
export type BlendKey = (typeof BLEND_KEYS)[number];

/** Where a source of the user's is read: in which blends, and what share of each it takes; the rest is the preset's own. */
export interface SourceUse {
  source: string;
  blends: readonly BlendKey[];
  /** Above 0, at most 1. */
  share: number;
}

/** In place of the preset's text, everywhere. */
export const wholeUse = (source: string): SourceUse => ({ source, blends: BLEND_KEYS, share: 1 });

export const isWhole = ({ blends, share }: SourceUse): boolean => blends.length === BLEND_KEYS.length && share === 1;

/** Whether the blend is the same before and after the switch, so that nothing changes there. */
export function switchesNothing({ continued }: RunConfig): boolean {
  if (!continued) return false;
  const { general, qa } = continued;
  const total = (blend: Blend) => Object.values(blend).reduce((sum, weight) => sum + weight, 0);
  const shareOf = (blend: Blend, name: string) => (Object.hasOwn(blend, name) ? blend[name]! / total(blend) : 0);
  // Weights are typed with a few digits: shares nearer than that are equal.
  return Object.keys({ ...general, ...qa }).every(
    (name) => Math.abs(shareOf(general, name) - shareOf(qa, name)) < 1e-6,
  );
}
