/**
 * The perplexity filter: documents unlike clean text, by an n-gram model that is trained here on the clean sources. The paper drops what
 * is above 5000 for a model of Wikipedia and books. The scale follows from the model: one of a small source, with few words to choose
 * from, puts even noise lower. `calibrated` therefore asks it what it makes of its own words in random order, and of clean documents
 * that it has not seen.
 */
import { BitSet, Column } from './columns.ts';
import { KneserNey } from './kneserNey.ts';
import { type Documents, judged, keyOf, type Stage } from './stage.ts';

export type PerplexityLimit =
  /** A perplexity. */
  | { value: number }
  /** Share of the documents judged that stay. */
  | { percentile: number }
  /**
   * So many times the median perplexity of the clean sources' words in random order, but no less than CLEAN_FACTOR times what 99 % of
   * held-out clean documents stay below, and PAPER_LIMIT at most.
   */
  | { calibrated: number };

export const PAPER_LIMIT = 5000;
/** Raw text that is as good as the clean is about other things, and has words that the clean has not. */
const CLEAN_FACTOR = 2;
/** One in so many clean documents is held out where the limit is calibrated. */
const HELD_OUT = 10;

export interface PerplexityOptions {
  /** Sources that are trained on, and kept whole. */
  clean: readonly string[];
  order: number;
  limit: PerplexityLimit;
  /** UTF-16 units that are trained on: of more, documents chosen by their hash. Bounds memory to some ten bytes of each. */
  mostTraining: number;
}

export const paperPerplexity: PerplexityOptions = {
  clean: [],
  order: 3,
  limit: { value: PAPER_LIMIT },
  mostTraining: 12e6,
};

/** Noise that the model is asked about: enough texts for a median, and words as in a short page. */
const NOISE_TEXTS = 101;
const NOISE_WORDS = 40;

export const perplexity: Stage<Partial<PerplexityOptions>> = (documents, given, report) =>
  judged(documents, report, async () => {
    const options = { ...paperPerplexity, ...given };
    const clean = new Set(options.clean);
    const { model, heldOut } = await train(documents, options, clean);
    const limit = await limitOf(documents, options.limit, model, clean, heldOut);
    const trainedOn = { words: model.tokens, vocabulary: model.vocabulary };
    Object.assign(report.details, { limit, order: options.order, trainedOn });
    if (report.evidence) report.evidence.model = model;
    return ({ source, text }) => (clean.has(source) || model.perplexity(text) <= limit ? null : 'perplexity');
  });

async function train(
  documents: Documents,
  { order, limit, mostTraining }: PerplexityOptions,
  clean: ReadonlySet<string>,
): Promise<{ model: KneserNey; heldOut: BitSet }> {
  let units = 0;
  await documents.each(({ source, text }) => {
    if (clean.has(source)) units += text.length;
  });
  const model = new KneserNey(order);
  const heldOut = new BitSet();
  const share = Math.min(1, mostTraining / Math.max(1, units));
  await documents.each((document) => {
    if (!clean.has(document.source)) return;
    const [high, low] = keyOf(document);
    if (high >= share * 2 ** 32) return;
    if ('calibrated' in limit && low % HELD_OUT === 0) heldOut.add(document.index);
    else model.learn(document.text);
  });
  return { model: model.finish(), heldOut };
}

async function limitOf(
  documents: Documents,
  limit: PerplexityLimit,
  model: KneserNey,
  clean: ReadonlySet<string>,
  heldOut: BitSet,
): Promise<number> {
  if ('value' in limit) return limit.value;
  const calibrated = 'calibrated' in limit;
  const found = new Column(Float64Array);
  await documents.each(({ source, index, text }) => {
    if (calibrated ? heldOut.has(index) : !clean.has(source)) found.push(model.perplexity(text));
  });
  const values = found.data.subarray(0, found.length);
  if (!calibrated) return values.length === 0 ? PAPER_LIMIT : quantile(values, limit.percentile);
  const noise = Float64Array.from({ length: NOISE_TEXTS }, (_, text) => model.noisePerplexity(text, NOISE_WORDS));
  const least = values.length === 0 ? 0 : CLEAN_FACTOR * quantile(values, 0.99);
  return Math.min(PAPER_LIMIT, Math.max(least, limit.calibrated * quantile(noise, 0.5)));
}

/** The least of the values that so great a share of them does not exceed. */
const quantile = (values: Float64Array, share: number): number =>
  values.sort()[Math.max(0, Math.ceil(share * values.length) - 1)]!;
