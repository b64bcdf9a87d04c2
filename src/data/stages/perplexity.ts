/**
 * The perplexity filter: documents unlike clean text, by an n-gram model that is trained here on the clean sources. The paper drops what
 * is above 5000 for a model of Wikipedia and books. The scale follows from the model: one of a small clean source puts even noise lower.
 * `calibrated` therefore looks at clean documents that training did not see.
 */
import { BitSet, Column } from './columns.ts';
import { KneserNey } from './kneserNey.ts';
import { type Documents, judged, keyOf, type RawDocument, type Stage } from './stage.ts';

export type PerplexityLimit =
  /** A perplexity. */
  | { value: number }
  /** Share of the documents judged that stay. */
  | { percentile: number }
  /** So many times the perplexity that all but 1 % of held-out clean documents stay below, and PAPER_LIMIT at most. */
  | { calibrated: number };

export const PAPER_LIMIT = 5000;

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

/** One in so many clean documents is held out to calibrate on. */
const HELD_OUT = 10;

export const perplexity: Stage<Partial<PerplexityOptions>> = (documents, given, report) =>
  judged(documents, report, async () => {
    const options = { ...paperPerplexity, ...given };
    const clean = new Set(options.clean);
    const { model, heldOut } = await train(documents, options, clean);
    const limit = await limitOf(documents, options.limit, model, clean, heldOut);
    Object.assign(report.details, {
      limit,
      order: options.order,
      trainedOn: { words: model.tokens, vocabulary: model.vocabulary },
    });
    return (document) => (clean.has(document.source) || model.perplexity(document.text) <= limit ? null : 'perplexity');
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
  const wanted = ({ source, index }: RawDocument) => (calibrated ? heldOut.has(index) : !clean.has(source));
  const found = new Column(Float64Array);
  await documents.each((document) => {
    if (wanted(document)) found.push(model.perplexity(document.text));
  });
  if (found.length === 0) return PAPER_LIMIT;
  const sorted = found.data.subarray(0, found.length).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
  return calibrated ? Math.min(PAPER_LIMIT, limit.calibrated * at(0.99)) : at(limit.percentile);
}
