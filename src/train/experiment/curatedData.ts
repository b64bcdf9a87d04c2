/** What an arm of curation trains on: its web and the sources beside it, tokenized, and their shares. */
import type { Blend, RunConfig } from '../../config/run.ts';
import { placeOfStep } from '../../recipe/place.ts';
import { heldOutRows, type Rows } from '../../data/heldOutRows.ts';
import { tokenizeDocuments, type TokenSource } from '../../data/source.ts';
import { textLoader } from '../../data/textRows.ts';
import type { Suite } from '../../evaluate/suite.ts';
import { type CuratedData, RAW_PREFERENCE } from '../../recipe/curation/dataArms.ts';
import type { RowData } from '../../recipe/results/results.ts';
import { alphaSampling, normalized, unimax } from '../../recipe/weights.ts';
import { CuratedWeb } from '../../world/curatedWeb.ts';
import { CLEAN_SOURCES, rawBenchmarks, rawTokenizer } from '../../world/rawSources.ts';
import { worthOf } from '../../world/rawTruth.ts';
import { type RawPage, type RawWebConfig, usualRawWeb } from '../../world/rawWeb.ts';
import { DOMAINS } from '../../world/rawWords.ts';
import type { TrainingData } from '../run/data.ts';

/** Documents from here on are held out: training's are never so many. */
const HELD_OUT = 2 ** 30;
/** How often a page of each quality is seen beside one of the lowest (curation-world.md's setting). */
const QUALITY_WEIGHTS = [4, 2, 1];

/** A seed's web with what every arm of it shares. */
export interface SeededWeb {
  web: CuratedWeb;
  suites: Suite[];
  heldOut: { name: string; rows: Rows }[];
  /** The sources beside the web. */
  sources: TokenSource[];
}

const tokenizer = rawTokenizer();
const sourceOf = (name: string, texts: readonly string[]): TokenSource => ({
  ...{ name, label: name, licence: 'made here', heldOut: tokenizeDocuments([], tokenizer) },
  train: tokenizeDocuments(
    texts.map((text) => ({ source: name, text })),
    tokenizer,
  ),
});

export function seededWeb({ batch, evaluation }: RunConfig, seed: number, size: RawWebConfig = usualRawWeb): SeededWeb {
  const web = new CuratedWeb(size, seed);
  const tokens = evaluation.rows * batch.length + 1;
  return {
    web,
    suites: rawBenchmarks(web.world),
    sources: CLEAN_SOURCES.map((name) => sourceOf(name, web.pools[name])),
    heldOut: CLEAN_SOURCES.map((name) => ({
      name,
      rows: heldOutRows(
        sourceOf(name, web.world.clean(name, tokens, HELD_OUT)).train,
        evaluation.rows,
        batch.length,
        tokenizer.endOfText,
      ),
    })),
  };
}

export interface ArmData {
  data: TrainingData;
  sources: readonly TokenSource[];
  blend: Blend;
  /** The blend of continued training; null: the arm has none. */
  continued: Blend | null;
  /** What it means for the row. */
  row: RowData;
}

/** @param doremi weights of DoReMi for some sources, trained where an arm asks for them. */
export async function armData(
  { web, suites, heldOut, sources: beside }: SeededWeb,
  choice: CuratedData,
  config: RunConfig,
  doremi: (sources: readonly TokenSource[]) => Promise<number[]>,
): Promise<ArmData> {
  const pages = await web.after(choice.steps);
  const { batch, seed, base } = config;
  const budget = placeOfStep(base.steps, batch, base).tokens;
  const whole = [sourceOf('web', textsOf(pages)), ...beside];
  const sizes = whole.map(({ train }) => train.tokens.length);
  const named = (shares: readonly number[]): Blend =>
    Object.fromEntries(normalized(shares).map((share, i) => [whole[i]!.name, share]));
  const preferred = normalized(whole.map(({ name }) => RAW_PREFERENCE[name as keyof typeof RAW_PREFERENCE]));
  const { weights } = choice;
  let [sources, blend] = [whole, named(preferred)];
  switch (weights.by) {
    case 'proportional':
      blend = named(sizes);
      break;
    case 'alpha':
      blend = named(alphaSampling(sizes, weights.alpha, weights.sign));
      break;
    case 'unimax':
      blend = named(unimax(sizes, budget, weights.epochs));
      break;
    case 'doremi':
      blend = named(await doremi(whole));
      break;
    case 'quality':
    case 'domain': {
      const { quality, domain } = await web.labellers();
      const [labeller, labels] =
        weights.by === 'quality' ? [quality, QUALITY_WEIGHTS.length] : [domain, DOMAINS.length + 1];
      const buckets = Array.from({ length: labels }, (): RawPage[] => []);
      for (const page of pages) buckets[labeller.label(page.document.text)]!.push(page);
      // A bucket of fewer tokens than a row has cannot be drawn from.
      const parts = buckets
        .map((list, label) => ({ label, source: sourceOf(`web-${label}`, textsOf(list)) }))
        .filter(({ source }) => source.train.tokens.length > batch.length);
      const tokens = parts.map(({ source }) => source.train.tokens.length);
      const shares = normalized(
        weights.by === 'quality'
          ? parts.map(({ label }, i) => tokens[i]! * QUALITY_WEIGHTS[label]!)
          : unimax(tokens, preferred[0]! * budget, weights.epochs),
      );
      sources = [...parts.map(({ source }) => source), ...beside];
      const { web: forWeb, ...others } = blend;
      blend = { ...others, ...Object.fromEntries(parts.map(({ source }, i) => [source.name, forWeb! * shares[i]!])) };
    }
  }
  let continued: Blend | null = null;
  if (choice.mined !== null) {
    continued = { ...blend };
    if (choice.mined > 0) {
      const mined = sourceOf('mined', textsOf(await web.mined(choice.steps)));
      sources = [...sources, mined];
      continued.mined = choice.mined * blend.web!;
      continued.web = (1 - choice.mined) * blend.web!;
    }
  }
  const size = new Map(sources.map(({ name, train }) => [name, train.tokens.length]));
  const { pages: count, tokens, right, factsPer100 } = worthOf(pages);
  return {
    data: {
      ...{ tokenizer, suites, heldOut, notes: [], questions: [] },
      batches: textLoader(sources, batch, seed),
    },
    ...{ sources, blend, continued },
    row: {
      ...{ pages: count, tokens, right, factsPer100, shares: rounded(blend) },
      epochs: rounded(
        Object.fromEntries(Object.entries(blend).map(([name, share]) => [name, (share * budget) / size.get(name)!])),
      ),
    },
  };
}

const textsOf = (pages: readonly RawPage[]): string[] => pages.map(({ document }) => document.text);

/** Four decimals: enough for a table, and few enough for a file that is published. */
const rounded = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value.toFixed(4))]));
