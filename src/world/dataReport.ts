/** A raw web gone through step by step, with what a person can look at: documents, words that decided, and how well each step did. */
import { clustersOf, shownStep, type CuratedStep, tokensIn, weightsBy } from '../data/shown/steps.ts';
import { ATTRIBUTE_LABELS } from '../data/stages/attributes.ts';
import { type CurationStep, RAW_PREFERENCE } from '../recipe/curation/dataArms.ts';
import type { DataReport, OnReading, PlantedTruth, ShownStage } from '../recipe/curation/dataReport.ts';
import { CuratedWeb } from './curatedWeb.ts';
import { CLEAN_SOURCES } from './rawSources.ts';
import { caught, caughtCopies, RAW_WEB_FUZZY, RAW_WEB_LIMITS, worthOf } from './rawTruth.ts';
import { type RawPage, type RawWebConfig, tokensOf } from './rawWeb.ts';
import { DOMAINS } from './rawWords.ts';

/** Two seconds of work for a processor, and some thousands of documents. */
export const SHOWN_WEB: RawWebConfig = { people: 64, tokens: 150_000 };
const SHOWN_AS = { shingles: RAW_WEB_FUZZY, limits: RAW_WEB_LIMITS, tokensOf };

export async function dataReport(
  seed: number,
  survivor: 'older' | 'newer',
  onProgress: OnReading,
): Promise<DataReport> {
  const web = new CuratedWeb(SHOWN_WEB, seed);
  const order: CurationStep[] = ['exact', `fuzzy ${survivor}`, 'perplexity', 'heuristics', 'dsir'];
  const raw = await web.after([]);
  const stages: ShownStage[] = [];
  let before = raw;
  let clusters: DataReport['clusters'] = [];
  let perplexities: DataReport['perplexities'] = [];
  let limit = 0;
  for (const [i, name] of order.entries()) {
    onProgress(name, 0);
    const steps = order.slice(0, i + 1);
    const left = await web.after(steps);
    const key = steps.join(', ');
    const report = web.reports.get(key)!;
    const step: CuratedStep = {
      ...{ name, report, reasons: web.reasons.get(key)! },
      ...{ before: documentsOf(before), left: documentsOf(left) },
    };
    if (name === 'perplexity') {
      limit = report.details.limit as number;
      perplexities = before.map((page) => ({
        value: report.evidence!.model!.perplexity(page.document.text),
        empty: isEmpty(page),
      }));
    }
    if (name.startsWith('fuzzy')) clusters = clustersOf(step, SHOWN_AS);
    stages.push({ ...shownStep(step, SHOWN_AS), truth: truthOf(left), caught: caughtBy(name, before, left) });
    before = left;
  }
  const texts = [
    { source: 'web', documents: before.map(({ document }) => document.text) },
    ...CLEAN_SOURCES.map((source) => ({ source, documents: [...web.pools[source]] })),
  ];
  return {
    ...{ pages: raw.length, unread: 0, cut: [], tokens: tokensIn(documentsOf(raw), tokensOf) },
    ...{ truth: truthOf(raw), stages, clusters, limit, perplexities },
    ...(await attributesOf(web, before)),
    ...{ weights: weightsBy(texts, tokensOf, RAW_PREFERENCE), texts },
  };
}

const documentsOf = (pages: readonly RawPage[]) => pages.map(({ document }) => document);

function truthOf(pages: readonly RawPage[]): PlantedTruth {
  const { right, factsPer100 } = worthOf(pages);
  return { right, factsPer100 };
}

/** Noise and adverts: neither tells anything. */
const isEmpty = ({ truth: { kind } }: RawPage): boolean => kind !== 'facts';

function caughtBy(name: string, before: readonly RawPage[], left: readonly RawPage[]): ShownStage['caught'] {
  if (name === 'exact') return { what: 'copies', ...caughtCopies(before, left, ({ document }) => document.text) };
  if (name.startsWith('fuzzy'))
    return { what: 'near copies', ...caughtCopies(before, left, ({ truth }) => truth.page) };
  const found = caught(before, left, isEmpty);
  return found.wanted === 0 || found.dropped === 0 ? null : { what: 'pages without facts', ...found };
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
