/** A raw web gone through step by step, with what a person can look at: documents, words that decided, and how well each step did. */
import { ATTRIBUTE_LABELS } from '../data/stages/attributes.ts';
import { KneserNey } from '../data/stages/kneserNey.ts';
import { jaccard, shingleSet } from '../data/stages/minhash.ts';
import { type CurationStep, RAW_PREFERENCE } from '../recipe/curation/dataArms.ts';
import type { DataReport, ShownCluster, ShownDocument, ShownStage } from '../recipe/curation/dataReport.ts';
import { alphaSampling, normalized, unimax, weightsOf } from '../recipe/weights.ts';
import { CuratedWeb } from './curatedWeb.ts';
import { CLEAN_SOURCES } from './rawSources.ts';
import { caught, caughtCopies, RAW_WEB_FUZZY, worthOf } from './rawTruth.ts';
import { type RawPage, type RawWebConfig, tokensOf } from './rawWeb.ts';
import { DOMAINS } from './rawWords.ts';

/** Two seconds of work for a processor, and some thousands of documents. */
export const SHOWN_WEB: RawWebConfig = { people: 64, tokens: 150_000 };
/** Documents shown for a reason, and clusters, each with its first copies. */
const SHOWN = 8;
const CLUSTERS = 6;
const COPIES = 3;
/** Words shown as deciding: the least expected quarter. */
const SURPRISING = 0.25;

export async function dataReport(
  seed: number,
  survivor: 'older' | 'newer',
  onStage: (name: string) => void,
): Promise<DataReport> {
  const web = new CuratedWeb(SHOWN_WEB, seed);
  const order: CurationStep[] = ['exact', `fuzzy ${survivor}`, 'perplexity', 'heuristics', 'dsir'];
  const model = new KneserNey(3);
  for (const text of [...web.pools.wiki, ...web.pools.books]) model.learn(text);
  model.finish();

  const raw = await web.after([]);
  const stages: ShownStage[] = [];
  let before = raw;
  let clusters: ShownCluster[] = [];
  let judged: readonly RawPage[] = [];
  let limit = 0;
  for (const [i, name] of order.entries()) {
    onStage(name);
    const steps = order.slice(0, i + 1);
    const left = await web.after(steps);
    const key = steps.join(', ');
    if (name === 'perplexity') [judged, limit] = [before, web.reports.get(key)!.details.limit as number];
    if (name.startsWith('fuzzy')) clusters = clustersOf(before, left);
    const noteOf = (page: RawPage): Pick<ShownDocument, 'marks' | 'note'> =>
      name === 'perplexity'
        ? {
            marks: surprising(page.document.text, model),
            note: `perplexity ${model.perplexity(page.document.text).toFixed(0)}`,
          }
        : name.startsWith('fuzzy')
          ? copyNote(page, left)
          : { marks: [], note: '' };
    stages.push(shown(name, before, left, web.reasons.get(key)!, noteOf));
    before = left;
  }
  const texts = [
    { source: 'web', documents: before.map(({ document }) => document.text) },
    ...CLEAN_SOURCES.map((source) => ({ source, documents: [...web.pools[source]] })),
  ];
  return {
    ...{ seed, pages: raw.length, tokens: tokens(raw), stages, clusters, limit },
    perplexities: judged.map((page) => ({ value: model.perplexity(page.document.text), empty: isEmpty(page) })),
    ...(await attributesOf(web, before)),
    weights: weightsBy(
      Object.fromEntries(
        texts.map(({ source, documents }) => [source, documents.reduce((sum, text) => sum + tokensOf(text), 0)]),
      ),
    ),
    texts,
  };
}

/** Noise and adverts: neither tells anything. */
const isEmpty = ({ truth: { kind } }: RawPage): boolean => kind !== 'facts';

const tokens = (pages: readonly RawPage[]): number =>
  pages.reduce((sum, { document }) => sum + tokensOf(document.text), 0);

function shown(
  name: string,
  before: readonly RawPage[],
  left: readonly RawPage[],
  reasons: ReadonlyMap<number, string>,
  noteOf: (page: RawPage) => Pick<ShownDocument, 'marks' | 'note'>,
): ShownStage {
  const stays = new Set(left);
  const byReason = new Map<string, RawPage[]>();
  for (const page of before) {
    if (stays.has(page)) continue;
    const reason = reasons.get(page.document.index)!;
    byReason.set(reason, [...(byReason.get(reason) ?? []), page]);
  }
  const { right, factsPer100 } = worthOf(left);
  return {
    ...{ name, in: before.length, out: left.length, tokens: tokens(left), right, factsPer100 },
    caught: caughtBy(name, before, left),
    reasons: [...byReason]
      .sort(([, a], [, b]) => b.length - a.length)
      .map(([reason, pages]) => ({
        ...{ reason, count: pages.length },
        documents: pages.slice(0, SHOWN).map((page) => ({ ...plain(page), ...noteOf(page) })),
      })),
  };
}

const plain = ({ document: { id, source, text } }: RawPage): ShownDocument => ({
  ...{ id: id ?? '', source, text, marks: [], note: '' },
});

function caughtBy(name: string, before: readonly RawPage[], left: readonly RawPage[]): ShownStage['caught'] {
  if (name === 'exact') return { what: 'copies', ...caughtCopies(before, left, ({ document }) => document.text) };
  if (name.startsWith('fuzzy'))
    return { what: 'near copies', ...caughtCopies(before, left, ({ truth }) => truth.page) };
  if (name === 'dsir') return null;
  const found = caught(before, left, isEmpty);
  return found.wanted === 0 || found.dropped === 0 ? null : { what: 'pages without facts', ...found };
}

/** The pages of a family, told by the planted truth; words that a copy has and the survivor has not are marked. */
function clustersOf(before: readonly RawPage[], left: readonly RawPage[]): ShownCluster[] {
  const families = new Map<number, RawPage[]>();
  for (const page of before) families.set(page.truth.page, [...(families.get(page.truth.page) ?? []), page]);
  const stays = new Set(left);
  return [...families.values()]
    .filter(
      (family) =>
        family.length > 1 && family[0]!.truth.kind === 'facts' && family.filter((page) => stays.has(page)).length === 1,
    )
    .slice(0, CLUSTERS)
    .map((family) => {
      const survivor = family.find((page) => stays.has(page))!;
      const copies = family.filter((page) => page !== survivor).slice(0, COPIES);
      return {
        documents: [plain(survivor), ...copies.map((page) => ({ ...plain(page), ...copyNote(page, [survivor]) }))],
      };
    });
}

function copyNote(page: RawPage, left: readonly RawPage[]): Pick<ShownDocument, 'marks' | 'note'> {
  const survivor = left.find(({ truth }) => truth.page === page.truth.page);
  if (!survivor) return { marks: [], note: '' };
  const [a, b] = [page, survivor].map(({ document }) => shingleSet(document.text, RAW_WEB_FUZZY));
  const known = new Set(survivor.document.text.split(/[\s.]+/));
  const marks = wordPlaces(page.document.text).filter(([from, to]) => !known.has(page.document.text.slice(from, to)));
  return { marks, note: `${Math.round(100 * jaccard(a!, b!))} % like ${survivor.document.id}` };
}

/** Words and marks as the n-grams see them. */
const wordPlaces = (text: string): [number, number][] =>
  [...text.matchAll(/[\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_]+/gu)].map(({ index, 0: word }) => [
    index,
    index + word.length,
  ]);

function surprising(text: string, model: KneserNey): [number, number][] {
  const places = wordPlaces(text);
  const p = model.wordProbabilities(text);
  const least = [...p].sort((a, b) => a - b)[Math.ceil(SURPRISING * p.length) - 1] ?? 0;
  return places.filter((_, i) => p[i]! <= least);
}

async function attributesOf(web: CuratedWeb, pages: readonly RawPage[]): Promise<Pick<DataReport, 'matrix' | 'cards'>> {
  const { quality, domain, cards } = await web.labellers();
  const qualities = [...ATTRIBUTE_LABELS.quality];
  const domains = [...DOMAINS, 'none'];
  const counts = domains.map(() => qualities.map(() => 0));
  for (const { document } of pages) counts[domain.label(document.text)]![quality.label(document.text)]!++;
  return {
    matrix: { domains, qualities, counts },
    cards: cards.map(({ attribute, accuracy, interval, heldOut }) => ({ attribute, accuracy, interval, heldOut })),
  };
}

/** Passes that a budget makes over all sources together, where the paper's corpora are read about once. */
const BUDGET_EPOCHS = 2;

function weightsBy(sizes: Readonly<Record<string, number>>): DataReport['weights'] {
  const list = Object.values(sizes);
  const budget = BUDGET_EPOCHS * list.reduce((a, b) => a + b, 0);
  const byHand = Object.keys(sizes).map((name) => RAW_PREFERENCE[name as keyof typeof RAW_PREFERENCE]);
  const methods: [string, readonly number[]][] = [
    ['by hand', normalized(byHand)],
    ['proportional', normalized(list)],
    ['alpha 1.3, flattened', alphaSampling(list)],
    ['alpha 1.3, sharpened', alphaSampling(list, 1.3, 'sharp')],
    ['UniMax, 1 epoch', normalized(unimax(list, budget, 1))],
    ['UniMax, 4 epochs', normalized(unimax(list, budget, 4))],
  ];
  return methods.map(([method, shares]) => ({ method, sources: weightsOf(sizes, shares, budget) }));
}
