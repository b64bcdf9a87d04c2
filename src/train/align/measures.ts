/** What tells aligned models apart beside the suites: gaps of log-probabilities, and whom a reward model prefers. */
import type { ChatTokenizer } from '../../tokenizer/chat.ts';
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

/** Rewards nearer than this are a near tie . */
const nearTie = 1;

/** A pair as it is trained on: a cut answer has no mark at its end. */
export function tripletTokens(
  tokenizer: ChatTokenizer,
  { task, chosen, rejected, rewardChosen, rewardRejected }: Triplet,
): PairTokens {
  const tokens = ({ words, ended }: Answer): number[] => [
    ...tokenizer.encode(words.join(' ')),
    ...(ended ? [tokenizer.marks.turn] : []),
  ];
  const prompt = encodePrompt(tokenizer, promptOf(task));
  return { prompt, chosen: tokens(chosen), rejected: tokens(rejected), rewardChosen, rewardRejected };
}

/** A pair after training: by how much each answer moved from the reference, and the gap that the rewards want, nats. */
export interface PairGap {
  chosen: number;
  rejected: number;
  wanted: number;
  /** Of the rewards. */
  reward: number;
}

export async function pairGaps(
  backend: Backend,
  model: AlignedModel,
  reference: AlignedModel,
  pairs: readonly PairTokens[],
  { beta, eta }: { beta: number; eta: number },
): Promise<PairGap[]> {
  const rows = pairRows(pairs).flat();
  const [now, before] = [await logProbsOf(backend, model, rows), await logProbsOf(backend, reference, rows)];
  return pairs.map(({ rewardChosen, rewardRejected }, i) => ({
    chosen: now[2 * i]! - before[2 * i]!,
    rejected: now[2 * i + 1]! - before[2 * i + 1]!,
    wanted: ((rewardChosen - rewardRejected) * eta) / beta,
    reward: rewardChosen - rewardRejected,
  }));
}

/** By how much answers have moved from the reference's, and how gaps compare with the rewards'. */
export function gapMeasures(all: readonly PairGap[]): Measures {
  const gap = ({ chosen, rejected }: PairGap): number => chosen - rejected;
  const mean = (of: (one: PairGap) => number, some = all): number =>
    some.reduce((sum, one) => sum + of(one), 0) / Math.max(some.length, 1);
  const near = all.filter(({ reward }) => reward < nearTie);
  const far = all.filter(({ reward }) => reward >= nearTie);
  const [gaps, rewards] = [mean(gap), mean(({ reward }) => reward)];
  const varies = (a: (one: PairGap) => number, b: (one: PairGap) => number): number => mean((one) => a(one) * b(one));
  const [ofGap, ofReward] = [(one: PairGap) => gap(one) - gaps, ({ reward }: PairGap) => reward - rewards];
  return {
    chosenMoved: mean(({ chosen }) => chosen),
    rejectedMoved: mean(({ rejected }) => rejected),
    nearTieGap: mean(gap, near),
    nearTieWanted: mean(({ wanted }) => wanted, near),
    farGap: mean(gap, far),
    farWanted: mean(({ wanted }) => wanted, far),
    preferred: mean((one) => (gap(one) > 0 ? 1 : 0)),
    // Of gaps with rewards: 1 where training matched them.
    correlation: varies(ofGap, ofReward) / Math.sqrt(varies(ofGap, ofGap) * varies(ofReward, ofReward)) || 0,
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
    const won = pairs.map(([task], i) => ({ task, right: scores[2 * i]! > scores[2 * i + 1]! }));
    const share = (some: typeof won): number => some.filter(({ right }) => right).length / some.length;
    found[kind] = share(won);
    if (kind === 'hard')
      for (const asked of instructedKinds)
        found[`hard: ${asked}`] = share(won.filter(({ task }) => task.kind === asked));
  }
  return found;
}
