/**
 * A raw crawl with planted faults, and clean sources beside it: the corpus in which every step of "Data, Data Everywhere" can be
 * measured, since of every page it is known what is true, what is copied and what is noise. The truth stands apart from the text: stages
 * see documents, measures see both. Everything follows from size and seed; a page is f(seed, its number). The faults are planted far more
 * thickly than the web has them.
 */
import type { RawDocument } from '../data/stages/stage.ts';
import { streamOf } from '../util/random.ts';
import { Draws } from './draws.ts';
import { type CleanSource, cleanDocument, lines } from './rawSources.ts';
import {
  ADVERTS,
  BOILERPLATE,
  FIRST_NAMES,
  FOOTER,
  FOREIGN,
  LAST_NAMES,
  OBJECTS,
  PRODUCTS,
  REGISTERS,
  ROOMS,
  RUDE,
  SLOPPY,
  RAW_STATEMENTS,
  SYMBOLS,
  VALUES,
} from './rawWords.ts';

export const KINDS = ['facts', 'advert', 'random words', 'repeated line', 'symbols'] as const;
export type PageKind = (typeof KINDS)[number];
export const QUALITIES = ['High', 'Medium', 'Low'] as const;

/** What was planted in a page. */
export interface Truth {
  kind: PageKind;
  /** Number of the page that it or its original is. */
  page: number;
  /** 0: an original; k: the k-th near copy, newer and more often wrong. */
  copy: number;
  /** An exact copy of an earlier one. */
  repeated: boolean;
  domain: number;
  type: number;
  /** 0 High, 1 Medium, 2 Low. */
  quality: number;
  toxic: boolean;
  facts: number;
  right: number;
}

export interface RawWebConfig {
  people: number;
  /** Words and marks of the crawl, ends of documents counted. */
  tokens: number;
}
export const usualRawWeb: RawWebConfig = { people: 64, tokens: 2_000_000 };

/** Sources of the crawl, in the order they were crawled. */
export const CRAWLS = ['crawl-0', 'crawl-1', 'crawl-2'] as const;
const CRAWL_SHARES = [0.5, 0.3, 0.2];
const KIND_SHARES = [0.6, 0.14, 0.1, 0.09, 0.07];
/** By crawls 0 and 1, and by crawl 2, which has another register and holds the rare domains. */
const DOMAIN_SHARES = [
  [0.06, 0.12, 0.26, 0.34, 0.18, 0.04],
  [0.28, 0.2, 0.1, 0.1, 0.1, 0.22],
];
const TYPE_SHARES = [
  [0.15, 0.25, 0.4, 0.2],
  [0.03, 0.07, 0.25, 0.65],
];
/** High, Medium, Low by type; of travel and health in crawls 0 and 1; of crawl 2. */
const QUALITY_SHARES = [
  [0.5, 0.35, 0.15],
  [0.2, 0.4, 0.4],
  [0.12, 0.33, 0.55],
  [0.12, 0.33, 0.55],
];
const RARE_QUALITY = [0.55, 0.3, 0.15];
const LAST_QUALITY = [0.5, 0.35, 0.15];
/** By quality: share of wrong values, of sentences with a sloppy word, and of pages with exact copies. */
const WRONG = [0.03, 0.2, 0.55];
const SLOPPY_SHARES = [0.02, 0.3, 0.75];
const COPIED = [0.06, 0.12, 0.25];
const COPIED_KIND: Record<PageKind, number> = {
  facts: 0,
  advert: 0.4,
  'random words': 0.25,
  'repeated line': 0.45,
  symbols: 0.4,
};
const COPIED_NEAR = 0.4;
const MOST_COPIES = 100;
const NEAR = 0.45;
const HEALTH = 5;

export interface RawPage {
  document: RawDocument;
  truth: Truth;
}

/** A page before it is written down. */
interface Plan {
  type: number;
  domain: number;
  people: number[];
  values: number[];
  ways: number[];
  marks: string[];
  before: string[];
  after: string[];
}

export class RawWorld {
  readonly config: RawWebConfig;
  readonly seed: number;
  readonly names: readonly string[];
  /** Value of attribute a of person p at 6 p + a. */
  readonly facts: Uint8Array;
  /** The word of the second language for each value, domain by domain: the seed's choice. */
  readonly foreign: readonly string[];
  /** Every word there is: what random words are drawn from. */
  readonly words: readonly string[];

  constructor(config: RawWebConfig, seed: number) {
    if (!(config.people >= 6 && config.people <= LAST_NAMES.length)) {
      throw new RangeError(`A raw web has 6 to ${LAST_NAMES.length} people, not ${config.people}.`);
    }
    this.config = config;
    this.seed = seed;
    const draws = this.#open('people', 0);
    const last = draws.shuffle([...LAST_NAMES]).slice(0, config.people);
    this.names = last.map((name) => `${draws.pick(FIRST_NAMES)} ${name}`);
    this.facts = Uint8Array.from({ length: 6 * config.people }, () => draws.integer(16));
    this.foreign = this.#open('dictionary', 0).shuffle([...FOREIGN]);
    const phrases = [...RAW_STATEMENTS.flat(), ...REGISTERS.flat(), ...BOILERPLATE, FOOTER, ...ADVERTS];
    const lists = [this.names, VALUES.flat(), OBJECTS, ROOMS, PRODUCTS, RUDE, SLOPPY, phrases];
    this.words = [...new Set(lists.flat().flatMap((text) => text.split(' ')))].filter((word) => /^[a-z]+$/.test(word));
  }

  #open(purpose: string, index: number): Draws {
    return new Draws().open(this.seed, streamOf(`raw.${purpose}`), index);
  }

  /** The crawl, in an order that tells nothing. */
  crawl(): RawPage[] {
    const pages: RawPage[] = [];
    for (let page = 0, tokens = 0; tokens < this.config.tokens; page++) {
      for (const one of this.#family(page)) {
        pages.push(one);
        tokens += tokensOf(one.document.text);
      }
    }
    this.#open('order', 0).shuffle(pages);
    pages.forEach(({ document }, index) => Object.assign(document, { index, id: `page-${index}` }));
    return pages;
  }

  /** Everything in one list: crawl, encyclopedia and books, numbered on. */
  corpus(): { pages: RawPage[]; documents: RawDocument[] } {
    const pages = this.crawl();
    const documents = pages.map(({ document }) => document);
    for (const [source, tokens] of [
      ['wiki', 16_000],
      ['books', 27_000],
    ] as const) {
      const scaled = Math.max(2000, (tokens * this.config.tokens) / usualRawWeb.tokens);
      for (const text of this.clean(source, scaled)) {
        documents.push({ index: documents.length, id: `${source}-${documents.length}`, source, text, date: null });
      }
    }
    return { pages, documents };
  }

  /** Documents of a source that nobody crawled, about so many tokens. Documents from `first` on are others. */
  clean(source: CleanSource, tokens: number, first = 0): string[] {
    const texts: string[] = [];
    for (let i = first, sum = 0; sum < tokens; i++) {
      const text = cleanDocument(source, this, this.#open(source, i));
      texts.push(text);
      sum += tokensOf(text);
    }
    return texts;
  }

  /** The value that person p has in a domain. */
  valueOf(person: number, domain: number): string {
    return VALUES[domain]![this.facts[6 * person + domain]!]!;
  }

  statement(domain: number, way: number, person: number, value: number): string {
    return RAW_STATEMENTS[domain]![way]!.replace('#', this.names[person]!).replace('$', VALUES[domain]![value]!);
  }

  /** A page, its near copies, and the exact copies of each. */
  #family(page: number): RawPage[] {
    const draws = this.#open('page', page);
    const crawl = pick(draws, CRAWL_SHARES);
    const kind = KINDS[pick(draws, KIND_SHARES)]!;
    const time = 0.6 * draws.uniform();
    const truth: Truth = {
      kind,
      page,
      copy: 0,
      repeated: false,
      domain: -1,
      type: 2,
      quality: 1,
      toxic: false,
      facts: 0,
      right: 0,
    };
    const one = (text: string, date: number, more: Partial<Truth>): RawPage => ({
      document: { index: 0, id: null, source: CRAWLS[crawl]!, text, date },
      truth: { ...truth, ...more },
    });
    const family: RawPage[] = [];
    if (kind === 'facts') this.#factPages(draws, crawl, time, truth, family, one);
    else {
      const text = this.#junk(kind, draws, crawl);
      family.push(one(text, time, {}));
      if (kind !== 'repeated line' && draws.chance(NEAR)) {
        const copies = 1 + draws.integer(3);
        for (let copy = 1; copy <= copies; copy++)
          family.push(one(this.#damaged(text, copy, draws), laterThan(time, copy, draws), { copy }));
      }
    }
    return family.flatMap((original) => {
      const near = original.truth.copy > 0 && kind === 'facts';
      const share = near ? COPIED_NEAR : kind === 'facts' ? COPIED[original.truth.quality]! : COPIED_KIND[kind];
      const copies = draws.chance(share)
        ? Math.min(MOST_COPIES, Math.floor(2 * (1 - draws.uniform()) ** (-1 / 1.2)))
        : 1;
      return Array.from({ length: copies }, (_, k) =>
        k === 0
          ? original
          : one(original.document.text, Math.min(1, original.document.date! + 0.02 * draws.uniform()), {
              ...original.truth,
              repeated: true,
            }),
      );
    });
  }

  #factPages(
    draws: Draws,
    crawl: number,
    time: number,
    truth: Truth,
    family: RawPage[],
    one: (text: string, date: number, more: Partial<Truth>) => RawPage,
  ): void {
    const late = crawl === 2 ? 1 : 0;
    const domain = pick(draws, DOMAIN_SHARES[late]!);
    const type = pick(draws, TYPE_SHARES[late]!);
    const rare = domain === 0 || domain === HEALTH;
    const quality = pick(draws, late ? LAST_QUALITY : rare ? RARE_QUALITY : QUALITY_SHARES[type]!);
    const toxic = draws.chance(domain === HEALTH ? 0.6 : quality === 2 ? 0.1 : 0.02);
    Object.assign(truth, { domain, type, quality, toxic });
    const people = draws.shuffle(this.names.map((_, person) => person)).slice(0, 3 + draws.integer(2));
    const truthOf = (person: number) => this.facts[6 * person + domain]!;
    const plan: Plan = {
      ...{ type, domain, people },
      values: people.map((person) => (draws.chance(WRONG[quality]!) ? draws.integer(16) : truthOf(person))),
      ways: people.map(() => draws.integer(4)),
      marks: people.map(
        () =>
          (toxic && draws.chance(0.7) ? `${draws.pick(RUDE)} ` : '') +
          (draws.chance(SLOPPY_SHARES[quality]!) ? `${draws.pick(SLOPPY)} ` : ''),
      ),
      before: draws.chance(0.15) ? [draws.pick(BOILERPLATE)] : [],
      after: draws.chance(0.15) ? [draws.pick(BOILERPLATE)] : [],
    };
    // A toxic page has one rude word at least.
    if (toxic && !plan.marks.some((mark) => RUDE.some((word) => mark.includes(word))))
      plan.marks[0] = `${draws.pick(RUDE)} ${plan.marks[0]}`;
    const footer = late && draws.chance(0.7) ? [FOOTER] : [];
    const push = (planned: Plan, date: number, copy: number): void => {
      const right = planned.values.filter((value, i) => value === truthOf(people[i]!)).length;
      family.push(one(this.#factText(planned, footer), date, { copy, facts: people.length, right }));
    };
    push(plan, time, 0);
    if (!draws.chance(NEAR)) return;
    const copies = 1 + draws.integer(3);
    for (let copy = 1; copy <= copies; copy++) {
      const values = plan.values.map((value) => (draws.chance(0.2 + 0.2 * copy) ? draws.integer(16) : value));
      const after = draws.chance(0.15) ? (draws.chance(0.5) ? [] : [draws.pick(BOILERPLATE)]) : plan.after;
      push({ ...plan, values, after }, laterThan(time, copy, draws), copy);
    }
  }

  #factText({ type, domain, people, values, ways, marks, before, after }: Plan, footer: readonly string[]): string {
    const [opening, closing] = REGISTERS[type]!;
    const statements = people.map((person, i) => marks[i]! + this.statement(domain, ways[i]!, person, values[i]!));
    return lines([...before, opening, ...statements, closing, ...after, ...footer]);
  }

  #junk(kind: PageKind, draws: Draws, crawl: number): string {
    switch (kind) {
      case 'advert': {
        const thing = () =>
          draws.chance(0.5) ? draws.pick(OBJECTS) : draws.chance(0.5) ? draws.pick(VALUES[3]!) : draws.pick(PRODUCTS);
        const text = Array.from({ length: 4 + draws.integer(2) }, () =>
          draws
            .pick(ADVERTS)
            .replaceAll('@', () => draws.pick(VALUES[4]!))
            .replaceAll('#', thing),
        );
        if (draws.chance(0.8)) text.unshift(draws.pick(BOILERPLATE));
        if (draws.chance(0.8)) text.push(draws.pick(BOILERPLATE));
        if (crawl === 2 && draws.chance(0.7)) text.push(FOOTER);
        return lines(text);
      }
      case 'random words': {
        const words = Array.from({ length: 18 + draws.integer(20) }, () => draws.pick(this.words));
        return lines(
          Array.from({ length: Math.ceil(words.length / 6) }, (_, i) => words.slice(6 * i, 6 * i + 6).join(' ')),
        );
      }
      case 'repeated line': {
        const line = draws.pick(BOILERPLATE);
        return lines(
          Array.from({ length: 4 + draws.integer(4) }, () => (draws.chance(0.85) ? line : draws.pick(BOILERPLATE))),
        );
      }
      default:
        return Array.from({ length: 18 + draws.integer(16) }, () =>
          draws.chance(0.5)
            ? draws.pick(SYMBOLS)
            : draws.chance(0.4)
              ? String(draws.integer(10))
              : draws.pick(PRODUCTS),
        ).join(' ');
    }
  }

  /** As many of a text's words as is asked, replaced by others. */
  #damaged(text: string, times: number, draws: Draws): string {
    const parts = text.split(/(\s+)/);
    for (let k = 0; k < times; k++) parts[2 * draws.integer(Math.ceil(parts.length / 2))] = draws.pick(this.words);
    return parts.join('');
  }
}

function laterThan(time: number, copy: number, draws: Draws): number {
  return time + ((0.4 * copy) / 3) * (0.5 + 0.5 * draws.uniform());
}

function pick(draws: Draws, shares: readonly number[]): number {
  let point = draws.uniform();
  for (let k = 0; k < shares.length - 1; k++) if ((point -= shares[k]!) < 0) return k;
  return shares.length - 1;
}

/** Words and full stops, and the end of the document. */
export function tokensOf(text: string): number {
  return (text.match(/[^\s.]+|\./g)?.length ?? 0) + 1;
}
