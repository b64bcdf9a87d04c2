/**
 * Multiple choice by log-likelihood, as lm-evaluation-harness scores it. For each choice c of an item, tokens c₁ …
 * c_n after the context:
 *
 *     log P(c) = Σ_k log p(c_k | context, c₁ … c_{k−1})      nats
 *     acc        the choice of largest log P is right
 *     acc_norm   the choice of largest log P / (UTF-8 bytes of the choice) is right
 *     exact      every token of the right choice is the model's most likely one: greedy decoding would write it
 *
 * The engine is a function from rows of tokens and positions to log-probabilities, so the same code scores on a GPU,
 * a CPU or a table. A row holds one context with all but the last token of a choice; choices that share it (all
 * choices of one token) share the row.
 */
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { UserError } from '../util/errors.ts';
import type { Item } from './suite.ts';
import { trainingWords } from '../words/training.ts';

/** One forward pass: fixed shape, padded with <eos>, and what to read from it. */
export interface ScoreRequest {
  /** (rows · length) token ids; a row starts with <eos>, as the rows of training do. */
  tokens: Uint32Array;
  rows: number;
  length: number;
  /** Query q asks for log p(token[q] | row row[q] up to and including position[q]). */
  row: Uint32Array;
  position: Uint32Array;
  token: Uint32Array;
}

export interface ScoreReply {
  /** log p of each query's token, nats. */
  logProb: Float64Array;
  /**
   * log p of the most likely token at each query's position: equal to logProb where greedy decoding would write the
   * token.
   */
  best: Float64Array;
}

/** An engine with its fixed shape. */
export interface Scorer {
  rows: number;
  length: number;
  score(request: ScoreRequest): Promise<ScoreReply>;
}

/** One item's result. */
export interface ItemScore {
  /** Log-likelihood of each choice, nats. */
  logLikelihood: number[];
  chosen: number;
  /** Index chosen after dividing by the choices' bytes. */
  chosenNormalised: number;
  /** Greedy decoding writes the right answer. */
  exact: boolean;
}

/** A choice as tokens: its row is context + continuation without the last token. */
interface EncodedChoice {
  row: number;
  /** Position whose prediction is the first token of the continuation. */
  start: number;
  continuation: Uint32Array;
}

/**
 * Context and continuation as ids: the whole is encoded at once and cut where the context alone ends, as
 * lm-evaluation-harness does, so that a tokenizer may join the separating space to the answer.
 */
function encodeChoice(
  tokenizer: Tokenizer,
  context: string,
  choice: string,
): { context: Uint32Array; continuation: Uint32Array } {
  const whole = tokenizer.encode(`${context} ${choice}`);
  const before = tokenizer.encode(context).length;
  if (whole.length <= before) throw new UserError(trainingWords.emptyChoice(choice, context));
  return { context: whole.subarray(0, before), continuation: whole.subarray(before) };
}

/** Tokens of the longest row `items` need, the leading <eos> included: what a scorer's length should be. */
export function longestRow(tokenizer: Tokenizer, items: readonly Item[]): number {
  let longest = 0;
  for (const { context, choices } of items) {
    for (const choice of choices) longest = Math.max(longest, tokenizer.encode(`${context} ${choice}`).length);
  }
  return longest; // <eos> comes first and the last token is never an input
}

/**
 * Scores items in their order. A context too long for the scorer loses its beginning; a choice that alone is too long
 * is an error.
 */
export async function scoreItems(tokenizer: Tokenizer, items: readonly Item[], scorer: Scorer): Promise<ItemScore[]> {
  const rows: Uint32Array[] = [];
  const rowOf = new Map<string, number>();
  const encoded: EncodedChoice[][] = items.map(({ context, choices }) =>
    choices.map((choice) => {
      const { context: before, continuation } = encodeChoice(tokenizer, context, choice);
      const input = Uint32Array.of(tokenizer.endOfText, ...before, ...continuation.subarray(0, -1));
      if (continuation.length > scorer.length) {
        throw new UserError(trainingWords.longChoice(choice, continuation.length, scorer.length));
      }
      const kept = input.subarray(Math.max(0, input.length - scorer.length));
      const key = kept.join(' ');
      let row = rowOf.get(key);
      if (row === undefined) {
        rowOf.set(key, (row = rows.length));
        rows.push(kept);
      }
      return { row, start: kept.length - continuation.length, continuation };
    }),
  );

  const queries: Query[] = [];
  for (const choices of encoded) {
    for (const { row, start, continuation } of choices) {
      continuation.forEach((token, k) => queries.push({ row, position: start + k, token }));
    }
  }
  const { logProb, best } = await askAll(rows, queries, scorer, tokenizer.endOfText);

  let next = 0;
  return items.map(({ choices, answer }, index) => {
    let exact = false;
    const logLikelihood = encoded[index]!.map(({ continuation }, choice) => {
      let sum = 0;
      let greedy = true;
      for (let k = 0; k < continuation.length; k++, next++) {
        sum += logProb[next]!;
        greedy &&= logProb[next]! >= best[next]!;
      }
      if (choice === answer) exact = greedy;
      return sum;
    });
    const normalised = logLikelihood.map((value, choice) => value / utf8Length(choices[choice]!));
    return { logLikelihood, chosen: largest(logLikelihood), chosenNormalised: largest(normalised), exact };
  });
}

interface Query {
  row: number;
  position: number;
  token: number;
}

/** Runs all rows in batches of the scorer's shape; answers come back in the order of the queries. */
async function askAll(
  rows: readonly Uint32Array[],
  queries: readonly Query[],
  scorer: Scorer,
  padding: number,
): Promise<ScoreReply> {
  const logProb = new Float64Array(queries.length),
    best = new Float64Array(queries.length);
  const queriesOf: number[][] = rows.map(() => []);
  queries.forEach(({ row }, index) => queriesOf[row]!.push(index));
  for (let first = 0; first < rows.length; first += scorer.rows) {
    const tokens = new Uint32Array(scorer.rows * scorer.length).fill(padding);
    const count = Math.min(scorer.rows, rows.length - first);
    const asked: number[] = [];
    for (let r = 0; r < count; r++) {
      tokens.set(rows[first + r]!, r * scorer.length);
      asked.push(...queriesOf[first + r]!);
    }
    const reply = await scorer.score({
      tokens,
      rows: scorer.rows,
      length: scorer.length,
      row: Uint32Array.from(asked, (index) => queries[index]!.row - first),
      position: Uint32Array.from(asked, (index) => queries[index]!.position),
      token: Uint32Array.from(asked, (index) => queries[index]!.token),
    });
    asked.forEach((index, k) => {
      // Compared with anything, NaN is false: a diverged model would otherwise score whatever the order of the
      // choices gives.
      if (Number.isNaN(reply.logProb[k])) throw new UserError(trainingWords.notNumbers);
      logProb[index] = reply.logProb[k]!;
      best[index] = reply.best[k]!;
    });
  }
  return { logProb, best };
}

/** Index of the largest value; the first of equals. */
function largest(values: readonly number[]): number {
  let index = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[index]!) index = i;
  return index;
}

const encoder = new TextEncoder();
function utf8Length(text: string): number {
  return encoder.encode(text).length;
}

/** A scorer over an engine that gives all logits, (rows · length · V): softmax statistics in f64. */
export function scorerOfLogits(
  shape: { rows: number; length: number; vocabulary: number },
  forward: (tokens: Uint32Array) => Promise<ArrayLike<number>>,
): Scorer {
  const { rows, length, vocabulary } = shape;
  return {
    rows,
    length,
    async score({ tokens, row, position, token }) {
      const logits = await forward(tokens);
      const logProb = new Float64Array(token.length),
        best = new Float64Array(token.length);
      // Queries of one position, the choices of one question, stand together: its sum over the vocabulary is taken once.
      let place = -1;
      let most = 0;
      let logSum = 0;
      for (let q = 0; q < token.length; q++) {
        const start = (row[q]! * length + position[q]!) * vocabulary;
        if (start !== place) {
          place = start;
          most = -Infinity;
          for (let v = 0; v < vocabulary; v++) most = Math.max(most, logits[start + v]!);
          let sum = 0;
          for (let v = 0; v < vocabulary; v++) sum += Math.exp(logits[start + v]! - most);
          logSum = Math.log(sum);
        }
        best[q] = -logSum;
        logProb[q] = logits[start + token[q]!]! - most - logSum;
      }
      return { logProb, best };
    },
  };
}
