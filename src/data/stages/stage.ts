/**
 * A stage of data work is a value: documents in, documents out, lazily and in order. What it does with each is counted by reason, and
 * the first of every kind are kept as examples. Stages that have to see everything before they can decide read their documents more
 * than once and keep hashes and numbers of them, never texts; what they keep is the same whatever order the documents come in.
 */
import { pcg3d } from '../../util/random.ts';
import { type Document, documentHash } from '../document.ts';
import { BitSet } from './columns.ts';
import type { KneserNey } from './kneserNey.ts';

/** A document on its way through curation. */
export interface RawDocument extends Document {
  /** Its place in what came in, from 0, by which what was decided about it is remembered. */
  index: number;
  id: string | null;
  /** When it was written or crawled: any number that grows with time. Null: unknown. */
  date: number | null;
}

/** Documents that can be gone through again and again, in the same order. */
export interface Documents<D extends Document = RawDocument> {
  each(visit: (document: D) => void): Promise<void>;
}

/**
 * @param Options what can be chosen; every stage of curation has defaults, the paper's where it tells them.
 * @param Out what a stage adds to its documents.
 */
export type Stage<Options, In extends Document = RawDocument, Out extends In = In> = (
  documents: Documents<In>,
  options: Options,
  report: StageReport<In>,
) => Documents<Out>;

/** Where a stage keeps what a long reading came to, by names of its own: a stage that is taken again finds it there. */
export interface StageSaves {
  load(name: string): Uint8Array | null;
  save(name: string, bytes: Uint8Array): void;
}

/** Documents that are in memory. */
export const inMemory = <D extends Document>(list: readonly D[]): Documents<D> => ({
  async each(visit) {
    for (const document of list) visit(document);
  },
});

/** All of them as a list: for small corpora. */
export async function collect<D extends Document>(documents: Documents<D>): Promise<D[]> {
  const list: D[] = [];
  await documents.each((document) => list.push(document));
  return list;
}

/** Examples of each kind, and UTF-16 units of each. */
const EXAMPLES = 3;
const LONGEST_EXAMPLE = 400;

export interface Example {
  id: string | null;
  source: string;
  text: string;
  /** Why it was dropped; null: it was kept. */
  reason: string | null;
}

/** What explains single verdicts: for looking into, where somebody does, and in no report. */
export interface Evidence {
  /** Who stays for a document that was dropped as a near copy, by index. */
  survivorOf?: ReadonlyMap<number, number>;
  model?: KneserNey;
  /** log p̂ − log q̂ of every bucket, by a document's source. */
  logRatios?: (source: string) => Float64Array;
}

/** What a stage did: in = out + dropped by each reason, always. */
export class StageReport<D extends Document = RawDocument> {
  readonly name: string;
  in = 0;
  out = 0;
  readonly reasons = new Map<string, number>();
  readonly examples: Example[] = [];
  /** What a person should know, a sentence each. */
  readonly notes: string[] = [];
  /** Numbers a stage came to on its way: a threshold, a count of buckets. */
  readonly details: Record<string, unknown> = {};
  /** Null: nobody looks. */
  evidence: Evidence | null = null;
  readonly #dropped: (document: D, reason: string) => void;
  #keptExamples = 0;

  constructor(name: string, dropped: (document: D, reason: string) => void = () => {}) {
    this.name = name;
    this.#dropped = dropped;
  }

  /** @param reason why it is dropped; null: it is kept. */
  count(document: D, reason: string | null): void {
    this.in++;
    if (reason === null) {
      this.out++;
      if (this.#keptExamples < EXAMPLES) {
        this.#keptExamples++;
        this.#example(document, null);
      }
      return;
    }
    const before = this.reasons.get(reason) ?? 0;
    this.reasons.set(reason, before + 1);
    if (before < EXAMPLES) this.#example(document, reason);
    this.#dropped(document, reason);
  }

  #example({ id = null, source, text }: D, reason: string | null): void {
    this.examples.push({ id, source, text: text.slice(0, LONGEST_EXAMPLE), reason });
  }
}

/**
 * The documents that a judgement leaves. `prepare` sees all of them first, as often as it needs, and returns the judge: the reason why a
 * document is dropped, or null. Judged and counted the first time through; afterwards what was decided is remembered, a bit each.
 */
export function judged(
  documents: Documents,
  report: StageReport,
  prepare: () => Promise<(document: RawDocument) => string | null>,
): Documents {
  let dropped: BitSet | null = null;
  return {
    async each(visit) {
      if (dropped !== null) {
        const known = dropped;
        return documents.each((document) => {
          if (!known.has(document.index)) visit(document);
        });
      }
      const judge = await prepare();
      const now = new BitSet();
      await documents.each((document) => {
        const reason = judge(document);
        report.count(document, reason);
        if (reason === null) visit(document);
        else now.add(document.index);
      });
      dropped = now;
    },
  };
}

/** 64 bits that tell a document by what it is and not by where it stands: its text, its source, and the id it was given. */
export function keyOf({ id, source, text }: RawDocument): [high: number, low: number] {
  const [high, low] = documentHash(text);
  const [idHigh, idLow] = documentHash(id ?? '');
  const [sourceHigh] = documentHash(source);
  const [a, b] = pcg3d(high, idHigh, sourceHigh);
  const [c] = pcg3d(low, idLow, a);
  return [b, c];
}

/** What comes first of documents with equal keys: the earlier, and last those without a date. Equal in that too, they are the same in all. */
export const tieDate = ({ date }: RawDocument): number => date ?? Infinity;
