/** Examples as batches of an objective: which row holds what, in an order that is a function of (seed, epoch). */
import type { PairExample, RewardExample, SftExample } from '../../align/examples.ts';
import { emptyRows, fillRows, packRows, place, placesOf } from '../../align/pack.ts';
import { type Encoded, encodeConversation, encodeJudged, encodePrompt, type Message } from '../../align/template.ts';
import type { ChatTokenizer } from '../../tokenizer/chat.ts';
import { UserError } from '../../util/errors.ts';
import { RandomStream } from '../../util/random.ts';
import type { StepBatch } from '../engine/engine.ts';
import { alignmentWords } from '../../words/alignment.ts';

/** The batches of a data set: (B, T) rows each. */
export interface AlignmentData {
  sequences: number;
  length: number;
  /** Steps of an epoch. */
  steps: number;
  /** Examples of a step at most. */
  batch(epoch: number, step: number): StepBatch;
}

/** Rows are cut to whole sixteens: kernels work in tiles. */
const rounded = (length: number): number => 16 * Math.ceil(length / 16);
/** Longer rows than these would be too slow to be meant. */
const longest = 4096;

function lengthFor(places: readonly number[], context: number): number {
  const most = places.reduce((top, one) => Math.max(top, one), 0);
  if (most > longest) throw new UserError(alignmentWords.longConversations(most, longest));
  return rounded(Math.max(most, context));
}

/** 0 … count − 1 in the order of an epoch. */
const orderOf = (count: number, seed: number, epoch: number): number[] =>
  new RandomStream(seed, `epoch ${epoch}`).shuffle(Array.from({ length: count }, (_, i) => i));

/** Something made anew for each epoch, the last one kept. */
function kept<T>(make: (epoch: number) => T): (epoch: number) => T {
  let last: { epoch: number; made: T } | null = null;
  return (epoch) => {
    if (last?.epoch !== epoch) last = { epoch, made: make(epoch) };
    return last.made;
  };
}

/** Conversations packed into rows; a step has as many rows as hold about `batch` of them. */
export function packedBatches(all: readonly Encoded[], batch: number, seed: number, context = 0): AlignmentData {
  const places = all.map(placesOf);
  const T = lengthFor(places, context);
  const mean = places.reduce((sum, one) => sum + one, 0) / places.length;
  const rowsOf = kept((epoch) => {
    const order = orderOf(all.length, seed, epoch);
    return fillRows(
      order.map((i) => places[i]!),
      T,
    ).map((row) => row.map((i) => order[i]!));
  });
  // Every epoch fills its rows a little differently: the first one says how many steps all have.
  const B = Math.max(1, Math.min(Math.round((batch * mean) / T) || 1, rowsOf(0).length));
  const steps = Math.ceil(rowsOf(0).length / B);
  return {
    ...{ sequences: B, length: T, steps },
    batch(epoch, step) {
      const rows = rowsOf(epoch);
      const last = step === steps - 1 ? rows.length : (step + 1) * B;
      // What an epoch has more of than the first one's rows does not fit and waits for another epoch.
      return packRows(all, rows.slice(step * B, Math.min(last, (step + 1) * B)), B, T);
    },
  };
}

/** Rows that a stream of documents fills, each cut where the row ends: every token counts, and no step sees another's documents. */
export function streamBatches(
  documents: (step: number) => () => number[],
  { sequences: B, length: T, steps }: Pick<AlignmentData, 'sequences' | 'length' | 'steps'>,
): AlignmentData {
  return {
    ...{ sequences: B, length: T, steps },
    batch(_, step) {
      const next = documents(step);
      const packed = emptyRows(B, T);
      for (let row = 0; row < B; row++) {
        for (let at = 0; at < T;) {
          const tokens = next().slice(0, T - at + 1);
          place(packed, T, row, at, { tokens, spoken: tokens.map(() => 1) });
          at += tokens.length - 1;
        }
      }
      return packed;
    },
  };
}

export const sftBatches = (
  tokenizer: ChatTokenizer,
  examples: readonly SftExample[],
  batch: number,
  seed: number,
  context: number,
): AlignmentData =>
  packedBatches(
    examples.map(({ messages }) => encodeConversation(tokenizer, messages)),
    batch,
    seed,
    context,
  );

/** One example a row, `perExample` rows each. */
function rowBatches(
  rows: readonly (readonly Encoded[])[],
  batch: number,
  seed: number,
  columns: (batch: readonly number[], T: number) => NonNullable<StepBatch['columns']>,
): AlignmentData {
  const each = rows[0]!.length;
  const count = Math.min(batch, rows.length);
  const T = lengthFor(rows.flat().map(placesOf), 0);
  const orders = kept((epoch) => orderOf(rows.length, seed, epoch));
  return {
    ...{ sequences: count * each, length: T, steps: Math.ceil(rows.length / count) },
    batch(epoch, step) {
      const drawn = orders(epoch).slice(step * count, (step + 1) * count);
      const packed = emptyRows(count * each, T);
      drawn.forEach((i, k) => rows[i]!.forEach((row, j) => place(packed, T, k * each + j, 0, row)));
      return { ...packed, columns: columns(drawn, T) };
    },
  };
}

/** A column of f32, `width` a row, filled from `of(example, j)`. */
function column(
  size: number,
  drawn: readonly number[],
  width: number,
  of: (i: number, j: number) => number,
): Float32Array {
  const values = new Float32Array(size);
  drawn.forEach((i, k) => {
    for (let j = 0; j < width; j++) values[k * width + j] = of(i, j);
  });
  return values;
}

/** A row's last token is read, not predicted: it is given a place of its own. */
const read = (tokens: readonly number[]): Encoded => ({
  tokens: [...tokens, 0],
  spoken: new Array<number>(tokens.length + 1).fill(0),
});

export function rewardBatches(
  tokenizer: ChatTokenizer,
  examples: readonly RewardExample[],
  outputs: number,
  batch: number,
  seed: number,
): AlignmentData {
  const tokens = examples.map(({ messages }) => encodeJudged(tokenizer, messages));
  const count = Math.min(batch, examples.length);
  const label = (i: number, j: number): number | null => examples[i]!.attributes[j]!;
  return rowBatches(
    tokens.map((one) => [read(one)]),
    batch,
    seed,
    (drawn) => ({
      last: Uint32Array.from(column(count, drawn, 1, (i) => tokens[i]!.length - 1)),
      labels: column(count * outputs, drawn, outputs, (i, j) => label(i, j) ?? 0),
      mask: column(count * outputs, drawn, outputs, (i, j) => (label(i, j) === null ? 0 : 1)),
    }),
  );
}

/** Pairs of answered conversations, the better first, for the pairwise reward model. */
export function pairwiseBatches(
  tokenizer: ChatTokenizer,
  pairs: readonly { chosen: Message[]; rejected: Message[] }[],
  batch: number,
  seed: number,
): AlignmentData {
  const tokens = pairs.map(({ chosen, rejected }) => [chosen, rejected].map((one) => encodeJudged(tokenizer, one)));
  const count = Math.min(batch, pairs.length);
  return rowBatches(
    tokens.map((pair) => pair.map(read)),
    batch,
    seed,
    (drawn, T) => {
      const reads = new Float32Array(2 * count * T * 4);
      drawn.forEach((i, k) => tokens[i]!.forEach((one, j) => (reads[((2 * k + j) * T + one.length - 1) * 4] = 1)));
      return { reads, counts: column(2 * count, drawn, 2, () => 1) };
    },
  );
}

/** An answer as pairs hold it: tokens, and whether the model ended it with a mark. */
export interface PairTokens {
  prompt: number[];
  chosen: number[];
  rejected: number[];
  rewardChosen: number;
  rewardRejected: number;
}

/** The pairs of a file: both answers as the template has them, with the mark that ends them. */
export function encodePair(tokenizer: ChatTokenizer, { prompt, chosen, rejected, rewardGap }: PairExample): PairTokens {
  const asked = encodePrompt(tokenizer, prompt);
  const answer = (content: string): number[] =>
    encodeConversation(tokenizer, [...prompt, { role: 'assistant', content }]).tokens.slice(asked.length);
  return {
    prompt: asked,
    chosen: answer(chosen),
    rejected: answer(rejected),
    ...{ rewardChosen: rewardGap ?? 0, rewardRejected: 0 },
  };
}

const answered = (prompt: readonly number[], answer: readonly number[]): Encoded => ({
  tokens: [...prompt, ...answer],
  spoken: [...prompt.map(() => 0), ...answer.map(() => 1)],
});

/** Rows 2i and 2i + 1 of all pairs, chosen and rejected: what references are computed of. */
export const pairRows = (pairs: readonly PairTokens[]): Encoded[][] =>
  pairs.map(({ prompt, chosen, rejected }) => [answered(prompt, chosen), answered(prompt, rejected)]);

/** `references`: log π_ref of rows 2i and 2i + 1. */
export function pairBatches(
  pairs: readonly PairTokens[],
  references: ArrayLike<number>,
  batch: number,
  seed: number,
): AlignmentData {
  const count = 2 * Math.min(batch, pairs.length);
  return rowBatches(pairRows(pairs), batch, seed, (drawn) => ({
    references: column(count, drawn, 2, (i, j) => references[2 * i + j]!),
    rewards: column(count, drawn, 2, (i, j) => (j === 0 ? pairs[i]!.rewardChosen : pairs[i]!.rewardRejected)),
    counts: column(count, drawn, 2, () => 1),
  }));
}
