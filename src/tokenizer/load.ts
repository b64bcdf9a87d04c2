import { randomUniform, streamOf } from '../util/random.ts';
import { BpeTokenizer } from './bpe.ts';
import { ByteTokenizer } from './byte.ts';
import { trainBpe } from './train.ts';
import type { TokenizerConfig } from '../config/run.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * UTF-16 units a BPE is trained on at most: far more than fixes the frequent thousand merges, under a second of
 * counting.
 */
export const BPE_SAMPLE_UNITS = 8 << 20;
/** The sample is drawn in runs of this many units, so that one huge document is sampled throughout. */
export const RUN_UNITS = 1 << 14;

/** What of a source's training texts a tokenizer may learn from. */
export interface SourceTexts {
  texts: readonly string[];
  /** The share of the source that these are: less than 1 where it is too large to be held, and they were drawn throughout it. */
  share: number;
}

/**
 * The share of each source to draw for a sample, from their sizes: about what `loadTokenizer` then takes of it, so that no more is held.
 */
export function sampleShares(sizes: readonly number[], even: boolean): number[] {
  const total = sizes.reduce((a, b) => a + b, 0);
  return sizes.map((size) => Math.min(1, BPE_SAMPLE_UNITS / (even ? sizes.length * size : total)));
}

/**
 * The tokenizer a configuration asks for: bytes as they are, or a BPE trained on the run's own training texts (never on
 * held-out ones). The sample depends on the texts alone, so the same data gives the same tokenizer whatever the run's
 * seed. A text too short or too monotonous for the vocabulary asked for gives a smaller one: compare `size` with the
 * request and tell the user. Texts come source by source. (The word tokenizer of a synthetic world is the world's own: it needs no texts.)
 */
export function loadTokenizer(
  config: Exclude<TokenizerConfig, { kind: 'word' | 'given' }>,
  training: readonly SourceTexts[],
  onProgress?: (done: number, total: number) => void,
): Tokenizer {
  if (config.kind === 'byte') return new ByteTokenizer();
  return new BpeTokenizer(
    trainBpe(sample(training, BPE_SAMPLE_UNITS, config.even === true), config.vocab_size, onProgress),
  );
}

/**
 * About `units` of the sources in all; everything when that is less. Every run of them is drawn with the same probability or, `even`, with
 * the one that gives each source as much of the sample: what is too short for it is taken again.
 */
function* sample(sources: readonly SourceTexts[], units: number, even: boolean): Generator<string> {
  // Of whole sources: of one that was drawn from, what its share tells.
  const sizes = sources.map(({ texts, share }) => texts.reduce((sum, text) => sum + text.length, 0) / share);
  const total = sizes.reduce((a, b) => a + b, 0);
  const room = Math.min(units, total);
  const some = sizes.filter((size) => size > 0).length;
  const stream = streamOf('tokenizer sample');
  let run = 0;
  for (const [i, { texts, share: drawn }] of sources.entries()) {
    if (sizes[i] === 0) continue;
    const wanted = (even ? room / some / sizes[i]! : room / total) / drawn;
    // What was drawn is the sample, and a little less than was wanted is no reason to take some of it again.
    const times = drawn < 1 ? Math.min(wanted, 1) : wanted;
    for (let whole = 1; whole <= times; whole++) yield* texts;
    const share = times % 1;
    if (share === 0) continue;
    for (const text of texts) {
      for (let at = 0; at < text.length; at += RUN_UNITS) {
        if (randomUniform(0, stream, run++) < share) yield text.slice(at, at + RUN_UNITS);
      }
    }
  }
}
