/** What a stage did, as a person can look at it: documents of every reason and clusters of copies, with what decided marked. */
import type { DataReport, ShownCluster, ShownDocument, ShownStage } from '../../recipe/curation/dataReport.ts';
import { alphaSampling, normalized, unimax, weightsOf } from '../../recipe/weights.ts';
import type { RuleLimits } from '../stages/heuristics.ts';
import type { ShingleOptions } from '../stages/minhash.ts';
import type { RawDocument, StageReport } from '../stages/stage.ts';
import { copyOf, type Decided, equalTo, nameOf, ruleBroken, surprising, unlike } from './deciding.ts';

/** Documents shown for a reason, and clusters, each with its first copies. */
const SHOWN = 8;
const CLUSTERS = 6;
const COPIES = 3;
/** UTF-16 units of a document that are shown, since a book's chapter would bury the others, and of them those before the first mark. */
const LONGEST = 1200;
const BEFORE_MARK = 200;

/** A stage that has been gone through. */
export interface Step {
  /** Its stage's, and which variant of it after a space. */
  name: string;
  before: readonly RawDocument[];
  left: readonly RawDocument[];
  /** With its evidence. */
  report: StageReport;
  /** Of every document that was dropped, by index. */
  reasons: ReadonlyMap<number, string>;
}

export interface StepOptions {
  shingles: ShingleOptions;
  limits: RuleLimits;
  tokensOf: (text: string) => number;
}

/** Without planted truth: whoever knows it adds it. */
export function shownStep(step: Step, options: StepOptions): ShownStage {
  const { name, before, left, reasons } = step;
  const byReason = new Map<string, RawDocument[]>();
  for (const document of before) {
    const reason = reasons.get(document.index);
    if (reason === undefined) continue;
    const list = byReason.get(reason);
    if (list) list.push(document);
    else byReason.set(reason, [document]);
  }
  const decided = decider(step, options);
  return {
    ...{
      name,
      in: before.length,
      out: left.length,
      tokens: tokensIn(left, options.tokensOf),
      truth: null,
      caught: null,
    },
    kept: left.slice(0, SHOWN).map((document) => shown(document, decided(document, null))),
    reasons: [...byReason]
      .sort(([, a], [, b]) => b.length - a.length)
      .map(([reason, documents]) => ({
        ...{ reason, count: documents.length },
        documents: documents.slice(0, SHOWN).map((document) => shown(document, decided(document, reason))),
      })),
  };
}

const undecided: Decided = { marks: [], note: '' };

/** What decided about a document; reason null: it was kept. */
function decider(
  { name, before, left, report: { evidence } }: Step,
  { shingles, limits }: StepOptions,
): (document: RawDocument, reason: string | null) => Decided {
  const { model, logRatios, survivorOf } = evidence!;
  switch (name.split(' ')[0]) {
    case 'exact': {
      const survivors = new Map(left.map((document) => [document.text, document]));
      return (document, reason) => (reason === null ? undecided : equalTo(survivors.get(document.text)!));
    }
    case 'fuzzy': {
      const byIndex = new Map(before.map((document) => [document.index, document]));
      return (document) => {
        const survivor = byIndex.get(survivorOf!.get(document.index) ?? -1);
        return survivor ? copyOf(document.text, survivor, shingles) : undecided;
      };
    }
    case 'perplexity':
      return ({ text }) => surprising(text, model!);
    case 'heuristics':
      return ({ text }, reason) => (reason === null ? undecided : ruleBroken(text, reason, limits));
    case 'dsir':
      return ({ text, source }) => {
        const ratios = logRatios!(source);
        return ratios ? unlike(text, ratios) : undecided;
      };
    default:
      return () => undecided;
  }
}

function shown(document: RawDocument, { marks, note }: Decided): ShownDocument {
  const { source, text } = document;
  const first = marks[0]?.[0] ?? 0;
  // Where all that decided stands further on, that is shown.
  const from = first < LONGEST - BEFORE_MARK ? 0 : first - BEFORE_MARK;
  const to = Math.min(text.length, from + LONGEST);
  const before = from > 0 ? '…' : '';
  const shift = before.length - from;
  return {
    ...{ id: nameOf(document), source, note },
    text: `${before}${text.slice(from, to)}${to < text.length ? '…' : ''}`,
    marks: marks.filter(([begin]) => begin < to).map(([begin, end]) => [begin + shift, Math.min(end, to) + shift]),
  };
}

/** The largest clusters that a step found. */
export function clustersOf({ before, report }: Step, { shingles }: StepOptions): ShownCluster[] {
  const byIndex = new Map(before.map((document) => [document.index, document]));
  const clusters = new Map<RawDocument, RawDocument[]>();
  for (const [index, survivorIndex] of report.evidence!.survivorOf!) {
    const [copy, survivor] = [byIndex.get(index), byIndex.get(survivorIndex)];
    if (!copy || !survivor) continue;
    const list = clusters.get(survivor);
    if (list) list.push(copy);
    else clusters.set(survivor, [copy]);
  }
  return [...clusters]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, CLUSTERS)
    .map(([survivor, copies]) => ({
      documents: [
        shown(survivor, undecided),
        ...copies.slice(0, COPIES).map((copy) => shown(copy, copyOf(copy.text, survivor, shingles))),
      ],
    }));
}

export const tokensIn = (documents: readonly { text: string }[], tokensOf: (text: string) => number): number =>
  documents.reduce((sum, { text }) => sum + tokensOf(text), 0);

/** Passes that a budget makes over all sources together, where the paper's corpora are read about once. */
const BUDGET_EPOCHS = 2;

/** None where nothing is left. @param preference weights by hand; null: nobody has any. */
export function weightsBy(
  texts: DataReport['texts'],
  tokensOf: (text: string) => number,
  preference: Readonly<Record<string, number>> | null,
): DataReport['weights'] {
  const sizes = Object.fromEntries(
    texts.map(({ source, documents }) => [source, documents.reduce((sum, text) => sum + tokensOf(text), 0)]),
  );
  const list = Object.values(sizes);
  const budget = BUDGET_EPOCHS * list.reduce((a, b) => a + b, 0);
  if (budget === 0) return [];
  const methods: [string, readonly number[]][] = [
    ['proportional', normalized(list)],
    ['alpha 1.3, flattened', alphaSampling(list)],
    ['alpha 1.3, sharpened', alphaSampling(list, 1.3, 'sharp')],
    ['UniMax, 1 epoch', normalized(unimax(list, budget, 1))],
    ['UniMax, 4 epochs', normalized(unimax(list, budget, 4))],
  ];
  if (preference) methods.unshift(['by hand', normalized(Object.keys(sizes).map((name) => preference[name]!))]);
  return methods.map(([method, shares]) => ({ method, sources: weightsOf(sizes, shares, budget) }));
}
