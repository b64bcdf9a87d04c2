/** The stages of a seed's alignment, each made ready to run: which data on which model, with which settings. */
import { type AlignSettings, type AlignStage, beforeStage, type CheckpointName } from '../../recipe/alignApi.ts';
import { scoreHead } from '../../objective/reward.ts';
import { RandomStream } from '../../util/random.ts';
import {
  allKinds,
  answeredWith,
  conversationBlend,
  geneticCode,
  labelled,
  type LabelOptions,
  prompts,
  type Triplet,
  triplets,
  usualLabels,
} from '../../world/alignment/synthesis.ts';
import { drawTask, type Task } from '../../world/alignment/tasks.ts';
import type { AlignmentWorld } from '../../world/alignment/world.ts';
import type { Backend } from '../backends/backend.ts';
import {
  type AlignmentData,
  pairBatches,
  pairRows,
  type PairTokens,
  pairwiseBatches,
  rewardBatches,
  sftBatches,
} from './batches.ts';
import { scoresOf } from './judge.ts';
import { tripletTokens } from './measures.ts';
import type { AlignedModel, RewardModel, StageRecord } from './model.ts';
import { logProbsOf, stageDefaults, type StageResult, type StageSettings, usualBatch } from './stage.ts';
import { sampledAnswers } from './world.ts';

/** Sizes of the data (alignment-world.md §3). */
export const sizes = { code: 1200, general: 2400, imperfect: 0.2, judged: 3000, pairs: 1200, heldOut: 250, samples: 5 };
export const preferenceSettings = { beta: 0.3, eta: 1, sftWeight: 0.05 };
export type RewardKind = 'regression' | 'pairwise';

/** What `runStage` wants. */
export interface PreparedStage {
  from: AlignedModel;
  data: AlignmentData;
  settings: StageSettings;
}

export interface PairsAsked {
  count?: number;
  /** On prompts that are trained on; else on those kept for evaluation. */
  training?: boolean;
  /** Ground truth where there is none. */
  judge?: RewardModel;
}

export class Chain {
  readonly world: AlignmentWorld;
  readonly backend: Backend;

  constructor(backend: Backend, world: AlignmentWorld) {
    this.backend = backend;
    this.world = world;
  }

  get seed(): number {
    return this.world.seed;
  }

  codeData = () => geneticCode(this.world, this.seed, sizes.code).all;
  generalData = () => conversationBlend(this.world, this.seed, sizes.general, sizes.imperfect).all;

  sft(
    from: AlignedModel,
    shown: readonly { task: Task; words: string[] }[],
    stage: 'code' | 'sft',
    epochs: number = stageDefaults[stage].epochs,
  ): PreparedStage {
    const examples = shown.map(({ task, words }) => ({ messages: answeredWith(task, words) }));
    const data = sftBatches(from.tokenizer, examples, usualBatch, this.seed, from.model.max_position_embeddings);
    return { from, data, settings: { ...stageDefaults[stage], epochs, objective: { name: 'sft' } } };
  }

  /** Triplets among a model's own answers, by ground truth or a reward model as judge; `round` draws others. */
  async triplets(
    model: AlignedModel,
    round: number,
    { count = sizes.pairs, training = true, judge }: PairsAsked = {},
  ): Promise<Triplet[]> {
    const seed = this.seed + 1000 * round;
    const draw = new RandomStream(seed, 'held-out prompts');
    const tasks = training
      ? prompts(this.world, seed, count, allKinds).all
      : Array.from({ length: count }, () => drawTask(this.world, draw, false, allKinds));
    const asked = { count: sizes.samples, temperature: 1, seed };
    const answers = await sampledAnswers(this.backend, model, tasks, asked);
    const scores = judge && (await scoresOf(this.backend, judge, tasks, answers));
    return triplets(this.world, seed, tasks, answers, scores).all;
  }

  /** The reference's log-probabilities are computed here, once. */
  async prefer(
    from: AlignedModel,
    pairs: readonly PairTokens[],
    name: 'dpo' | 'rpo',
    { rate = 1, ...settings }: { rate?: number; beta?: number; eta?: number; sftWeight?: number } = {},
  ): Promise<PreparedStage> {
    const references = await logProbsOf(this.backend, from, pairRows(pairs).flat());
    const data = pairBatches(pairs, references, usualBatch, this.seed);
    const usual = stageDefaults[name];
    const objective = { name, ...preferenceSettings, ...settings };
    return { from, data, settings: { ...usual, rate: rate * usual.rate, objective } };
  }

  /** Five attributes or the pairwise control, learnt from the same annotators. */
  async reward(
    from: AlignedModel,
    kind: RewardKind = 'regression',
    labels: LabelOptions = usualLabels,
  ): Promise<PreparedStage> {
    const seed = this.seed + 31;
    const tasks = prompts(this.world, seed, sizes.judged, allKinds).all;
    const sampled = await sampledAnswers(this.backend, from, tasks, { count: 2, temperature: 1.2, seed });
    const { answers, preferred } = labelled(this.world, this.seed, tasks, sampled, labels);
    const { tokenizer } = from;
    if (kind === 'pairwise') {
      const choices = preferred.map(({ task, chosen, rejected }) => ({
        chosen: answeredWith(task, chosen),
        rejected: answeredWith(task, rejected),
      }));
      const data = pairwiseBatches(tokenizer, choices, usualBatch, this.seed);
      return { from, data, settings: { ...stageDefaults.reward, objective: { name: 'pairwise' } } };
    }
    const examples = answers.map(({ task, words, attributes }) => ({
      messages: answeredWith(task, words),
      attributes,
    }));
    const data = rewardBatches(tokenizer, examples, 5, usualBatch, this.seed);
    return { from, data, settings: { ...stageDefaults.reward, objective: { name: 'reward', outputs: 5 } } };
  }
}

/** Whoever follows how a stage is made ready. */
export interface PreparationListener {
  work?(work: 'data' | 'answers' | 'reference'): void;
  triplets?(all: readonly Triplet[]): void;
}

/** A stage of the paper's chain, on what `made` says was made before it. */
export async function chainStage(
  chain: Chain,
  stage: AlignStage,
  made: (name: CheckpointName) => AlignedModel,
  { judge, beta, eta }: AlignSettings,
  listener: PreparationListener = {},
): Promise<PreparedStage> {
  const from = made(beforeStage[stage]);
  listener.work?.('data');
  if (stage === 'code') return chain.sft(from, chain.codeData(), 'code');
  if (stage === 'sft') return chain.sft(from, chain.generalData(), 'sft');
  listener.work?.('answers');
  if (stage === 'reward') return chain.reward(from);
  const round = stage === 'dpo' ? 0 : Number(stage.slice(-1));
  const all = await chain.triplets(from, round, judge === 'reward' ? { judge: made('reward') as RewardModel } : {});
  listener.triplets?.(all);
  listener.work?.('reference');
  const pairs = all.map((one) => tripletTokens(from.tokenizer, one));
  return chain.prefer(from, pairs, stage === 'dpo' ? 'dpo' : 'rpo', { beta, eta });
}

/** What is recorded of a stage, as `align` records its own: kits read it (kits/alignment/plan.ts). */
export const recordOfStage = (stage: AlignStage, seed: number, settings: StageSettings): StageRecord => ({
  stage: stage === 'code' ? 'sft' : stage.split(' ')[0]!,
  ...{ seed, batch: usualBatch, ...settings },
});

/** A stage's result as a reward model: with its head. */
export function rewardOf({ model, own }: StageResult): RewardModel {
  const score = own.get(scoreHead)!;
  return { ...model, score, outputs: score.length / model.model.hidden_size };
}
