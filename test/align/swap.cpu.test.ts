/**
 * Chosen and rejected are not each other, from the line of data to the weights: whichever answer a line calls chosen has become likelier than
 * the other, as text that is encoded apart from all code of pairs. Within that code a swap on both of its sides would hide itself.
 */
import { expect, it } from 'vitest';
import { readPairData } from '../../src/align/examples.ts';
import { encodeConversation } from '../../src/align/template.ts';
import { encodePair, pairBatches, pairRows } from '../../src/train/align/batches.ts';
import type { AlignedModel } from '../../src/train/align/model.ts';
import { logProbsOf, runStage } from '../../src/train/align/stage.ts';
import { freshModel } from '../../src/train/align/world.ts';
import { AlignmentWorld } from '../../src/world/alignment/world.ts';
import { processor } from '../cpu/processor.ts';

const world = new AlignmentWorld(1);
const { tokenizer } = world;
const start = freshModel(world, { D: 16, L: 1, H: 2, K: 1 });
/** Two answers of one length to each question, so that nothing but the label tells them apart. */
const questions = ['what is 7 x 8 ?', 'what is the city of anna adler ?', 'run rev ( 3 1 4 ) .', 'what is 2 + 2 ?'];
const [one, other] = ['5 6', '1 2'];

const lines = (chosen: string, rejected: string, rewards: [number, number]): string =>
  questions
    .map((prompt) =>
      JSON.stringify({ prompt, chosen, rejected, reward_chosen: rewards[0], reward_rejected: rewards[1] }),
    )
    .join('\n');

/** By how much more the model prefers `one` to `other` than before, nats. */
async function preferenceFor(model: AlignedModel): Promise<number> {
  const backend = await processor();
  const rows = questions.flatMap((content) =>
    [one, other].map((said) =>
      encodeConversation(tokenizer, [
        { role: 'user', content },
        { role: 'assistant', content: said },
      ]),
    ),
  );
  const [now, before] = [await logProbsOf(backend, model, rows), await logProbsOf(backend, start, rows)];
  return rows.reduce((sum, _, i) => sum + (i % 2 === 0 ? 1 : -1) * (now[i]! - before[i]!), 0) / questions.length;
}

async function trained(name: 'dpo' | 'rpo', data: string): Promise<number> {
  const backend = await processor();
  const pairs = readPairData(data, 'pairs', { rewards: true }).map((pair) => encodePair(tokenizer, pair));
  const references = await logProbsOf(backend, start, pairRows(pairs).flat());
  const settings = { epochs: 20, rate: 4e-3, warmupSteps: 1, end: 1 };
  const objective = { name, beta: 0.3, eta: 1, sftWeight: 0 };
  const { model } = await runStage(backend, start, pairBatches(pairs, references, 4, 1), { ...settings, objective });
  return preferenceFor(model);
}

it.each(['dpo', 'rpo'] as const)('%s makes the chosen answer the likelier one, whichever it is', async (name) => {
  expect(await trained(name, lines(one, other, [3, 0]))).toBeGreaterThan(1);
  expect(await trained(name, lines(other, one, [3, 0]))).toBeLessThan(-1);
});

it('rpo follows the rewards where they say that the rejected answer is the better one', async () => {
  expect(await trained('rpo', lines(one, other, [0, 3]))).toBeLessThan(-1);
});
