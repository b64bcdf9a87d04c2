/** What the page shows of raw text on its way to a blend: types only, made by src/data/shown and src/world/dataReport.ts. */
import type { UserFile } from '../../protocol.ts';
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

/** Share of stated values that are right, true facts in a hundred tokens. Null where it is not known. */
export interface PlantedTruth {
  right: number;
  factsPer100: number;
}

export interface ShownStage {
  name: string;
  in: number;
  out: number;
  /** Tokens left, each document once. */
  tokens: number;
  reasons: { reason: string; count: number; documents: ShownDocument[] }[];
  /** Some that it kept. */
  kept: ShownDocument[];
  /** Of what it left. */
  truth: PlantedTruth | null;
  /** What it was to drop, in words, and how well it did; null: it has no planted truth. */
  caught: { what: string; precision: number; recall: number } | null;
}

/** Near copies: the one that stayed comes first. */
export interface ShownCluster {
  documents: ShownDocument[];
}

export interface DataReport {
  pages: number;
  /** Documents without text, or that were no text. */
  unread: number;
  /** Sources of which the beginning alone was taken. */
  cut: string[];
  /** Words and marks: the world's tokens, and what can be counted of text for which no tokenizer is chosen yet. */
  tokens: number;
  /** Of the raw text. */
  truth: PlantedTruth | null;
  stages: ShownStage[];
  clusters: ShownCluster[];
  /** Perplexity of every document that the filter judged, and whether it is a page without facts; null: nobody knows. */
  perplexities: { value: number; empty: boolean | null }[];
  /** Null: there was no clean text to compare with. */
  limit: number | null;
  /** Documents by domain and quality, as classifiers label them; null: there are no classifiers for this text. */
  matrix: { domains: string[]; qualities: string[]; counts: number[][] } | null;
  cards: { attribute: string; accuracy: number; interval: [low: number, high: number]; heldOut: number }[];
  /** The sources' weights by every method that needs no training. */
  weights: { method: string; sources: GivenWeight[] }[];
  /** Documents of every source that the weights name: what a run can be trained on. */
  texts: { source: string; documents: string[] }[];
}

/** What a source is gone through as: judged by the rules for English or for code, or compared with. */
export const ROLES = ['judged', 'code', 'clean'] as const;
export type SourceRole = (typeof ROLES)[number];

/** Text to be gone through: shipped, told by its name, or a file of the reader's. */
export interface ChosenSource {
  name: string;
  role: SourceRole;
  file: UserFile | null;
}

/** Which stage is at work, and how much of its documents it has gone through, again for each reading. */
export type OnReading = (stage: string, share: number) => void;

/** Commands of the worker that makes it. */
export interface DataApi {
  crawl(seed: number, survivor: 'older' | 'newer', onProgress: OnReading): Promise<DataReport>;
  text(sources: readonly ChosenSource[], survivor: 'older' | 'newer', onProgress: OnReading): Promise<DataReport>;
}
