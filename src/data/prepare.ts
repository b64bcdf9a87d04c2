import { loadTokenizer, sampleShares, type SourceTexts } from '../tokenizer/load.ts';
import { UserError } from '../util/errors.ts';
import { brief } from '../util/quoted.ts';
import type { Invalid } from './decode.ts';
import { readFile, type ReadOptions } from './read.ts';
import { tokenizeSource } from './source.ts';
import { EQUALS_HELD_OUT, holdOut, type SidedDocument } from './stages/holdOut.ts';
import { sample } from './stages/sample.ts';
import { type Documents, StageReport } from './stages/stage.ts';
import type { RunConfig } from '../config/run.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { type Corpus, heldCorpus, together } from './corpus.ts';
import type { Document } from './document.ts';
import { HELD_LINES, openLines } from './lines.ts';
import type { TokenSource } from './source.ts';
import { dataWords } from '../words/data.ts';
import { progressWords } from '../words/notices.ts';

type OnProgress = (what: string, done: number, total: number) => void;

export interface Prepared {
  tokenizer: Tokenizer;
  sources: TokenSource[];
  /** What was chosen, shortened or left out on the way, a sentence each. */
  notes: string[];
}

/** A source on its way: what holding out made of it. */
interface Sided {
  corpus: Corpus;
  report: StageReport<Document>;
  documents: Documents<SidedDocument>;
}

/**
 * From documents to what training reads: of every source some blend draws from a share is held out, then the tokenizer is taken
 * as `given` (a continued base's own) or trained on what is not, then both sides are tokenized. Another stage of data work has its
 * place in a corpus's documents, before holding out, so that what it drops is on neither side.
 */
export async function prepareSources(
  config: RunConfig,
  corpora: readonly Corpus[],
  given: Tokenizer | null,
  onProgress?: OnProgress,
): Promise<Prepared> {
  const wanted = sourcesOf(config);
  const { heldOut: share, split: by } = config.data;
  const sided = corpora
    .filter(({ name }) => wanted.has(name))
    .map((corpus): Sided => {
      const report = new StageReport<Document>(dataWords.heldOutOf(corpus.name));
      return { corpus, report, documents: holdOut(corpus.documents, { share, by }, report) };
    });
  const tokenizer = given ?? (await trainTokenizer(config, sided, onProgress));
  if (tokenizer.size > config.model.vocab_size) {
    throw new UserError(
      dataWords.smallEmbedding(tokenizer.size, config.model.vocab_size, Math.ceil(tokenizer.size / 4) * 4),
    );
  }
  const sources: TokenSource[] = [];
  for (const { corpus, documents } of sided) {
    onProgress?.(progressWords.tokenizing(corpus.name), sources.length, sided.length);
    sources.push(await tokenizeSource(corpus, documents, tokenizer));
  }
  onProgress?.(progressWords.tokenizing(), sided.length, sided.length);
  const notes = sided.flatMap((one, i) => [...one.corpus.notes(), ...heldOutNotes(one, sources[i]!, config)]);
  if (config.data.heldOut === 0) notes.push(dataWords.nothingHeldOut);
  const { kind } = config.tokenizer;
  if (given === null && kind === 'bpe' && tokenizer.size < config.tokenizer.vocab_size) {
    notes.push(dataWords.fewIds(tokenizer.size, config.tokenizer.vocab_size));
  }
  return { tokenizer, sources, notes };
}

/** How what is held out of a source departs from what was asked for, and what is little of it. */
function heldOutNotes(
  { corpus: { name }, report: { details, reasons } }: Sided,
  { heldOut }: TokenSource,
  { data, batch, evaluation }: RunConfig,
): string[] {
  const notes: string[] = [];
  const { by, tooFew } = details as { by: string; tooFew?: number };
  // One document can only be divided by its tail.
  if (tooFew !== undefined && tooFew > 1) {
    notes.push(dataWords.tailHeldOut(name, tooFew, `${Number((100 * data.heldOut).toPrecision(3))} %`));
  }
  const dropped = reasons.get(EQUALS_HELD_OUT) ?? 0;
  if (dropped > 0) notes.push(dataWords.equalHeldOut(name, dropped));
  const tokens = heldOut.tokens.length;
  const rows = Math.ceil(tokens / batch.length);
  if (by !== 'none' && tokens < batch.length) {
    notes.push(dataWords.roughHeldOut(name, tokens, batch.length));
  } else if (by !== 'none' && rows < evaluation.rows) {
    notes.push(dataWords.fewHeldOut(name, tokens, rows, batch.length, evaluation.rows));
  }
  return notes;
}

async function trainTokenizer(
  { tokenizer }: RunConfig,
  sided: readonly Sided[],
  onProgress?: OnProgress,
): Promise<Tokenizer> {
  if (tokenizer.kind === 'word') {
    throw new UserError(dataWords.wordTokenizer);
  }
  if (tokenizer.kind === 'given') throw new UserError(dataWords.foreignTokenizer);
  const training: SourceTexts[] = [];
  if (tokenizer.kind === 'bpe') {
    const shares = sampleShares(
      sided.map(({ corpus }) => corpus.size),
      tokenizer.even === true,
    );
    for (const [number, { corpus, documents }] of sided.entries()) {
      const texts: string[] = [];
      // What is held is drawn from where the tokenizer is trained.
      const share = corpus.held ? 1 : shares[number]!;
      const report = new StageReport<SidedDocument>(dataWords.sampleOf(corpus.name));
      await sample(documents, { share, number }, report).each(({ text }) => texts.push(text));
      training.push({ texts, share });
    }
  }
  return loadTokenizer(tokenizer, training, (done, total) =>
    onProgress?.(progressWords.trainingTokenizer, done, total),
  );
}

/** Names of the sources that some phase draws from; `fromBase`: of a run that continues a checkpoint, whose base draws no more. */
export function sourcesOf({ base, continued }: RunConfig, fromBase = false): Set<string> {
  const blends = [fromBase ? {} : base.blend, continued?.general ?? {}, continued?.qa ?? {}];
  return new Set(
    blends.flatMap((blend) =>
      Object.entries(blend)
        .filter(([, weight]) => weight !== 0)
        .map(([name]) => name),
    ),
  );
}

/** A text file of the user's, as a source of this name: in memory, or as the browser's file that is read when needed. */
export interface GivenFile {
  source: string;
  name: string;
  bytes: ArrayBuffer | Uint8Array | Blob;
  /** What becomes of bytes that are no text; by default the file is refused. */
  invalid?: Invalid;
  /** The column or field that is read alone. */
  column?: string | null;
}

/**
 * Files of the user's as corpora; several files of one source are read one after another. `held`: bytes above which JSON lines are
 * not held but read again.
 */
export async function readUserFiles(
  files: readonly GivenFile[],
  onProgress?: OnProgress,
  held = HELD_LINES,
): Promise<Corpus[]> {
  const corpora = new Map<string, Corpus>();
  for (const file of files) {
    const reading = progressWords.reading(brief(file.name));
    const tell = (read: number, total: number): void => onProgress?.(reading, read, total);
    const corpus = await readUserFile(file, held, tell);
    const known = corpora.get(file.source);
    corpora.set(file.source, known === undefined ? corpus : together(known, corpus));
  }
  return [...corpora.values()];
}

async function readUserFile(
  { source, name, bytes, invalid, column }: GivenFile,
  held: number,
  onProgress: ReadOptions['onProgress'],
): Promise<Corpus> {
  const about = { name: source, label: name, licence: 'yours' };
  const file = bytes instanceof Blob ? bytes : new Blob([bytes as BlobPart]);
  const options = { invalid, column, onProgress };
  const lines = await openLines(source, name, file, { ...options, held });
  if (lines) return { ...about, documents: lines, held: false, size: lines.size, notes: () => lines.found.notes };
  const { documents, notes } = await readFile(source, name, file, options);
  return heldCorpus(about, documents, notes);
}
