import { describe, expect, test } from 'vitest';
import { clusteredStandardError, combine, scorerLength, scoreSuites, summarise } from '../../src/evaluate/report.ts';
import { longestRow, type Scorer, scoreItems, type ScoreRequest, scorerOfLogits } from '../../src/evaluate/score.ts';
import { chanceLevel, type Item, type Suite } from '../../src/evaluate/suite.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import { randomUniform } from '../../src/util/random.ts';
import { benchmarks } from '../../src/world/benchmarks.ts';
import { World } from '../../src/world/world.ts';
import { WHOLE } from '../world/configs.ts';

const world = new World(WHOLE, 1);
const { tokenizer } = world;
const V = tokenizer.size;

/** A model that looks at the last two tokens only: its logits are random numbers of them. */
const known = new Map<number, number[]>();
function logitsOf(row: ArrayLike<number>, position: number): number[] {
  const seed = (position > 0 ? row[position - 1]! : 0) * V + row[position]!;
  let logits = known.get(seed);
  if (!logits) known.set(seed, (logits = Array.from({ length: V }, (_, next) => 4 * randomUniform(seed, 5, next))));
  return logits;
}
function logProbabilities(row: ArrayLike<number>, position: number): number[] {
  const logits = logitsOf(row, position);
  const sum = logits.reduce((all, value) => all + Math.exp(value), 0);
  return logits.map((value) => value - Math.log(sum));
}

/** That model as a scorer of any shape, counting its forward passes. */
function scorer(rows: number, length: number): Scorer & { requests: ScoreRequest[] } {
  const requests: ScoreRequest[] = [];
  const base = scorerOfLogits({ rows, length, vocabulary: V }, async (tokens) => {
    const logits = new Float64Array(rows * length * V);
    for (let i = 0; i < rows * length; i++)
      logits.set(logitsOf(tokens.subarray(i - (i % length), i + 1), i % length), i * V);
    return logits;
  });
  return { ...base, requests, score: (request) => (requests.push(request), base.score(request)) };
}

/** The definition, choice by choice, without sharing or batching. */
function expected({ context, choices }: Item): number[] {
  return choices.map((choice) => {
    const before = [tokenizer.endOfText, ...tokenizer.encode(context)];
    let sum = 0;
    for (const token of tokenizer.encode(choice)) {
      sum += logProbabilities(before, before.length - 1)[token]!;
      before.push(token);
    }
    return sum;
  });
}

const items: Item[] = benchmarks(world).flatMap(({ items: all }) => all.slice(0, 4));

describe('scoring', () => {
  test('gives the log-likelihoods of the definition, whatever the batch', async () => {
    const length = longestRow(tokenizer, items);
    for (const rows of [1, 7, 64]) {
      const scores = await scoreItems(tokenizer, items, scorer(rows, length + rows));
      scores.forEach((score, i) => {
        const right = expected(items[i]!);
        // Sums of at most four f64 logarithms in another order.
        score.logLikelihood.forEach((value, c) => expect(value).toBeCloseTo(right[c]!, 10));
        expect(score.chosen).toBe(right.indexOf(Math.max(...right)));
        const perByte = right.map((value, c) => value / items[i]!.choices[c]!.length);
        expect(score.chosenNormalised).toBe(perByte.indexOf(Math.max(...perByte)));
      });
    }
  });

  test('asks one row for a question whose answers are single words', async () => {
    const suite = benchmarks(world).find(({ name }) => name === 'facts')!.items;
    const engine = scorer(8, 16);
    await scoreItems(tokenizer, suite.slice(0, 20), engine);
    expect(engine.requests).toHaveLength(3); // 20 rows of 8
    expect(engine.requests.reduce((sum, { token }) => sum + token.length, 0)).toBe(20 * 16);
    for (const { tokens, rows, length } of engine.requests) expect(tokens).toHaveLength(rows * length);
  });

  test('tells greedy matches: the answer a model would write', async () => {
    const context = 'question : what is 3 + 4 ? answer :';
    const row = [tokenizer.endOfText, ...tokenizer.encode(context)];
    const best = (at: number[]) =>
      logProbabilities(at, at.length - 1).reduce((most, value, token, all) => (value > all[most]! ? token : most), 0);
    const first = best(row),
      second = best([...row, first]);
    const greedy = tokenizer.decode([first, second]);
    const scores = await scoreItems(
      tokenizer,
      [
        { context, choices: [greedy, '0 7'], answer: 0 },
        { context, choices: [greedy, '0 7'], answer: 1 },
      ],
      scorer(4, 16),
    );
    expect(scores.map(({ exact }) => exact)).toEqual([true, false]);
  });

  test('cuts a context that is too long at its beginning', async () => {
    const long: Item = {
      context: `cat dog cat dog cat dog ${items[0]!.context}`,
      choices: items[0]!.choices,
      answer: 0,
    };
    const [cut] = await scoreItems(tokenizer, [long], scorer(2, 8));
    // The model looks at two tokens only, so what was cut away changes nothing.
    cut!.logLikelihood.forEach((value, c) => expect(value).toBeCloseTo(expected(long)[c]!, 10));
  });

  test('refuses a diverged model, a choice without tokens and one longer than a row', async () => {
    const broken: Scorer = {
      rows: 1,
      length: 64,
      score: async ({ token }) => ({
        logProb: new Float64Array(token.length).fill(NaN),
        best: new Float64Array(token.length),
      }),
    };
    await expect(scoreItems(tokenizer, items.slice(0, 1), broken)).rejects.toThrow(/diverged/);
    await expect(scoreItems(tokenizer, [{ context: 'cat', choices: [''], answer: 0 }], scorer(1, 8))).rejects.toThrow(
      /adds no token/,
    );
    await expect(
      scoreItems(tokenizer, [{ context: 'cat', choices: ['1 2 3 4 5'], answer: 0 }], scorer(1, 4)),
    ).rejects.toThrow(/5 tokens, more than the 4/);
  });

  test('gives the separating space to the answer where a tokenizer has spaces', async () => {
    const bytes = new ByteTokenizer();
    const seen: ScoreRequest[] = [];
    const uniform: Scorer = {
      rows: 1,
      length: 16,
      score: async (request) => (
        seen.push(request),
        { logProb: new Float64Array(request.token.length).fill(-1), best: new Float64Array(request.token.length) }
      ),
    };
    const [score] = await scoreItems(bytes, [{ context: 'ab', choices: ['cd'], answer: 0 }], uniform);
    expect([...seen[0]!.token]).toEqual([...' cd'].map((letter) => letter.charCodeAt(0)));
    expect([...seen[0]!.tokens.subarray(0, 5)]).toEqual([256, ...[...'ab c'].map((letter) => letter.charCodeAt(0))]);
    expect(score!.logLikelihood).toEqual([-3]);
  });
});

/** A scorer that knows how likely each byte is, wherever it stands. */
const byteScorer = (
  rows: number,
  length: number,
  logOf: (byte: number) => number,
  seen: ScoreRequest[] = [],
): Scorer => ({
  rows,
  length,
  score: async (request) => {
    seen.push(request);
    return { logProb: Float64Array.from(request.token, logOf), best: new Float64Array(request.token.length).fill(-1) };
  },
});

describe('choices', () => {
  const bytes = new ByteTokenizer();

  test('are divided by their bytes of UTF-8, and of equals the first is chosen', async () => {
    // ' é' is three bytes of −1 and the answer's own are two; ' abc' is four and three.
    const choices = ['abc', 'é', 'è'];
    const [score] = await scoreItems(
      bytes,
      [{ context: 'x', choices, answer: 0 }],
      byteScorer(4, 8, () => -1),
    );
    expect(score).toEqual({ logLikelihood: [-4, -3, -3], chosen: 1, chosenNormalised: 0, exact: true });
  });

  test('are exact where every byte is the likeliest, the first one too', async () => {
    const exact = async (unlikely: string) => {
      const logOf = (byte: number) => (byte === unlikely.charCodeAt(0) ? -2 : -1);
      return (await scoreItems(bytes, [{ context: 'x', choices: ['ab'], answer: 0 }], byteScorer(1, 8, logOf)))[0]!
        .exact;
    };
    expect([await exact('a'), await exact('b'), await exact('c')]).toEqual([false, false, true]);
  });

  test('that just fill a row are scored, and the context keeps its end', async () => {
    const seen: ScoreRequest[] = [];
    const item = { context: 'context', choices: ['abc'], answer: 0 };
    await scoreItems(
      bytes,
      [item],
      byteScorer(1, 4, () => -1, seen),
    );
    // Of "context abc" the row holds what predicts " abc": four places before the last.
    expect([...seen[0]!.tokens]).toEqual([...'t ab'].map((letter) => letter.charCodeAt(0)));
    expect([...seen[0]!.position]).toEqual([0, 1, 2, 3]);
    expect([...seen[0]!.token]).toEqual([...' abc'].map((letter) => letter.charCodeAt(0)));
  });

  test('go in batches of the scorer’s rows, the last one padded with the end of text', async () => {
    const seen: ScoreRequest[] = [];
    const three = ['a', 'b', 'c'].map((context) => ({ context, choices: ['d'], answer: 0 }));
    await scoreItems(
      bytes,
      three,
      byteScorer(2, 4, () => -1, seen),
    );
    expect(seen.map(({ tokens }) => [...tokens])).toEqual([
      [256, 97, 32, 256, 256, 98, 32, 256],
      [256, 99, 32, 256, 256, 256, 256, 256],
    ]);
    expect(seen.map(({ row }) => [...row])).toEqual([
      [0, 0, 1, 1],
      [0, 0],
    ]);
    seen.length = 0;
    await scoreItems(
      bytes,
      three.slice(1),
      byteScorer(2, 4, () => -1, seen),
    );
    expect(seen, 'rows that fill the batch').toHaveLength(1);
  });
});

test('log-probabilities of logits are those of their softmax, each place by itself', async () => {
  // Two rows of two places over three tokens; logits far from 0, whose exponentials would overflow.
  const logits = [1000, 1001, 1002, 5, 5, 5, 0, 1, 0, 3, 1, 2];
  const engine = scorerOfLogits({ rows: 2, length: 2, vocabulary: 3 }, async () => logits);
  const asked: [row: number, position: number, token: number][] = [
    [0, 0, 0],
    [0, 0, 2],
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 2],
  ];
  const of = (index: 0 | 1 | 2) => Uint32Array.from(asked, (query) => query[index]);
  const request = { tokens: new Uint32Array(4), rows: 2, length: 2, row: of(0), position: of(1), token: of(2) };
  const { logProb, best } = await engine.score(request);
  asked.forEach(([row, position, token], q) => {
    const at = (row * 2 + position) * 3;
    const place = logits.slice(at, at + 3).map((value) => value - logits[at]!);
    const logs = place.map((value) => value - Math.log(place.reduce((sum, x) => sum + Math.exp(x), 0)));
    expect(logProb[q]).toBeCloseTo(logs[token]!, 12);
    expect(best[q]).toBeCloseTo(Math.max(...logs), 12);
  });
  expect([engine.rows, engine.length]).toEqual([2, 2]);
});

describe('a suite', () => {
  const item = (context: string, answer: number): Item => ({ context, choices: ['a', 'bb'], answer });
  const suite: Suite = {
    name: 's',
    description: '',
    role: 'benchmark',
    items: [item('1', 0), item('2', 0), item('3', 1), item('4', 1)],
  };
  const score = (chosen: number, exact = false) => ({
    logLikelihood: [-1, -2],
    chosen,
    chosenNormalised: 1 - chosen,
    exact,
  });

  test('has shares of right answers, a binomial standard error and its chance level', () => {
    const result = summarise(suite, [score(0, true), score(0), score(1), score(0)]);
    expect(result.accuracy).toBe(0.75);
    expect(result.accuracyNormalised).toBe(0.25);
    expect(result.exactMatch).toBe(0.25);
    expect(result.standardError).toBeCloseTo(Math.sqrt((0.75 * 0.25) / 4), 12);
    expect(result.chance).toBe(0.5);
    expect(result.logProb).toBe(-1.5);
    expect(chanceLevel([item('', 0), { context: '', choices: ['a', 'b', 'c', 'd'], answer: 0 }])).toBe(0.375);
  });

  test('that repeats its questions counts each once for its error', () => {
    // Four questions asked twice with the same outcome know no more than four questions.
    expect(clusteredStandardError([1, 1, 1, 0, 1, 1, 1, 0], ['1', '2', '3', '4', '1', '2', '3', '4'])).toBeCloseTo(
      Math.sqrt((0.75 * 0.25) / 4),
      12,
    );
  });
});

test('the average is the plain mean of benchmarks and retention, without the probes', () => {
  const result = (name: string, role: Suite['role'], accuracy: number) => ({
    name,
    role,
    accuracy,
    items: 100,
    chance: 0.25,
    standardError: 0.03,
    accuracyNormalised: 0,
    exactMatch: 0,
    logProb: 0,
  });
  const combined = combine([
    result('a', 'benchmark', 0.5),
    result('b', 'benchmark', 0.7),
    result('c', 'retention', 0.3),
    result('d', 'probe', 1),
  ]);
  expect(combined.average).toBeCloseTo(0.5, 12);
  expect(combined.averageWithoutRetention).toBeCloseTo(0.6, 12);
  expect(combined.retention).toBeCloseTo(0.3, 12);
  expect(combined.averageStandardError).toBeCloseTo(0.03 / Math.sqrt(3), 12);
});

test('without retention or beside it alone there is no such mean', () => {
  const one = (role: Suite['role']) =>
    combine([
      {
        name: 'a',
        role,
        accuracy: 0.5,
        items: 4,
        chance: 0.25,
        standardError: 0.1,
        accuracyNormalised: 0,
        exactMatch: 0,
        logProb: 0,
      },
    ]);
  expect(one('benchmark')).toMatchObject({
    average: 0.5,
    averageWithoutRetention: 0.5,
    retention: null,
    averageChance: 0.25,
  });
  expect(one('retention')).toMatchObject({
    average: 0.5,
    averageWithoutRetention: null,
    retention: 0.5,
    averageChance: 0.25,
  });
});

test('suites of one row length, a multiple of 16, share a scorer and its batches', async () => {
  const bytes = new ByteTokenizer();
  const suite = (name: string, context: string, answer: number): Suite => ({
    name,
    description: '',
    role: 'benchmark',
    items: [{ context, choices: ['a', 'b'], answer }],
  });
  // "x…x a": 14 and 15 letters make 16 and 17 tokens, the one that is never an input made up for by the first, <eos>.
  const suites = [suite('short', 'x'.repeat(14), 1), suite('long', 'x'.repeat(15), 0), suite('shorter', 'x', 0)];
  expect(suites.map((one) => scorerLength(bytes, [one]))).toEqual([16, 32, 16]);
  expect(scorerLength(bytes, suites)).toBe(32);
  const lengths: number[] = [];
  const seen: ScoreRequest[] = [];
  const logOf = (byte: number) => (byte === 'b'.charCodeAt(0) ? -1 : -2);
  const result = await scoreSuites(
    bytes,
    suites,
    (length) => (lengths.push(length), byteScorer(8, length, logOf, seen)),
  );
  expect([lengths, seen.length]).toEqual([[16, 32], 2]);
  expect(result.suites.map(({ name, accuracy, items: n }) => [name, accuracy, n])).toEqual([
    ['short', 1, 1],
    ['long', 0, 1],
    ['shorter', 0, 1],
  ]);
});
