/** What the built-in benchmarks are worth to a model that knows nothing, and to one that knows every answer. */
import { expect, test } from 'vitest';
import { scoreSuites } from '../../src/evaluate/report.ts';
import { randomUniform } from '../../src/util/random.ts';
import { benchmarks } from '../../src/world/benchmarks.ts';
import { World } from '../../src/world/world.ts';
import { WHOLE } from './configs.ts';

const world = new World(WHOLE, 1);
const { tokenizer } = world;

test('ignorance is at chance in every suite, knowledge is right everywhere', async () => {
  const suites = benchmarks(world);
  const { suites: results } = await scoreSuites(tokenizer, suites, (rowLength) => ({
    rows: 64,
    length: rowLength,
    score: async ({ row, position, token, tokens, length }) => ({
      // Random numbers of the question and the answer: no knowledge, and no cost of a softmax.
      logProb: Float64Array.from(
        token,
        (id, q) =>
          -randomUniform(
            tokens[row[q]! * length + position[q]!]! * 1000 + tokens[row[q]! * length + position[q]! - 4]!,
            position[q]!,
            id * 7919 + tokens[row[q]! * length + 3]!,
          ),
      ),
      best: new Float64Array(token.length),
    }),
  }));
  for (const { name, accuracy, chance, items: n } of results) {
    // Options of code and arithmetic share digits, facts repeat values: five binomial errors, doubled.
    expect(Math.abs(accuracy - chance), name).toBeLessThan(10 * Math.sqrt((chance * (1 - chance)) / n));
  }
  const answers = new Set(
    suites.flatMap(({ items: all }) =>
      all.map(({ context, choices, answer }) => [0, ...tokenizer.encode(`${context} ${choices[answer]}`)].join(' ')),
    ),
  );
  const prefixes = new Set(
    [...answers].flatMap((answer) => answer.split(' ').map((_, k, ids) => ids.slice(0, k + 1).join(' '))),
  );
  const knowing = await scoreSuites(tokenizer, suites, (rowLength) => ({
    rows: 64,
    length: rowLength,
    score: async ({ row, position, token, tokens, length }) => ({
      logProb: Float64Array.from(token, (id, q) =>
        prefixes.has([...tokens.subarray(row[q]! * length, row[q]! * length + position[q]! + 1), id].join(' '))
          ? -0.1
          : -9,
      ),
      best: new Float64Array(token.length).fill(-0.1),
    }),
  }));
  expect(knowing.average).toBe(1);
  for (const { accuracy, exactMatch } of knowing.suites) expect([accuracy, exactMatch]).toEqual([1, 1]);
});
