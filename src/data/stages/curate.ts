/** The stages one after another, each gone through to its end, so that its counts and its time are its own. */
import { dsir } from './dsir.ts';
import { exact } from './exact.ts';
import { fuzzy } from './fuzzy.ts';
import { heuristics, type RuleLimits } from './heuristics.ts';
import { perplexity, type PerplexityLimit } from './perplexity.ts';
import { type Documents, type RawDocument, StageReport, type StageSaves } from './stage.ts';
import type { Survivor } from './survivors.ts';

/** In the paper's order. */
export const STAGES = ['exact', 'fuzzy', 'perplexity', 'heuristics', 'dsir'] as const;
export type StageName = (typeof STAGES)[number];

/** Those that compare with clean sources. */
export const NEED_CLEAN: readonly StageName[] = ['perplexity', 'dsir'];

export interface CurateOptions {
  survivor: Survivor;
  /** Names in the order they were given: from old to new where documents have no date. */
  sources: readonly string[];
  clean: readonly string[];
  /** Judged by the rules for code. */
  code: readonly string[];
  /** Share of each source that selection keeps. */
  keep: number;
  /** Least exact similarity of near copies; null: an equal band is enough. */
  jaccard: number | null;
  perplexity: PerplexityLimit;
  limits: RuleLimits;
  seed: number;
}

/** Defaults of a run; docs/curation.md accounts for the calibration. */
export const usualCuration: CurateOptions = {
  ...{ survivor: 'older', sources: [], clean: [], code: [], keep: 0.85, jaccard: null, limits: {}, seed: 1 },
  perplexity: { calibrated: 0.4 },
};

export interface Curation {
  documents: Documents;
  reports: StageReport[];
}

/** A stage with its name and its options put to it. */
export function stageOf(
  name: StageName,
  options: CurateOptions,
  saves: StageSaves | null = null,
): (documents: Documents, report: StageReport) => Documents {
  const { survivor, sources, clean, code, keep, jaccard, limits, seed } = options;
  switch (name) {
    case 'exact':
      return (documents, report) => exact(documents, { survivor, sources, seed }, report);
    case 'fuzzy':
      return (documents, report) => fuzzy(documents, { survivor, sources, seed, jaccard, saves }, report);
    case 'perplexity':
      return (documents, report) => perplexity(documents, { clean, limit: options.perplexity }, report);
    case 'heuristics':
      return (documents, report) => heuristics(documents, { clean, code, limits }, report);
    case 'dsir':
      return (documents, report) => dsir(documents, { clean, keep, seed }, report);
  }
}

export interface CurationEvents {
  begun?(name: StageName): void;
  /** Told of every document that goes. */
  dropped?(document: RawDocument, stage: StageName, reason: string): void;
  ended?(report: StageReport): void;
}

export async function curate(
  documents: Documents,
  names: readonly StageName[],
  options: CurateOptions,
  { begun, dropped, ended }: CurationEvents = {},
  saves: StageSaves | null = null,
): Promise<Curation> {
  const reports: StageReport[] = [];
  for (const name of names) {
    begun?.(name);
    const report = new StageReport(name, (document, reason) => dropped?.(document, name, reason));
    documents = stageOf(name, options, saves)(documents, report);
    await documents.each(() => {});
    reports.push(report);
    ended?.(report);
  }
  return { documents, reports };
}
