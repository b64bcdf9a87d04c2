/** What the page shows of a raw web on its way to a blend: types only, made by src/world/dataReport.ts. */
import type { GivenWeight } from '../weights.ts';

/** A document with the words that decided: where each begins and ends, UTF-16 units. */
export interface ShownDocument {
  id: string;
  source: string;
  text: string;
  marks: [from: number, to: number][];
  /** Why it went, in words of its own: a perplexity, the page whose copy it is. Empty where the reason says all. */
  note: string;
}

export interface ShownStage {
  name: string;
  in: number;
  out: number;
  /** Tokens left, each document once. */
  tokens: number;
  reasons: { reason: string; count: number; documents: ShownDocument[] }[];
  /** By the planted truth: share of stated values that are right, true facts in a hundred tokens. */
  right: number;
  factsPer100: number;
  /** What it was to drop, in words, and how well it did; null: it has no planted truth. */
  caught: { what: string; precision: number; recall: number } | null;
}

/** Near copies: the one that stayed comes first. */
export interface ShownCluster {
  documents: ShownDocument[];
}

export interface DataReport {
  seed: number;
  pages: number;
  tokens: number;
  stages: ShownStage[];
  clusters: ShownCluster[];
  /** Perplexity of every document that the filter judged, with whether it is a page without facts. */
  perplexities: { value: number; empty: boolean }[];
  limit: number;
  /** Documents by domain and quality, as classifiers label them. */
  matrix: { domains: string[]; qualities: string[]; counts: number[][] };
  cards: { attribute: string; accuracy: number; interval: [low: number, high: number]; heldOut: number }[];
  /** The sources' weights by every method that needs no training. */
  weights: { method: string; sources: GivenWeight[] }[];
  /** Documents of every source that the weights name: what a run can be trained on. */
  texts: { source: string; documents: string[] }[];
}

/** Commands of the worker that makes it. */
export interface DataApi {
  report(seed: number, survivor: 'older' | 'newer', onStage: (name: string) => void): Promise<DataReport>;
}
