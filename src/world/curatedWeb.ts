/**
 * A raw web after any of the steps of an arm (recipe/curation/dataArms.ts): each step is gone through once, whichever arms ask for it. The
 * stages see documents alone; labels come from classifiers that a few hundred pages with planted labels have taught.
 */
import { ATTRIBUTE_LABELS } from '../data/stages/attributes.ts';
import { usualCuration } from '../data/stages/curate.ts';
import { dsir } from '../data/stages/dsir.ts';
import { exact } from '../data/stages/exact.ts';
import { fuzzy } from '../data/stages/fuzzy.ts';
import { heuristics } from '../data/stages/heuristics.ts';
import { type Card, type LabelledDocument, type Linear, trainLinear } from '../data/stages/linear.ts';
import { mining } from '../data/stages/mining.ts';
import { perplexity } from '../data/stages/perplexity.ts';
import { collect, type Documents, inMemory, judged, type RawDocument, StageReport } from '../data/stages/stage.ts';
import type { CurationStep } from '../recipe/curation/dataArms.ts';
import { RandomStream } from '../util/random.ts';
import { CLEAN_SOURCES, CLEAN_TOKENS, type CleanSource, qaExamples } from './rawSources.ts';
import { RAW_WEB_FUZZY, RAW_WEB_LIMITS } from './rawTruth.ts';
import { type RawPage, type RawWebConfig, RawWorld, usualRawWeb } from './rawWeb.ts';
import { DOMAINS } from './rawWords.ts';

/** What the perplexity filter learns from and selection aims at. */
const CLEAN = ['wiki', 'books'] as const;
/** Share of each crawl that selection keeps, as the command does. */
const DSIR_KEEPS = 0.85;
/** Pages with planted labels that the classifiers learn from. */
const LABELLED = 600;
/** Probability from which a page counts as toxic: a filter is to miss few, and its costs are what is to be seen. */
const TOXIC = 0.25;

interface Labellers {
  quality: Linear;
  toxicity: Linear;
  domain: Linear;
  cards: Card[];
}

export class CuratedWeb {
  readonly world: RawWorld;
  readonly pools: Readonly<Record<CleanSource, readonly string[]>>;
  /** What each step said of its work, by all steps up to it. */
  readonly reports = new Map<string, StageReport>();
  /** Why each page that it dropped went, by the page's number. */
  readonly reasons = new Map<string, ReadonlyMap<number, string>>();
  readonly #pages: RawPage[];
  readonly #clean: RawDocument[];
  readonly #after = new Map<string, Promise<RawPage[]>>();
  #labellers: Promise<Labellers> | null = null;

  constructor(config: RawWebConfig, seed: number) {
    this.world = new RawWorld(config, seed);
    this.#pages = this.world.crawl();
    const scale = config.tokens / usualRawWeb.tokens;
    this.pools = Object.fromEntries(
      CLEAN_SOURCES.map((source) => [source, this.world.clean(source, Math.max(2000, scale * CLEAN_TOKENS[source]))]),
    ) as Record<CleanSource, string[]>;
    this.#clean = CLEAN.flatMap((source) => this.pools[source].map((text) => ({ source, text }))).map(
      ({ source, text }, i) => ({
        index: this.#pages.length + i,
        id: `${source}-${i}`,
        source,
        text,
        date: null,
      }),
    );
  }

  /** The pages that some steps leave. */
  after(steps: readonly CurationStep[]): Promise<RawPage[]> {
    if (steps.length === 0) return Promise.resolve(this.#pages);
    const key = steps.join(', ');
    let known = this.#after.get(key);
    if (!known) this.#after.set(key, (known = this.#take(steps.slice(0, -1), steps.at(-1)!)));
    return known;
  }

  async #take(before: readonly CurationStep[], step: CurationStep): Promise<RawPage[]> {
    const pages = await this.after(before);
    const byIndex = new Map(pages.map((page) => [page.document.index, page]));
    const documents = inMemory([...pages.map(({ document }) => document), ...this.#clean]);
    const key = [...before, step].join(', ');
    const reasons = new Map<number, string>();
    const report = new StageReport(step, ({ index }, reason) => reasons.set(index, reason));
    this.reports.set(key, report);
    this.reasons.set(key, reasons);
    const left = await collect(await this.#stage(step, documents, report));
    return left.flatMap(({ index }) => byIndex.get(index) ?? []);
  }

  async #stage(step: CurationStep, documents: Documents, report: StageReport): Promise<Documents> {
    const clean = [...CLEAN];
    const { seed } = this.world;
    const select = (more: object) => dsir(documents, { clean, keep: DSIR_KEEPS, seed, ...more }, report);
    switch (step) {
      case 'exact':
        return exact(documents, {}, report);
      case 'fuzzy older':
      case 'fuzzy newer':
        return fuzzy(documents, { ...RAW_WEB_FUZZY, survivor: step === 'fuzzy older' ? 'older' : 'newer' }, report);
      case 'perplexity':
        return perplexity(documents, { clean, limit: usualCuration.perplexity }, report);
      case 'heuristics':
        return heuristics(documents, { clean, limits: RAW_WEB_LIMITS }, report);
      case 'dsir':
        return select({});
      case 'dsir pooled':
        return select({ pooled: true });
      case 'dsir by attributes': {
        const { quality, toxicity } = await this.labellers();
        const target = ({ source, text }: RawDocument) =>
          !clean.some((one) => one === source) && quality.label(text) === 0 && !isToxic(toxicity, text);
        return select({ target });
      }
      case 'no toxic': {
        const { toxicity } = await this.labellers();
        return judged(documents, report, () =>
          Promise.resolve(({ source, text }) =>
            !clean.some((one) => one === source) && isToxic(toxicity, text) ? 'toxic' : null,
          ),
        );
      }
    }
  }

  /** Classifiers taught by pages of the filtered web. */
  labellers(): Promise<Labellers> {
    return (this.#labellers ??= this.#teach());
  }

  async #teach(): Promise<Labellers> {
    const filtered = await this.after(['exact', 'fuzzy older', 'perplexity', 'heuristics']);
    const draws = new RandomStream(this.world.seed, 'raw.labelled');
    const pages = draws.shuffle([...filtered]).slice(0, LABELLED);
    const teach = (attribute: string, labels: readonly string[], of: (page: RawPage) => number) =>
      trainLinear(
        attribute,
        labels,
        pages.map((page): LabelledDocument => ({ text: page.document.text, label: of(page) })),
        `${pages.length} pages of the filtered web with planted labels`,
      );
    const quality = teach('quality', ATTRIBUTE_LABELS.quality, ({ truth }) => truth.quality);
    const toxicity = teach('toxicity', ATTRIBUTE_LABELS.toxicity, ({ truth }) => (truth.toxic ? 1 : 0));
    // Pages without facts are of none of the six.
    const domain = teach('domain', [...DOMAINS, 'none'], ({ truth }) =>
      truth.domain < 0 ? DOMAINS.length : truth.domain,
    );
    return {
      ...{ quality: quality.classifier, toxicity: toxicity.classifier, domain: domain.classifier },
      cards: [quality.card, toxicity.card, domain.card],
    };
  }

  /** The pages nearest to the questions and answers, a tenth of them all. */
  async mined(steps: readonly CurationStep[]): Promise<RawPage[]> {
    const pages = await this.after(steps);
    const count = Math.ceil(pages.length / 10);
    const stage = mining(
      inMemory(pages.map(({ document }) => document)),
      { examples: qaExamples(this.world), count },
      new StageReport('mining'),
    );
    const near = new Set((await collect(stage)).map(({ index }) => index));
    return pages.filter(({ document }) => near.has(document.index));
  }
}

const isToxic = (toxicity: Linear, text: string): boolean => toxicity.probabilities(text)[1]! > TOXIC;
