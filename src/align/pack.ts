/**
 * Conversations as rows of T tokens. For SFT several share a row, each seeing nothing of the others; answers that are judged or compared
 * have a row of their own.
 */
import { UserError } from '../util/errors.ts';
import type { Encoded } from './template.ts';
import { alignmentWords } from '../words/alignment.ts';

/** A target that counts nothing (ops/headLoss.ts has the same). */
const ignored = 0xffffffff;

/** Rows (B, T), as training reads them. */
export interface PackedRows {
  tokens: Uint32Array<ArrayBuffer>;
  /** The next token where it is spoken, else `ignored`. */
  targets: Uint32Array<ArrayBuffer>;
  /** Index within the row at which the position's conversation begins. */
  documentStart: Uint32Array<ArrayBuffer>;
}

export const emptyRows = (count: number, T: number): PackedRows => ({
  tokens: new Uint32Array(count * T),
  targets: new Uint32Array(count * T).fill(ignored),
  documentStart: new Uint32Array(count * T),
});

/** Writes a conversation into row `row` from `at` on: its last token is target only, so it takes one place less than it has tokens. */
export function place(rows: PackedRows, T: number, row: number, at: number, { tokens, spoken }: Encoded): void {
  const first = row * T + at;
  for (let i = 0; i + 1 < tokens.length; i++) {
    rows.tokens[first + i] = tokens[i]!;
    rows.documentStart[first + i] = at;
    if (spoken[i + 1]) rows.targets[first + i] = tokens[i + 1]!;
  }
}

/** Places a conversation takes. */
export const placesOf = ({ tokens }: Encoded): number => tokens.length - 1;

/** Conversations row by row, in their order: a row ends where the next one finds no room. */
export function fillRows(lengths: readonly number[], T: number): number[][] {
  const rows: number[][] = [];
  let room = 0;
  lengths.forEach((length, i) => {
    if (length > T) throw new UserError(alignmentWords.longConversation(length, T));
    if (length > room) {
      rows.push([]);
      room = T;
    }
    rows.at(-1)!.push(i);
    room -= length;
  });
  return rows;
}

/** Rows of the conversations with these numbers, packed. */
export function packRows(
  all: readonly Encoded[],
  rows: readonly (readonly number[])[],
  B: number,
  T: number,
): PackedRows {
  const packed = emptyRows(B, T);
  rows.forEach((row, r) => {
    let at = 0;
    for (const i of row) {
      place(packed, T, r, at, all[i]!);
      at += placesOf(all[i]!);
    }
  });
  return packed;
}

/** How many targets count. */
export const countedTargets = ({ targets }: Pick<PackedRows, 'targets'>): number =>
  targets.reduce((count, target) => count + (target === ignored ? 0 : 1), 0);
