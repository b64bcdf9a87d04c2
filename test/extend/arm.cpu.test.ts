/** An arm that changes the tokenizer, beside one that does not: it trains a base of its own. */
import { expect, it } from 'vitest';
import { fetchShard } from '../../src/cli/inputs.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { experimentNamed } from '../../src/recipe/experiments.ts';
import type { ResultRow } from '../../src/recipe/results/results.ts';
import { runExperiment } from '../../src/train/experiment/experiment.ts';
import { processor } from '../cpu/processor.ts';
import type { ExperimentNews } from '../../src/train/experiment/listener.ts';
import { listening } from '../../src/util/events.ts';

it('an arm changes the tokenizer', async () => {
  const sizes = ['model.hidden_size=16', 'model.num_hidden_layers=1', 'model.num_attention_heads=2', 'batch.length=32'];
  const steps = ['base.steps=6', 'continued.steps=4', 'evaluation.rows=1', 'evaluation.everySteps=0'];
  const texts = { base: { blend: { news: 1 } }, continued: { general: { news: 1 }, qa: { 'qa-facts': 1 } } };
  const file = { ...texts, tokenizer: { kind: 'bpe', vocab_size: 300 } };
  const config = resolveConfig({ preset: 'tiny', file, set: [...sizes, ...steps] });
  const recipe = experimentNamed('f1').arms.find(({ name }) => name === 'recipe')!;
  const spelt = { ...recipe, name: 'spelt', label: 'letter by letter', changes: { tokenizer: 'byte' } };
  const rows: ResultRow[] = [];
  const widths: [string, number, number][] = [];
  const finished = await runExperiment(
    await processor(),
    {
      experiment: { arms: [recipe, spelt] },
      config,
      seeds: [1],
      done: [],
      baseOf: async () => null,
      fetchBytes: fetchShard,
    },
    listening<ExperimentNews>({
      begin: ({
        arm,
        run: {
          config: { model },
          plan,
        },
      }) => void widths.push([arm, model.vocab_size, plan.firstStep]),
      row: (row) => void rows.push(row),
    }),
  );
  expect(finished).toBe(true);
  expect(widths).toEqual([
    ['base', 300, 0],
    ['recipe', 300, 6],
    ['spelt', 260, 0],
  ]);
  const [, , own] = rows;
  expect(own!.heldOutLoss.news).toBeGreaterThan(0);
  expect(own!.heldOutLoss.news).toBeLessThan(Math.log(260) + 0.1); // no worse than guessing among so many
});
