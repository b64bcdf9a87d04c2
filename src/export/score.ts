/**
 * The `score` command's arithmetic: a text's tokens in windows, and its negative log-likelihood.
 *
 * A text longer than the context T is cut into consecutive windows of at most T tokens, each starting with the last
 * token of the one before: tokens 0 … T−1, T−1 … 2T−2, and so on. A window is scored by itself from position 0. So
 * every token has exactly one nll, −ln p(token | the tokens before it in its window), except the first of the text,
 * which nothing predicts. Tokens early in a window see little context: the loss is that of the model used in blocks,
 * not of a sliding window.
 */
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { UserError } from '../util/errors.ts';
import { trainingWords } from '../words/training.ts';

/** What `score` writes. */
export interface Score {
  /** The windows. */
  tokens: number[][];
  /** nats; nll[w][i] belongs to tokens[w][i + 1], so a row is one shorter than its window. */
  nll: number[][];
  /** Mean nats a scored token. */
  loss: number;
  /** Total nats / ln 2 / bytes of the scored tokens: comparable between tokenizers. */
  bitsPerByte: number;
}

/**
 * The windows of a text's ids for a context of T ≥ 2 tokens: ⌈(n − 1)/(T − 1)⌉ views.
 * @throws UserError for a text of fewer than two tokens, which leaves nothing to score.
 */
export function scoreWindows(ids: Uint32Array, context: number): Uint32Array[] {
  if (context < 2) throw new UserError(trainingWords.shortContext(context));
  if (ids.length < 2) {
    throw new UserError(trainingWords.nothingToScore(ids.length));
  }
  const windows: Uint32Array[] = [];
  for (let start = 0; start < ids.length - 1; start += context - 1) windows.push(ids.subarray(start, start + context));
  return windows;
}

/**
 * The score of windows whose nll the model gave, row by row.
 * @throws Error where a row of nll is not one shorter than its window, or not finite.
 */
export function score(
  windows: readonly ArrayLike<number>[],
  nll: readonly ArrayLike<number>[],
  tokenizer: Pick<Tokenizer, 'bytes'>,
): Score {
  let nats = 0;
  let count = 0;
  let bytes = 0;
  if (nll.length !== windows.length) throw new Error(`${windows.length} windows have ${nll.length} rows of nll.`);
  for (const [w, window] of windows.entries()) {
    const row = nll[w]!;
    if (row.length !== window.length - 1) {
      throw new Error(
        `Window ${w} has ${window.length} tokens and ${row.length} nll; it should have ${window.length - 1}.`,
      );
    }
    for (let i = 0; i < row.length; i++) {
      if (!Number.isFinite(row[i])) throw new Error(`The nll of token ${i + 1} in window ${w} is ${row[i]}.`);
      nats += row[i]!;
      bytes += tokenizer.bytes(window[i + 1]!).length;
    }
    count += row.length;
  }
  return {
    tokens: windows.map((window) => Array.from(window)),
    nll: nll.map((row) => Array.from(row)),
    loss: nats / count,
    bitsPerByte: nats / Math.LN2 / bytes,
  };
}
