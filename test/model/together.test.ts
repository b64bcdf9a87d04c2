/** What is asked of a model together comes to what it does when asked one by one: rows of an evaluation, prompts of a sample. */
import { expect, test } from 'vitest';
import { heldOutRows } from '../../src/data/heldOutRows.ts';
import { ByteTokenizer } from '../../src/tokenizer/byte.ts';
import type { TrainingData } from '../../src/train/run/data.ts';
import { Evaluator } from '../../src/train/engine/evaluator.ts';
import { mostQuestions } from '../../src/train/run/questions.ts';
import { randomInteger } from '../../src/util/random.ts';
import { textOf } from '../data/sources.ts';
import { openEngine, tinyBatch, tinyConfig } from './tiny.ts';

const config = { ...tinyConfig, model: { ...tinyConfig.model, vocab_size: 260 } };
const T = config.batch.length;

async function evaluatorOf(heldOut: TrainingData['heldOut']) {
  const engine = await openEngine(config);
  // Some steps, so that what it writes is not all alike.
  for (let step = 0; step < 30; step++) engine.submitStep(step, () => tinyBatch(config), 1e-2, step + 1);
  const data = { tokenizer: new ByteTokenizer(), heldOut } as unknown as TrainingData;
  return { engine, evaluator: new Evaluator(config, data, engine) };
}

test('prompts of all lengths, one beyond the context, are continued as each by itself', async () => {
  const { engine, evaluator } = await evaluatorOf([]);
  const long = 'abc'.repeat(config.model.max_position_embeddings);
  const prompts = ['', 'a', 'Some words', long.slice(0, T - 1), long].slice(0, mostQuestions);
  const write = (asked: string[]) => evaluator.samples(asked, T, 0.8, 3);
  const together = await write(prompts);
  for (const [i, prompt] of prompts.entries()) expect([together[i]], prompt).toEqual(await write([prompt]));
  expect(new Set(together).size).toBeGreaterThan(1);
  // Fewer than there is room for.
  expect(await write(prompts.slice(1, 3))).toEqual(together.slice(1, 3));
  evaluator.destroy();
  engine.destroy();
});

test('sources whose rows share batches are measured as each by itself', async () => {
  // Three rows, one, and five with a part of one: none fills its batches.
  const sources = [3 * T, T, 5 * T + 2].map((length, source) => {
    const text = textOf(
      [length + 1],
      Array.from({ length: length + 1 }, (_, i) => randomInteger(1, source, i, 250)),
    );
    return { name: `s${source}`, rows: heldOutRows(text, 'all', T) };
  });
  const { engine, evaluator } = await evaluatorOf(sources);
  const { loss, rows } = await evaluator.heldOut();
  for (const { name, rows: held } of sources) {
    const nll = await engine.score(held);
    expect(loss[name]).toBeCloseTo(nll.reduce((sum, x) => sum + x, 0) / held.scored, 6);
    expect(rows[name]).toHaveLength(held.count);
    expect(rows[name]![0]).toBeCloseTo(nll.subarray(0, T).reduce((sum, x) => sum + x, 0) / T, 4);
  }
  engine.destroy();
});
