/**
 * The experiments of "Data, Data Everywhere" (papers.md §2) and the mining of "Reuse, Don't Retrain" (§1.11) as data: arms that differ
 * in what they are trained on and in nothing else. Every arm of a seed has the same first weights and as many tokens.
 */
import type { PaperFigure } from '../experiments.ts';

/** What a raw web goes through, in this order. */
export type CurationStep =
  | 'exact'
  /** Near copies, of which the older or the newer stays. */
  | 'fuzzy older'
  | 'fuzzy newer'
  | 'perplexity'
  | 'heuristics'
  /** Likeness to clean sources, crawl by crawl or all as one; or to pages that a classifier calls good and not toxic. */
  | 'dsir'
  | 'dsir pooled'
  | 'dsir by attributes'
  /** What a classifier calls toxic goes. */
  | 'no toxic';

/** How sources share the tokens. */
export type Weighing =
  /** By hand: RAW_PREFERENCE. */
  | { by: 'preference' }
  | { by: 'proportional' }
  | { by: 'alpha'; alpha: number; sign: 'flat' | 'sharp' }
  | { by: 'unimax'; epochs: number }
  | { by: 'doremi' }
  /** The web keeps its share by hand, and its pages have theirs by what a classifier calls them: High 4, Medium 2, Low 1 times their size. */
  | { by: 'quality' }
  /** The web keeps its share by hand, dealt out to its domains by UniMax. */
  | { by: 'domain'; epochs: number };

/** What an arm trains on, as a value. */
export interface CuratedData {
  steps: readonly CurationStep[];
  weights: Weighing;
  /** Of the web's share, as much is given to the pages nearest to questions and answers; null: no mining, and no continued part. */
  mined: number | null;
}

export interface DataArm {
  name: string;
  label: string;
  data: CuratedData;
  /** The arm it is compared with: the step before. Null: it is where the table begins. */
  against: string | null;
  /** What the paper gained by it, points, with its mark; absent where it tells no figure. */
  paper?: { gain: string; mark: PaperMark; where: string };
}
/** Of papers.md §0, those of memory among them: a mark says how good a figure is. */
export type PaperMark = PaperFigure['mark'] | 'M' | 'M?';

export interface DataExperiment {
  name: 'curation' | 'weights' | 'mining';
  title: string;
  question: string;
  arms: readonly DataArm[];
}

/** Percent of the tokens that each source has by hand. */
export const RAW_PREFERENCE = { web: 58, wiki: 12, books: 6, code: 5, math: 6, multi: 9, forum: 4 };

const PREFERENCE: Weighing = { by: 'preference' };

const arm = (
  name: string,
  label: string,
  against: string | null,
  steps: readonly CurationStep[],
  weights: Weighing = PREFERENCE,
  paper?: DataArm['paper'],
): DataArm => ({ name, label, against, data: { steps, weights, mined: null }, ...(paper && { paper }) });

const OLDER: CurationStep[] = ['exact', 'fuzzy older'];
const FILTERED: CurationStep[] = [...OLDER, 'perplexity', 'heuristics'];
const SELECTED: CurationStep[] = [...FILTERED, 'dsir'];
const ABLATION = 'the step ablations';

const dsir = arm('dsir', '+ DSIR, crawl by crawl', 'heuristics', SELECTED, PREFERENCE, {
  gain: '+0.3 to +0.4',
  mark: 'S',
  where: ABLATION,
});
const quality = arm(
  'quality-buckets',
  'the web in buckets by quality, the better more often',
  'dsir',
  SELECTED,
  { by: 'quality' },
  { gain: '+1', mark: 'S', where: ABLATION },
);
const unimax2 = arm('unimax-2', 'UniMax, two epochs at most', 'dsir', SELECTED, { by: 'unimax', epochs: 2 });

export const DATA_EXPERIMENTS: readonly DataExperiment[] = [
  {
    name: 'curation',
    title: 'From raw text to a blend, step by step',
    question: 'What does each step of curation, selection and weighing do to a model, at equal tokens?',
    arms: [
      arm('raw', 'the raw web', null, []),
      arm('exact', '+ exact deduplication', 'raw', ['exact']),
      arm('fuzzy-older', '+ fuzzy deduplication, the older stays', 'exact', OLDER),
      arm('fuzzy-newer', 'the newer stays', 'fuzzy-older', ['exact', 'fuzzy newer'], PREFERENCE, {
        gain: 'about −0.5',
        mark: 'S',
        where: ABLATION,
      }),
      arm('perplexity', '+ perplexity', 'fuzzy-older', [...OLDER, 'perplexity']),
      arm('heuristics', '+ heuristics: filtered', 'raw', FILTERED, PREFERENCE, {
        gain: '+2.3',
        mark: 'S',
        where: 'raw to filtered',
      }),
      dsir,
      arm('dsir-pooled', 'DSIR, all crawls as one', 'dsir', [...FILTERED, 'dsir pooled']),
      { ...unimax2, label: '+ weights: UniMax, two epochs at most' },
      quality,
      arm(
        'attribute-target',
        'DSIR towards good pages that are not toxic',
        'dsir',
        [...FILTERED, 'dsir by attributes'],
        PREFERENCE,
        {
          gain: '+0.3 to +0.5',
          mark: 'M?',
          where: ABLATION,
        },
      ),
      arm('toxic-dropped', 'toxic pages dropped in place of DSIR', 'heuristics', [...FILTERED, 'no toxic']),
    ],
  },
  {
    name: 'weights',
    title: 'How sources share the tokens',
    question: 'On the selected web, do weights that follow from sizes or losses beat those by hand?',
    arms: [
      { ...dsir, label: 'by hand', against: null },
      arm('proportional', 'in proportion to their sizes', 'dsir', SELECTED, { by: 'proportional' }),
      arm('alpha-flat', 'alpha 1.3, flattened', 'dsir', SELECTED, { by: 'alpha', alpha: 1.3, sign: 'flat' }),
      arm('alpha-sharp', 'alpha 1.3, sharpened', 'dsir', SELECTED, { by: 'alpha', alpha: 1.3, sign: 'sharp' }),
      arm('unimax-1', 'UniMax, one epoch at most', 'dsir', SELECTED, { by: 'unimax', epochs: 1 }),
      unimax2,
      arm('doremi', 'DoReMi, by a proxy and a reference trained here', 'dsir', SELECTED, { by: 'doremi' }),
      quality,
      arm('domain-buckets', 'the web in buckets by domain, UniMax inside', 'dsir', SELECTED, {
        by: 'domain',
        epochs: 2,
      }),
    ],
  },
  {
    name: 'mining',
    title: 'Documents nearest to questions and answers, once more',
    question: 'Does continued training gain by seeing the pages again that are nearest to the QA set?',
    arms: [
      {
        ...arm('continued', 'continued on the same blend', null, FILTERED),
        data: { steps: FILTERED, weights: PREFERENCE, mined: 0 },
        paper: { gain: '56.8', mark: 'M', where: 'Table 11' },
      },
      {
        ...arm('mined', 'continued, half of the web’s share to mined pages', 'continued', FILTERED),
        data: { steps: FILTERED, weights: PREFERENCE, mined: 0.5 },
        paper: { gain: '57.9', mark: 'M', where: 'Table 11' },
      },
    ],
  },
];

export const dataExperimentNamed = (name: string): DataExperiment | undefined =>
  DATA_EXPERIMENTS.find((one) => one.name === name.toLowerCase());
