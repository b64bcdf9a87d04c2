import { loadTokenizer } from '../tokenizer/load.ts';
import { UserError } from '../util/errors.ts';
import { brief } from '../util/quoted.ts';
import { splitHeldOut } from './heldOut.ts';
import type { Invalid } from './decode.ts';
import { readFile } from './read.ts';
import { tokenizeSource } from './source.ts';
import type { RunConfig } from '../config/run.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Corpus } from './document.ts';
import type { TokenSource } from './source.ts';

export interface Prepared {
  tokenizer: Tokenizer;
  sources: TokenSource[];
}

/**
 * From documents to what training reads: every source some blend draws from is split, then the tokenizer is taken as
 * `given` (a continued base's own) or trained on the training sides, then both sides are tokenized.
 */
export function prepareSources(
  config: RunConfig,
  corpora: readonly Corpus[],
  given: Tokenizer | null,
  onProgress?: (what: string, done: number, total: number) => void,
  fromBase = given !== null,
): Prepared {
  const wanted = sourcesOf(config, fromBase);
  const splits = corpora
    .filter(({ name }) => wanted.has(name))
    .map((corpus) => ({ corpus, split: splitHeldOut(corpus.documents, config.data.heldOut, config.data.split) }));
  const texts = splits.flatMap(({ split }) => split.train.map(({ text }) => text));
  const tokenizer = given ?? trainTokenizer(config, texts, onProgress);
  if (tokenizer.size > config.model.vocab_size) {
    throw new UserError(
      `The tokenizer has ${tokenizer.size} tokens and the embedding ${config.model.vocab_size} rows: ` +
        `raise model.vocab_size to ${Math.ceil(tokenizer.size / 4) * 4} or choose a smaller tokenizer.`,
    );
  }
  const sources = splits.map(({ corpus, split }, i) => {
    onProgress?.(`Tokenizing ${corpus.name}`, i, splits.length);
    return tokenizeSource(corpus, split, tokenizer);
  });
  onProgress?.('Tokenizing', splits.length, splits.length);
  return { tokenizer, sources };
}

function trainTokenizer(
  { tokenizer }: RunConfig,
  texts: string[],
  onProgress?: (what: string, done: number, total: number) => void,
): Tokenizer {
  if (tokenizer.kind === 'word') {
    throw new UserError(
      'The word tokenizer knows only the words of a synthetic world: choose the byte or a BPE tokenizer for text.',
    );
  }
  return loadTokenizer(tokenizer, texts, (done, total) => onProgress?.('Training the tokenizer', done, total));
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
  /** What becomes of bytes that are not UTF-8; by default the file is refused. */
  invalid?: Invalid;
}

/** Files of the user's as corpora; several files of one source are read one after another. */
export async function readUserFiles(
  files: readonly GivenFile[],
  onProgress?: (what: string, done: number, total: number) => void,
): Promise<Corpus[]> {
  const corpora = new Map<string, Corpus>();
  for (const { source, name, bytes, invalid } of files) {
    const file = bytes instanceof Blob ? bytes : new Blob([bytes as BlobPart]);
    const reading = `Reading ${brief(name)}`;
    const { documents } = await readFile(source, name, file, {
      invalid,
      onProgress: (read, total) => onProgress?.(reading, read, total),
    });
    const known = corpora.get(source);
    if (known === undefined) corpora.set(source, { name: source, label: name, licence: 'yours', documents });
    else {
      known.documents = known.documents.concat(documents);
      known.label += `, ${name}`;
    }
  }
  return [...corpora.values()];
}
