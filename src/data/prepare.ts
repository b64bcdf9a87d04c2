import { BPE_SAMPLE_UNITS, loadTokenizer, RUN_UNITS } from '../tokenizer/load.ts';
import { UserError } from '../util/errors.ts';
import { brief } from '../util/quoted.ts';
import { randomUniform, streamOf } from '../util/random.ts';
import type { Invalid } from './decode.ts';
import { readFile, type ReadOptions } from './read.ts';
import { tokenizeSource } from './source.ts';
import { EQUALS_HELD_OUT, holdOut } from './stages/holdOut.ts';
import { inMemory, StageReport } from './stages/stage.ts';
import type { RunConfig } from '../config/run.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { type Corpus, type Document, type ReadAgain, Utf8Document } from './document.ts';
import { HELD_LINES, openLines } from './lines.ts';
import type { TokenSource } from './source.ts';
import { dataWords } from '../words/data.ts';
import { progressWords } from '../words/notices.ts';

export interface Prepared {
  tokenizer: Tokenizer;
  sources: TokenSource[];
  /** What was chosen, shortened or left out on the way, a sentence each. */
  notes: string[];
}

/**
 * From documents to what training reads: of every source some blend draws from a share is held out, then the tokenizer is taken
 * as `given` (a continued base's own) or trained on what is not, then both sides are tokenized. Another stage of data work has its
 * place before holding out, so that what it drops is on neither side.
 */
export async function prepareSources(
  config: RunConfig,
  corpora: readonly (Corpus | ReadAgain)[],
  given: Tokenizer | null,
  onProgress?: (what: string, done: number, total: number) => void,
): Promise<Prepared> {
  const wanted = sourcesOf(config);
  const { heldOut: share, split: by } = config.data;
  const sided = corpora
    .filter(({ name }) => wanted.has(name))
    .map((corpus) => {
      const report = new StageReport<Document>(dataWords.heldOutOf(corpus.name));
      const documents = Array.isArray(corpus.documents) ? inMemory(corpus.documents) : corpus.documents;
      return { corpus, report, documents: holdOut(documents, { share, by }, report) };
    });
  const texts = sided.map((): string[] => []);
  if (!given && config.tokenizer.kind === 'bpe')
    for (const [i, { corpus, documents }] of sided.entries()) {
      const own = texts[i]!;
      const take = Array.isArray(corpus.documents) ? everyText(own) : someTexts(own, corpus.documents.size);
      await documents.each((document) => !document.heldOut && take(document));
    }
  const tokenizer = given ?? trainTokenizer(config, texts, onProgress);
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
  const notes = sided.flatMap(({ corpus, report }, i) => heldOutNotes(corpus, report, sources[i]!, config));
  if (config.data.heldOut === 0) notes.push(dataWords.nothingHeldOut);
  const { kind } = config.tokenizer;
  if (given === null && kind === 'bpe' && tokenizer.size < config.tokenizer.vocab_size) {
    notes.push(dataWords.fewIds(tokenizer.size, config.tokenizer.vocab_size));
  }
  return { tokenizer, sources, notes };
}

const everyText = (texts: string[]) => (document: Document) => void texts.push(document.text);

/** Of a file that is too large to be held so much as a tokenizer is trained on, drawn throughout it: runs of units, as `loadTokenizer` draws. */
function someTexts(texts: string[], size: number): (document: Document) => void {
  const share = BPE_SAMPLE_UNITS / size;
  const stream = streamOf('tokenizer.documents');
  let run = 0;
  return (document) => {
    const length = document instanceof Utf8Document ? document.length : document.text.length;
    for (let at = 0; at < length; at += RUN_UNITS)
      if (randomUniform(0, stream, run++) < share) texts.push(document.text.slice(at, at + RUN_UNITS));
  };
}

/** How what is held out of a source departs from what was asked for, and what is little of it. */
function heldOutNotes(
  { name, documents }: Corpus | ReadAgain,
  { details: { by }, reasons }: StageReport<Document>,
  { heldOut }: TokenSource,
  { data, batch, evaluation }: RunConfig,
): string[] {
  const notes: string[] = Array.isArray(documents) ? [] : [...documents.notes];
  const count = Array.isArray(documents) ? documents.length : documents.count;
  const percent = `${Number((100 * data.heldOut).toPrecision(3))} %`;
  // One document can only be divided by its tail.
  if (by === 'tail' && data.split === 'hash' && count > 1) {
    notes.push(dataWords.tailHeldOut(name, count, percent));
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

function trainTokenizer(
  { tokenizer }: RunConfig,
  texts: string[][],
  onProgress?: (what: string, done: number, total: number) => void,
): Tokenizer {
  if (tokenizer.kind === 'word') {
    throw new UserError(dataWords.wordTokenizer);
  }
  if (tokenizer.kind === 'given') throw new UserError(dataWords.foreignTokenizer);
  return loadTokenizer(tokenizer, texts, (done, total) => onProgress?.(progressWords.trainingTokenizer, done, total));
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
 * Files of the user's as corpora; several files of one source are read one after another. `notes` gets what is to be said of them.
 * `held`: bytes above which JSON lines are not held but read again.
 */
export async function readUserFiles(
  files: readonly GivenFile[],
  notes: string[],
  onProgress?: (what: string, done: number, total: number) => void,
  held = HELD_LINES,
): Promise<(Corpus | ReadAgain)[]> {
  const corpora = new Map<string, Corpus | ReadAgain>();
  for (const { source, name, bytes, invalid, column } of files) {
    const file = bytes instanceof Blob ? bytes : new Blob([bytes as BlobPart]);
    const reading = progressWords.reading(brief(name));
    const options = {
      invalid,
      column,
      onProgress: (read: number, total: number) => onProgress?.(reading, read, total),
    };
    const lines = await openLines(source, name, file, { ...options, held });
    const documents = lines ?? (await readDocumentsOf(source, name, file, options, notes));
    const known = corpora.get(source);
    if (known === undefined)
      corpora.set(source, { name: source, label: name, licence: 'yours', documents } as Corpus | ReadAgain);
    else corpora.set(source, together(known, documents, name));
  }
  return [...corpora.values()];
}

async function readDocumentsOf(
  source: string,
  name: string,
  file: Blob,
  options: ReadOptions,
  notes: string[],
): Promise<Document[]> {
  const { documents, notes: said } = await readFile(source, name, file, options);
  notes.push(...said);
  return documents;
}

/** A source with one more file behind what it has. */
function together(
  { documents: before, label, ...rest }: Corpus | ReadAgain,
  documents: Corpus['documents'] | ReadAgain['documents'],
  name: string,
): Corpus | ReadAgain {
  const both = { ...rest, label: `${label}, ${name}` };
  if (Array.isArray(before) && Array.isArray(documents)) return { ...both, documents: before.concat(documents) };
  const parts = [before, documents];
  const sum = (of: (part: ReadAgain['documents']) => number, held: (list: Document[]) => number): number =>
    parts.reduce((total, part) => total + (Array.isArray(part) ? held(part) : of(part)), 0);
  return {
    ...both,
    documents: {
      async each(visit) {
        for (const part of parts) await (Array.isArray(part) ? inMemory(part) : part).each(visit);
      },
      size: sum(
        ({ size }) => size,
        (list) => list.reduce((total, { text }) => total + text.length, 0),
      ),
      get count() {
        return sum(
          ({ count }) => count,
          ({ length }) => length,
        );
      },
      get notes() {
        return parts.flatMap((part) => (Array.isArray(part) ? [] : part.notes));
      },
    },
  };
}
