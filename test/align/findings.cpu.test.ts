/**
 * What showed in every seed of the reference, shown by our own engine at the smallest size: a model of one layer that has learnt its answers
 * from demonstrations alone, on pairs and labels by hand. What else the comparisons say turns with the seed (docs/alignment.md): it is
 * asserted nowhere.
 */
import { beforeAll, expect, it } from 'vitest';
import { pairBatches, pairRows, pairwiseBatches, rewardBatches, sftBatches } from '../../src/train/align/batches.ts';
import { preferenceSettings, rewardOf } from '../../src/train/align/chain.ts';
import { gapMeasures, type Measures, pairGaps, rewardAccuracy, tripletTokens } from '../../src/train/align/measures.ts';
import type { AlignedModel } from '../../src/train/align/model.ts';
import type { Backend } from '../../src/train/backends/backend.ts';
import { logProbsOf, runStage, stageDefaults } from '../../src/train/align/stage.ts';
import { freshModel } from '../../src/train/align/world.ts';
import {
  allKinds,
  answeredWith,
  answersByHand,
  demonstrations,
  labelled,
  prompts,
  triplets,
  wrongByHand,
} from '../../src/world/alignment/synthesis.ts';
import { drawTask } from '../../src/world/alignment/tasks.ts';
import { AlignmentWorld } from '../../src/world/alignment/world.ts';
import { RandomStream } from '../../src/util/random.ts';
import { processor } from '../cpu/processor.ts';

const world = new AlignmentWorld(1);
const { seed, tokenizer } = world;
const batch = 32;
let backend: Backend;
let from: AlignedModel;

beforeAll(async () => {
  backend = await processor();
  const examples = demonstrations(world, seed, 1200, 0.2, allKinds).all.map(({ task, words }) => ({
    messages: answeredWith(task, words),
  }));
  const shown = sftBatches(tokenizer, examples, batch, seed, 48);
  // Without a base the answers are learnt from nothing: at a base's rate.
  const learning = { ...stageDefaults.sft, rate: stageDefaults.base.rate, objective: { name: 'sft' } };
  ({ model: from } = await runStage(backend, freshModel(world, { D: 32, L: 1, H: 2, K: 1 }), shown, learning));
});

it('DPO overshoots near ties where RPO stops, and lowers the rejected answer more than the chosen one', async () => {
  const pairsOf = (tasks: Parameters<typeof answersByHand>[2]) =>
    triplets(world, seed, tasks, answersByHand(world, seed, tasks)).all.map((one) => tripletTokens(tokenizer, one));
  const draw = new RandomStream(seed, 'held-out tasks');
  const pairs = pairsOf(prompts(world, seed, 600, allKinds).all);
  const heldOut = pairsOf(Array.from({ length: 150 }, () => drawTask(world, draw, false, allKinds)));
  const references = await logProbsOf(backend, from, pairRows(pairs).flat());
  const gapsAfter = async (name: 'dpo' | 'rpo'): Promise<Measures> => {
    const data = pairBatches(pairs, references, batch, seed);
    const settings = { ...stageDefaults[name], objective: { name, ...preferenceSettings } };
    const { model } = await runStage(backend, from, data, settings);
    return gapMeasures(await pairGaps(backend, model, from, heldOut, preferenceSettings));
  };
  const [dpo, rpo] = [await gapsAfter('dpo'), await gapsAfter('rpo')];
  // 5.1 nats and 1.2 where 1.8 are wanted; 7.0 and 1.3 in another seed.
  expect(dpo.nearTieGap!).toBeGreaterThan(rpo.nearTieGap!);
  // −3.2 nats and −0.2.
  expect(dpo.rejectedMoved!).toBeLessThan(dpo.chosenMoved!);
});

it('five attributes resist length better than pairs, where annotators like it', async () => {
  const tasks = prompts(world, seed, 600, allKinds).all;
  const { answers, preferred } = labelled(world, seed, tasks, wrongByHand(world, seed, tasks));
  const examples = answers.map(({ task, words, attributes }) => ({ messages: answeredWith(task, words), attributes }));
  const choices = preferred.map(({ task, chosen, rejected }) => ({
    chosen: answeredWith(task, chosen),
    rejected: answeredWith(task, rejected),
  }));
  const [attributes, pairs] = [
    rewardBatches(tokenizer, examples, 5, batch, seed),
    pairwiseBatches(tokenizer, choices, batch, seed),
  ];
  const concise = async (data: typeof attributes, objective: { name: string }): Promise<number> => {
    const made = await runStage(backend, from, data, { ...stageDefaults.reward, objective });
    return (await rewardAccuracy(backend, world, rewardOf(made))).concise!;
  };
  // The short answer over the same one with padding: 78 against 19 % of pairs; 98 against 24 and 86 against 3 in two other seeds.
  expect(await concise(attributes, { name: 'reward' })).toBeGreaterThan(await concise(pairs, { name: 'pairwise' }));
});
