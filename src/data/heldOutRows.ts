import { IGNORED } from './loader.ts';
import type { TokenText } from './source.ts';

/** `count` rows of T tokens for scoring, in the layout of a Batch. */
export interface Rows {
  count: number;
  /** (count, T). */
  tokens: Uint32Array;
  /** (count, T): the next token, IGNORED after the text's last one. */
  targets: Uint32Array;
  /** (count, T): index within the row at which this position's document begins. */
  documentStart: Uint32Array;
  /** Targets that are not IGNORED. */
  scored: number;
}

/**
 * Windows of T tokens over a held-out text, none overlapping another, the same at every call. `rows` of them spread
 * evenly over it (all full), or 'all': one after another until every token is a target once. A text with fewer windows
 * than asked for gives all it has; its last row is then filled up with ignored positions.
 *
 * `endOfText` begins every row where training rows begin so (data/loader.ts), which makes the text's first token a target
 * too. Without it nothing predicts that one, and a row begins with the token before its first target.
 */
export function heldOutRows({ tokens, starts }: TokenText, rows: number | 'all', T: number, endOfText?: number): Rows {
  const first = endOfText === undefined ? 1 : 0; // target
  const targets = Math.max(0, tokens.length - first);
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
    const wanted = from + first;
    tokens.copy(wanted, wanted + size, out.targets, row * T);
    tokens.copy(wanted, wanted + size - 1, out.tokens, row * T + 1);
    out.tokens[row * T] = endOfText ?? tokens.at(from);
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
