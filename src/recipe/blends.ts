/**
 * The paper's data blends as data (arXiv 2407.07263; papers.md §1.2, §1.5–1.7), in per cent of training tokens. Every
 * table carries the evidence of its numbers, and only what was read in the paper or measured on its figures may be
 * shown as the paper's.
 */
import type { Mark } from '../config/option.ts';

export const PAPER_SOURCES = [
  'web',
  'books',
  'news',
  'papers',
  'encyclopedia',
  'legal',
  'finance',
  'misc',
  'multilingual',
  'code',
  'qa',
] as const;
export type PaperSource = (typeof PAPER_SOURCES)[number];

export const QA_CATEGORIES = ['world knowledge', 'reasoning', 'STEM', 'chat', 'code'] as const;
export type QaCategory = (typeof QA_CATEGORIES)[number];

export interface PaperTable<Name extends string> {
  name: string;
  title: string;
  /** Where in the paper. */
  where: string;
  /** Evidence of the weights. */
  mark: Mark;
  /** Per cent of tokens. Sources not named have none. */
  weights: Readonly<Partial<Record<Name, number>>>;
  /** Mean accuracy of the run with this blend, per cent, and its own evidence. */
  average?: { value: number; mark: Mark; where: string };
}
export type PaperBlend = PaperTable<PaperSource>;

const FIGURE_1 = { where: 'Figure 1', mark: 'P' } as const;
const table5 = (value: number) => ({ value, mark: 'T', where: 'Table 5' }) as const;

/** What the base model was trained on; its average is that of going on with it for 300B tokens. */
export const PRETRAINING_BLEND = {
  ...FIGURE_1,
  name: 'pretraining',
  title: 'Pretraining',
  average: table5(51.5),
  weights: {
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
  },
} as const satisfies PaperBlend;

/**
 * Candidates for the general blend beside the pretraining blend itself. `filteredWeb`: the web part is its high-
 * quality subset.
 */
export const GENERAL_BLEND_TABLES = {
  'reweight-domains': {
    ...FIGURE_1,
    name: 'reweight-domains',
    title: 'Reweight Domains',
    filteredWeb: false,
    average: table5(51.7),
    weights: {
      web: 53.0,
      books: 3.7,
      news: 5.3,
      papers: 3.7,
      encyclopedia: 1.7,
      legal: 1.0,
      finance: 1.2,
      misc: 10.3,
      multilingual: 5,
      code: 15,
    },
  },
  'filtered-web': {
    ...FIGURE_1,
    name: 'filtered-web',
    title: 'Pretraining w/ High-Quality Web',
    filteredWeb: true,
    average: table5(52.5),
    weights: PRETRAINING_BLEND.weights,
  },
  'no-web': {
    ...FIGURE_1,
    name: 'no-web',
    title: 'No Web',
    filteredWeb: false,
    average: table5(52.9),
    weights: {
      web: 0,
      books: 12.9,
      news: 4.8,
      papers: 16.2,
      encyclopedia: 11.0,
      legal: 2.3,
      finance: 4.8,
      misc: 18.1,
      multilingual: 15,
      code: 15,
    },
  },
  /** The one used as general blend in everything after: not the best mean, but the most even over tasks. */
  'upweight-non-web': {
    ...FIGURE_1,
    name: 'upweight-non-web',
    title: 'Upweight Non-Web w/ HQ Web',
    filteredWeb: true,
    average: table5(52.0),
    weights: {
      web: 12.0,
      books: 10.7,
      news: 4.0,
      papers: 13.4,
      encyclopedia: 9.1,
      legal: 1.8,
      finance: 4.0,
      misc: 14.9,
      multilingual: 15,
      code: 15,
    },
  },
} as const satisfies Record<string, PaperBlend & { filteredWeb: boolean }>;

const FIGURE_2 = { where: 'Figure 2', mark: 'P' } as const;
const table6 = (value: number) => ({ value, mark: 'T', where: 'Table 6' }) as const;

/**
 * What the QA part of a blend consists of, per cent of QA tokens. Blend 3 is the size-proportional one, and did best.
 */
export const QA_MIX_TABLES = {
  balanced: {
    ...FIGURE_2,
    name: 'balanced',
    title: 'Blend 1, balanced',
    average: table6(54.3),
    weights: { 'world knowledge': 42.4, reasoning: 35.9, STEM: 4.8, chat: 9.1, code: 7.9 },
  },
  'stem-knowledge': {
    ...FIGURE_2,
    name: 'stem-knowledge',
    title: 'Blend 2, + STEM + world knowledge',
    average: table6(53.0),
    weights: { 'world knowledge': 42.7, reasoning: 31.1, STEM: 11.3, chat: 7.9, code: 6.9 },
  },
  'stem-chat': {
    ...FIGURE_2,
    name: 'stem-chat',
    title: 'Blend 3, + STEM + chat',
    average: table6(54.9),
    weights: { 'world knowledge': 40.4, reasoning: 32.6, STEM: 10.9, chat: 9.2, code: 6.6 },
  },
} as const satisfies Record<string, PaperTable<QaCategory>>;

/** Sizes of the QA set, billions of tokens (paper Table 2 [T]). Their shares are the natural, size-proportional mix. */
export const QA_SET_TOKENS: Readonly<Record<QaCategory, number>> = {
  'world knowledge': 1.13,
  reasoning: 0.92,
  STEM: 0.31,
  chat: 0.26,
  code: 0.19,
};
