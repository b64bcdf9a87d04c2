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

/**
 * The tokenizer a configuration asks for: bytes as they are, or a BPE trained on the run's own training texts (never on
 * held-out ones). The sample depends on the texts alone, so the same data gives the same tokenizer whatever the run's
 * seed. A text too short or too monotonous for the vocabulary asked for gives a smaller one: compare `size` with the
 * request and tell the user. Texts come source by source. (The word tokenizer of a synthetic world is the world's own: it needs no texts.)
 */
export function loadTokenizer(
  config: Exclude<TokenizerConfig, { kind: 'word' | 'given' }>,
  trainingTexts: readonly (readonly string[])[],
  onProgress?: (done: number, total: number) => void,
): Tokenizer {
  if (config.kind === 'byte') return new ByteTokenizer();
  return new BpeTokenizer(
    trainBpe(sample(trainingTexts, BPE_SAMPLE_UNITS, config.even === true), config.vocab_size, onProgress),
  );
}

/**
 * About `units` of the texts in all; everything when that is less. Every run of them is drawn with the same probability or, `even`, with
 * the one that gives each source as much of the sample: what is too short for it is taken again.
 */
function* sample(sources: readonly (readonly string[])[], units: number, even: boolean): Generator<string> {
  const sizes = sources.map((texts) => texts.reduce((sum, text) => sum + text.length, 0));
  const total = sizes.reduce((a, b) => a + b, 0);
  const room = Math.min(units, total);
  const some = sizes.filter((size) => size > 0).length;
  const stream = streamOf('tokenizer sample');
  let run = 0;
  for (const [i, texts] of sources.entries()) {
    if (sizes[i] === 0) continue;
    const times = even ? room / some / sizes[i]! : room / total;
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
