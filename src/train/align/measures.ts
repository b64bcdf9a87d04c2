/** What tells aligned models apart beside the suites: gaps of log-probabilities, and whom a reward model prefers. */
import { policyGap } from '../../align/losses.ts';
import { encodePrompt } from '../../align/template.ts';
import { RandomStream } from '../../util/random.ts';
import { padded, spoiled } from '../../world/alignment/answers.ts';
import type { SuiteScores } from '../../world/alignment/suites.ts';
import { type Answer, answeredWith, promptOf, type Triplet } from '../../world/alignment/synthesis.ts';
import { drawTask, instructedKinds, type Task } from '../../world/alignment/tasks.ts';
import { verify } from '../../world/alignment/verifier.ts';
import type { AlignmentWorld } from '../../world/alignment/world.ts';
import type { Backend } from '../backends/backend.ts';
import { pairRows, type PairTokens } from './batches.ts';
import { rewardsOf } from './judge.ts';
import type { AlignedModel, RewardModel } from './model.ts';
import { logProbsOf } from './stage.ts';

/** What an arm is measured by: shares in 0 … 1, rewards, nats. */
export type Measures = Partial<SuiteScores> & Record<string, number>;

/** Rewards nearer than this are a near tie (alignment-world.md §4). */
const nearTie = 1;

/** A pair as it is trained on: a cut answer has no mark at its end. */
export function tripletTokens(
  { tokenizer }: AlignmentWorld,
  { task, chosen, rejected, rewardChosen, rewardRejected }: Triplet,
): PairTokens {
  const tokens = ({ words, ended }: Answer): number[] => [
    ...tokenizer.encode(words.join(' ')),
    ...(ended ? [tokenizer.marks.turn] : []),
  ];
  const prompt = encodePrompt(tokenizer, promptOf(task));
  return { prompt, chosen: tokens(chosen), rejected: tokens(rejected), rewardChosen, rewardRejected };
}

/** By how much held-out answers have moved from the reference's, and how gaps compare with the rewards'. */
export async function pairGaps(
  backend: Backend,
  model: AlignedModel,
  reference: AlignedModel,
  pairs: readonly PairTokens[],
  { beta, eta }: { beta: number; eta: number },
): Promise<Measures> {
  const rows = pairRows(pairs).flat();
  const [now, before] = [await logProbsOf(backend, model, rows), await logProbsOf(backend, reference, rows)];
  const at = (all: Float64Array, i: number) => ({ chosen: all[2 * i]!, rejected: all[2 * i + 1]! });
  const mean = (of: number[]): number => of.reduce((sum, value) => sum + value, 0) / Math.max(of.length, 1);
  const all = pairs.map((pair, i) => ({
    gap: policyGap(at(now, i), at(before, i)),
    wanted: ((pair.rewardChosen - pair.rewardRejected) * eta) / beta,
    reward: pair.rewardChosen - pair.rewardRejected,
  }));
  const near = all.filter(({ reward }) => reward < nearTie);
  const far = all.filter(({ reward }) => reward >= nearTie);
  return {
    chosenMoved: mean(pairs.map((_, i) => at(now, i).chosen - at(before, i).chosen)),
    rejectedMoved: mean(pairs.map((_, i) => at(now, i).rejected - at(before, i).rejected)),
    nearTieGap: mean(near.map(({ gap }) => gap)),
    nearTieWanted: mean(near.map(({ wanted }) => wanted)),
    farGap: mean(far.map(({ gap }) => gap)),
    farWanted: mean(far.map(({ wanted }) => wanted)),
    preferred: mean(all.map(({ gap }) => (gap > 0 ? 1 : 0))),
  };
}

/** Share of held-out pairs of which the better one is preferred; chance is a half. */
export async function rewardAccuracy(backend: Backend, world: AlignmentWorld, reward: RewardModel): Promise<Measures> {
  const kinds = { easy: [], hard: [], concise: [] } as Record<
    string,
    [task: Task, better: string[], worse: string[]][]
  >;
  const draw = new RandomStream(world.seed, 'reward evaluation');
  for (let i = 0; i < 300; i++) {
    const task = drawTask(world, draw, false, instructedKinds);
    const value = (words: string[]): number => verify(world, task, words).reward;
    const other = drawTask(world, draw, false, instructedKinds).gold;
    if (value(other) < value(task.gold) - 2) kinds.easy!.push([task, task.gold, other]);
    const wrong = spoiled(world, task, draw, draw.pick(['dropped', 'wrong'] as const));
    if (value(wrong) < value(task.gold) - 0.1) kinds.hard!.push([task, task.gold, wrong]);
    if (!task.instructions.some(({ name }) => name === 'words' || name === 'start'))
      kinds.concise!.push([task, task.gold, padded(task.gold, 1 + draw.integer(3))]);
  }
  const found: Measures = {};
  for (const [kind, pairs] of Object.entries(kinds)) {
    const conversations = pairs.flatMap(([task, ...both]) => both.map((words) => answeredWith(task, words)));
    const scores = await rewardsOf(backend, reward, conversations);
    found[kind] = pairs.filter((_, i) => scores[2 * i]! > scores[2 * i + 1]!).length / pairs.length;
  }
  return found;
}
