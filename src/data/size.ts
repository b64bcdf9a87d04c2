/** How many training tokens a text will make, told from its size alone: for what is said of a run before its text is read. */
import type { RunConfig, TokenizerConfig } from '../config/run.ts';

/**
 * Bytes of text a token stands for, by the size of the vocabulary: merges learnt from the shipped sources together, and
 * counted on them (LOG.md, 2026-11-23). In between on a log scale. Single sources lie within a fifth of it.
 */
const measuredBytes: readonly (readonly [vocabulary: number, bytes: number])[] = [
  [257, 1],
  [512, 1.97],
  [1024, 2.45],
  [2048, 2.88],
  [3072, 3.14],
  [8192, 3.74],
];

/** Of the vocabularies of some ten thousand ids and more that pretrained models have. */
const GIVEN = 4;

function bytesPerToken(tokenizer: TokenizerConfig): number {
  if (tokenizer.kind === 'given') return GIVEN;
  if (tokenizer.kind !== 'bpe') return 1;
  const at = Math.log(tokenizer.vocab_size);
  // Above the largest that was measured the last stretch goes on.
  const found = measuredBytes.findIndex(([vocabulary]) => Math.log(vocabulary) >= at);
  const above = found < 0 ? measuredBytes.length - 1 : Math.max(1, found);
  const [[v0, b0], [v1, b1]] = [measuredBytes[above - 1]!, measuredBytes[above]!];
  return b0 + ((at - Math.log(v0)) / (Math.log(v1) - Math.log(v0))) * (b1 - b0);
}

/** Each document has its end-of-text beside its own tokens. */
export function expectedTokens(size: { bytes: number; documents: number }, { tokenizer, data }: RunConfig): number {
  return Math.round((1 - data.heldOut) * (size.bytes / bytesPerToken(tokenizer) + size.documents));
}
