import { IGNORED } from './loader.ts';
import type { TokenText } from './source.ts';

/** `count` rows of T tokens for scoring, in the layout of a Batch. */
export interface Rows {
  count: number;
  /** (count, T). */
  tokens: Uint32Array;
  /** (count, T): the next token, IGNORED after the text's last one. */
  targets: Uint32Array;
  /** (count, T): index within the row of the first token of this position's document. */
  documentStart: Uint32Array;
  /** Targets that are not IGNORED. */
  scored: number;
}

/**
 * Windows of T tokens over a held-out text, none overlapping another, the same at every call. `rows` of them spread
 * evenly over it (all full), or 'all': one after another until every token but the first is a target once. A text with
 * fewer windows than asked for gives all it has; its last row is then filled up with ignored positions. No rows at all
 * when fewer than two tokens are held out.
 */
export function heldOutRows({ tokens, starts }: TokenText, rows: number | 'all', T: number): Rows {
  const targets = Math.max(0, tokens.length - 1);
  const full = Math.floor(targets / T);
  const count = rows !== 'all' && rows <= full ? rows : Math.ceil(targets / T);
  const out: Rows = {
    count,
    tokens: new Uint32Array(count * T),
    targets: new Uint32Array(count * T).fill(IGNORED),
    documentStart: new Uint32Array(count * T),
    scored: 0,
  };
  let document = 0;
  for (let row = 0; row < count; row++) {
    const from = T * (rows !== 'all' && rows <= full ? Math.floor((row * full) / count) : row);
    const size = Math.min(T, targets - from);
    out.tokens.set(tokens.subarray(from, from + size), row * T);
    out.targets.set(tokens.subarray(from + 1, from + 1 + size), row * T);
    out.scored += size;
    while (starts[document + 1]! <= from) document++;
    for (let i = 0, start = 0; i < T; i++) {
      if (i < size && starts[document + 1] === from + i) {
        document++;
        start = i;
      }
      out.documentStart[row * T + i] = start;
    }
  }
  return out;
}
