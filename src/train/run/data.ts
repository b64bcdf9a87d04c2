/** What a run trains on: shipped shards that its blends name, the user's files in their place, or a synthetic world. */
import type { Blend, RunConfig } from '../../config/run.ts';
import { type FetchBytes, loadCatalogue, loadSource } from '../../data/catalogue.ts';
import type { Corpus } from '../../data/corpus.ts';
import { heldOutRows, type Rows } from '../../data/heldOutRows.ts';
import type { Batch } from '../../data/loader.ts';
import { type GivenFile, prepareSources, readUserFiles, sourcesOf } from '../../data/prepare.ts';
import { textLoader } from '../../data/textRows.ts';
import type { Place } from '../../recipe/place.ts';
import type { RunPart } from '../../recipe/phases.ts';
import type { Suite } from '../../evaluate/suite.ts';
import type { SourceCount } from '../../protocol.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { prepareWorld } from '../../world/prepare.ts';
import { type Question, questionsOfText, questionsOfWorld } from './questions.ts';
import { noticeWords, progressWords } from '../../words/notices.ts';

/** Batches as a function of (place, blend); see data/loader.ts. */
export interface BatchSource {
  check(blend: Blend): void;
  allocate(): Batch;
  draw(place: Place, blend: Blend, into?: Batch): Batch;
  describeCounts(counts: Float64Array): SourceCount[];
}

export interface TrainingData {
  tokenizer: Tokenizer;
  batches: BatchSource;
  /** Rows of T tokens per source, none of them trained on. */
  heldOut: { name: string; rows: Rows }[];
  /** What a synthetic world can be asked; none for text. */
  suites: readonly Suite[];
  /** What was chosen, guessed, shortened or left out, a sentence each: to be said once where a run begins. */
  notes: readonly string[];
  /** What it is asked at the end of every phase. */
  questions: readonly Question[];
}

/** What a base or a save brings with it: the tokenizer it was trained with, and what is to be said of it. */
export interface Brought {
  tokenizer: Tokenizer;
  notes?: readonly string[];
}

/**
 * Loads what the blends name, trains the tokenizer unless a base or a save brings its own (`given`), tokenizes. `part`: what is run;
 * what continues a base draws nothing from the base's blend, whose sources are prepared all the same where they are to be had, for
 * what is forgotten of them. `files` are sources of the user's, by name; `watched`: each as somebody sees it being gone through.
 */
export async function prepareData(
  config: RunConfig,
  files: readonly GivenFile[],
  fetchBytes: FetchBytes,
  onProgress: (what: string, done: number, total: number) => void,
  given: Brought | null = null,
  part: RunPart = given ? 'continued' : 'all',
  watched: (corpus: Corpus) => Corpus = (corpus) => corpus,
): Promise<TrainingData> {
  const { batch, evaluation } = config;
  const said: string[] = [...(given?.notes ?? [])];
  if (config.data.world) {
    onProgress(progressWords.world, 0, 1);
    const { corpus, loader, suites } = prepareWorld(config);
    const tokens = evaluation.rows * batch.length + 1;
    const heldOut = corpus
      .measured()
      .map((name) => ({ name, rows: heldOutRows(corpus.heldOut(name, tokens), evaluation.rows, batch.length) }));
    return {
      tokenizer: corpus.world.tokenizer,
      batches: loader,
      heldOut,
      suites,
      questions: questionsOfWorld(suites),
      notes: said,
    };
  }
  const drawn = sourcesOf(config, part === 'continued');
  const own = (await readUserFiles(files, onProgress)).map(watched);
  const missing = [...sourcesOf(config)].filter((name) => !own.some((corpus) => corpus.name === name));
  const shipped: Corpus[] = [];
  if (missing.length > 0) {
    onProgress(progressWords.text, 0, missing.length);
    const catalogue = await loadCatalogue(fetchBytes).catch((error: unknown) => {
      if (missing.some((name) => drawn.has(name))) throw error;
      return { sources: [] };
    });
    const unknown = (name: string): boolean => !catalogue.sources.some((one) => one.name === name);
    const gone = missing.filter((name) => unknown(name) && !drawn.has(name));
    if (gone.length > 0) {
      said.push(noticeWords.baseText(gone.join(', ')));
    }
    for (const name of missing.filter((one) => !gone.includes(one))) {
      shipped.push(await loadSource(fetchBytes, catalogue, name));
      onProgress(progressWords.text, shipped.length, missing.length);
    }
  }
  const { tokenizer, sources, notes } = await prepareSources(
    config,
    [...own, ...shipped],
    given?.tokenizer ?? null,
    onProgress,
  );
  const drawnFrom = sources.filter(({ name }) => drawn.has(name));
  const heldOut = sources
    .map((source) => ({
      name: source.name,
      rows: heldOutRows(source.heldOut, evaluation.rows, batch.length, tokenizer.endOfText),
    }))
    .filter(({ rows }) => rows.scored > 0);
  const questions = questionsOfText(config, sources, tokenizer);
  return {
    tokenizer,
    batches: textLoader(drawnFrom, batch, config.seed),
    heldOut,
    suites: [],
    questions,
    notes: [...said, ...notes],
  };
}
