/**
 * The fourth paper's comparisons in the alignment world: for every seed a base, the stages an arm asks for, and how each model does. Models
 * that several arms stand on are kept by name (`Kept`), so that a command that was interrupted goes on with them.
 */
import {
  answeredWith,
  type Answer,
  demonstrations,
  generalBlend,
  geneticCode,
  labelled,
  prompts,
  promptOf,
  allKinds,
  triplets,
} from '../../world/alignment/synthesis.ts';
import { padded, spoiled } from '../../world/alignment/answers.ts';
import { suitesOf, type SuiteScores } from '../../world/alignment/suites.ts';
import { drawTask, instructedKinds, type Task } from '../../world/alignment/tasks.ts';
import { verify } from '../../world/alignment/verifier.ts';
import { AlignmentWorld } from '../../world/alignment/world.ts';
import { policyGap } from '../../align/losses.ts';
import { encodePrompt } from '../../align/template.ts';
import { scoreHead } from '../../objective/reward.ts';
import { RandomStream } from '../../util/random.ts';
import type { Backend } from '../backends/backend.ts';
import { pairBatches, pairRows, type PairTokens, pairwiseBatches, rewardBatches, sftBatches } from './batches.ts';
import { rewardsOf } from './judge.ts';
import type { AlignedModel, RewardModel } from './model.ts';
import { logProbsOf, runStage, stageDefaults, usualBatch } from './stage.ts';
import { examine, sampledAnswers, trainBase, wordsOf } from './world.ts';

export const alignmentExperiments = ['sft-stages', 'reward', 'dpo-rpo', 'rounds', 'weak-to-strong'] as const;
export type AlignmentExperiment = (typeof alignmentExperiments)[number];

/** Sizes of the data (alignment-world.md §3). */
const sizes = { code: 1200, general: 2400, imperfect: 0.2, judged: 3000, pairs: 1200, heldOut: 250, samples: 5 };
const weak = { share: 0.35, middle: 0.65, human: 800, synthetic: 2000 };
const preferenceSettings = { beta: 0.3, eta: 1, sftWeight: 0.05 };
/** Rewards nearer than this are a near tie (alignment-world.md §4). */
const nearTie = 1;

/** What an arm is measured by: shares in 0 … 1, rewards, nats. */
export type Measures = Partial<SuiteScores> & Record<string, number>;

export interface Lab {
  backend: Backend;
  /** Models by name, made once. */
  kept(name: string, make: () => Promise<AlignedModel>): Promise<AlignedModel>;
  say(line: string): void;
  row(arm: string, measures: Measures): void;
  stopped(): boolean;
}

/** One seed's world with everything the experiments make in it. */
class Chain {
  readonly world: AlignmentWorld;
  readonly #suites: ReturnType<typeof suitesOf>;
  readonly #lab: Lab;

  constructor(lab: Lab, seed: number) {
    this.#lab = lab;
    this.world = new AlignmentWorld(seed);
    this.#suites = suitesOf(this.world);
  }

  get seed(): number {
    return this.world.seed;
  }

  /** `share` of the base's training: a weaker one. */
  async base(share = 1): Promise<AlignedModel> {
    const named = (of: number): string => (of === 1 ? 'base' : `base-${of}`);
    return this.#lab.kept(named(share), async () => {
      this.#lab.say(`training base`);
      const { base, early } = await trainBase(this.#lab.backend, this.world, {}, [weak.share, weak.middle]);
      const all = new Map([weak.share, weak.middle].map((of, i) => [of, early[i]!] as const)).set(1, base);
      for (const [of, model] of all) if (of !== share) await this.#lab.kept(named(of), async () => model);
      return all.get(share)!;
    });
  }

  sft(from: AlignedModel, shown: readonly { task: Task; words: string[] }[], stage: 'code' | 'sft', epochs?: number) {
    const examples = shown.map(({ task, words }) => ({ messages: answeredWith(task, words) }));
    const data = sftBatches(from.tokenizer, examples, usualBatch, this.seed, from.model.max_position_embeddings);
    const settings = { ...stageDefaults[stage], ...(epochs && { epochs }), objective: { name: 'sft' } };
    return this.#run(from, data, settings);
  }

  codeData = () => geneticCode(this.world, this.seed, sizes.code).all;
  generalData = () => generalBlend(this.world, this.seed, sizes.general, sizes.imperfect).all;

  async code(): Promise<AlignedModel> {
    return this.#lab.kept('code', async () => this.sft(await this.base(), this.codeData(), 'code'));
  }
  async twoStage(): Promise<AlignedModel> {
    return this.#lab.kept('sft', async () => this.sft(await this.code(), this.generalData(), 'sft'));
  }

  /** Tokens of pairs: a cut answer has no mark at its end. */
  #tokens({ words, ended }: Answer): number[] {
    const { tokenizer } = this.world;
    return [...tokenizer.encode(words.join(' ')), ...(ended ? [tokenizer.marks.turn] : [])];
  }

  /** Pairs among a model's own answers; `round` draws others. */
  async pairs(model: AlignedModel, round: number, count = sizes.pairs, training = true): Promise<PairTokens[]> {
    const seed = this.seed + 1000 * round;
    const draw = new RandomStream(seed, 'held-out prompts');
    const tasks = training
      ? prompts(this.world, seed, count, allKinds).all
      : Array.from({ length: count }, () => drawTask(this.world, draw, false, allKinds));
    const answers = await sampledAnswers(this.#lab.backend, model, tasks, {
      count: sizes.samples,
      temperature: 1,
      seed,
    });
    return triplets(this.world, seed, tasks, answers).all.map(
      ({ task, chosen, rejected, rewardChosen, rewardRejected }): PairTokens => ({
        prompt: encodePrompt(this.world.tokenizer, promptOf(task)),
        chosen: this.#tokens(chosen),
        rejected: this.#tokens(rejected),
        ...{ rewardChosen, rewardRejected },
      }),
    );
  }

  async prefer(
    from: AlignedModel,
    pairs: readonly PairTokens[],
    name: 'dpo' | 'rpo',
    { rate = 1 } = {},
  ): Promise<AlignedModel> {
    const references = await logProbsOf(this.#lab.backend, from, pairRows(pairs).flat());
    const data = pairBatches(pairs, references, usualBatch, this.seed);
    const settings = stageDefaults[name];
    return this.#run(from, data, {
      ...settings,
      rate: rate * settings.rate,
      objective: { name, ...preferenceSettings },
    });
  }

  async #run(
    from: AlignedModel,
    ...[data, settings]: [Parameters<typeof runStage>[2], Parameters<typeof runStage>[3]]
  ) {
    return (await runStage(this.#lab.backend, from, data, settings)).model;
  }

  /** By how much held-out answers have moved from the reference's, and how gaps compare with the rewards'. */
  async gaps(model: AlignedModel, reference: AlignedModel, pairs: readonly PairTokens[]): Promise<Measures> {
    const rows = pairRows(pairs).flat();
    const [now, before] = [
      await logProbsOf(this.#lab.backend, model, rows),
      await logProbsOf(this.#lab.backend, reference, rows),
    ];
    const at = (all: Float64Array, i: number) => ({ chosen: all[2 * i]!, rejected: all[2 * i + 1]! });
    const mean = (of: number[]): number => of.reduce((sum, value) => sum + value, 0) / Math.max(of.length, 1);
    const all = pairs.map((pair, i) => ({
      gap: policyGap(at(now, i), at(before, i)),
      wanted: ((pair.rewardChosen - pair.rewardRejected) * preferenceSettings.eta) / preferenceSettings.beta,
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

  async examined(arm: string, model: AlignedModel, more: Measures = {}): Promise<void> {
    const scores = await examine(this.#lab.backend, this.world, model, this.#suites);
    this.#lab.row(arm, { ...scores, ...more });
  }

  measured(arm: string, measures: Measures): void {
    this.#lab.row(arm, measures);
  }

  /** Five attributes and the pairwise control, learnt from the same annotators. */
  async rewards(): Promise<Record<'regression' | 'pairwise', RewardModel>> {
    const from = await this.twoStage();
    const { backend } = this.#lab;
    const tasks = prompts(this.world, this.seed + 31, sizes.judged, allKinds).all;
    const sampled = await sampledAnswers(backend, from, tasks, { count: 2, temperature: 1.2, seed: this.seed + 31 });
    const { answers, preferred } = labelled(this.world, this.seed, tasks, sampled);
    const examples = answers.map(({ task, words, attributes }) => ({
      messages: answeredWith(task, words),
      attributes,
    }));
    const choices = preferred.map(({ task, chosen, rejected }) => ({
      chosen: answeredWith(task, chosen),
      rejected: answeredWith(task, rejected),
    }));
    const five = await runStage(backend, from, rewardBatches(from.tokenizer, examples, 5, usualBatch, this.seed), {
      ...stageDefaults.reward,
      objective: { name: 'reward', outputs: 5 },
    });
    const one = await runStage(backend, from, pairwiseBatches(from.tokenizer, choices, usualBatch, this.seed), {
      ...stageDefaults.reward,
      objective: { name: 'pairwise' },
    });
    return {
      regression: { ...five.model, outputs: 5, score: five.own.get(scoreHead)! },
      pairwise: { ...one.model, outputs: 1, score: one.own.get(scoreHead)! },
    };
  }

  /** Share of held-out pairs of which the better one is preferred; chance is a half. */
  async rewardAccuracy(reward: RewardModel): Promise<Measures> {
    const kinds = { easy: [], hard: [], concise: [] } as Record<
      string,
      [task: Task, better: string[], worse: string[]][]
    >;
    const draw = new RandomStream(this.seed, 'reward evaluation');
    for (let i = 0; i < 300; i++) {
      const task = drawTask(this.world, draw, false, instructedKinds);
      const value = (words: string[]): number => verify(this.world, task, words).reward;
      const other = drawTask(this.world, draw, false, instructedKinds).gold;
      if (value(other) < value(task.gold) - 2) kinds.easy!.push([task, task.gold, other]);
      const wrong = spoiled(this.world, task, draw, draw.pick(['dropped', 'wrong'] as const));
      if (value(wrong) < value(task.gold) - 0.1) kinds.hard!.push([task, task.gold, wrong]);
      if (!task.instructions.some(({ name }) => name === 'words' || name === 'start'))
        kinds.concise!.push([task, task.gold, padded(task.gold, 1 + draw.integer(3))]);
    }
    const found: Measures = {};
    for (const [kind, pairs] of Object.entries(kinds)) {
      const conversations = pairs.flatMap(([task, ...both]) => both.map((words) => answeredWith(task, words)));
      const scores = await rewardsOf(this.#lab.backend, reward, conversations);
      found[kind] = pairs.filter((_, i) => scores[2 * i]! > scores[2 * i + 1]!).length / pairs.length;
    }
    return found;
  }

  /** A teacher's greedy answers; those the verifier takes, or all. */
  async taught(teacher: AlignedModel, filtered: boolean): Promise<{ task: Task; words: string[] }[]> {
    const tasks = prompts(this.world, this.seed + 61, weak.synthetic, allKinds).all;
    const answers = await wordsOf(this.#lab.backend, teacher, tasks.map(promptOf), { temperature: 0, seed: 0 });
    return tasks.flatMap((task, i) => {
      const { words, ended } = answers[i]!;
      const keep = ended && words.length > 0 && (!filtered || verify(this.world, task, words).full);
      return keep ? [{ task, words }] : [];
    });
  }

  human = () => demonstrations(this.world, this.seed + 60, weak.human, sizes.imperfect, allKinds).all;
}

/** Runs one seed of an experiment, arm by arm; false if it was stopped between two. */
export async function runAlignmentSeed(name: AlignmentExperiment, lab: Lab, seed: number): Promise<boolean> {
  const chain = new Chain(lab, seed);
  for await (const _ of steps[name](chain)) if (lab.stopped()) return false;
  return true;
}

const steps: Record<AlignmentExperiment, (chain: Chain) => AsyncGenerator<void>> = {
  async *'sft-stages'(chain) {
    const base = await chain.base();
    yield await chain.examined('base', base);
    yield await chain.examined('code', await chain.code());
    yield await chain.examined('two stages', await chain.twoStage());
    const general = chain.generalData();
    const blend = [...chain.codeData(), ...general, ...general, ...general];
    yield await chain.examined('mixed', await chain.sft(base, blend, 'sft', 1));
  },
  async *reward(chain) {
    const { regression, pairwise } = await chain.rewards();
    yield chain.measured('regression', await chain.rewardAccuracy(regression));
    yield chain.measured('pairwise', await chain.rewardAccuracy(pairwise));
  },
  async *'dpo-rpo'(chain) {
    const from = await chain.twoStage();
    const pairs = await chain.pairs(from, 0);
    const heldOut = await chain.pairs(from, 500, sizes.heldOut, false);
    yield await chain.examined('sft', from);
    const arms = { dpo: ['dpo', 1], rpo: ['rpo', 1], 'dpo at half the rate': ['dpo', 0.5] } as const;
    for (const [arm, [objective, rate]] of Object.entries(arms)) {
      const model = await chain.prefer(from, pairs, objective, { rate });
      yield await chain.examined(arm, model, await chain.gaps(model, from, heldOut));
    }
  },
  async *rounds(chain) {
    const from = await chain.twoStage();
    const first = await chain.prefer(from, await chain.pairs(from, 0), 'dpo');
    yield await chain.examined('dpo', first);
    for (const name of ['rpo', 'dpo'] as const) {
      let model = first;
      for (let round = 1; round <= 3 - (name === 'dpo' ? 1 : 0); round++) {
        model = await chain.prefer(model, await chain.pairs(model, round), name);
        yield await chain.examined(name === 'rpo' ? `rpo ${round}` : `dpo ${round + 1}`, model);
      }
    }
  },
  async *'weak-to-strong'(chain) {
    const [small, middle, large] = [await chain.base(weak.share), await chain.base(weak.middle), await chain.base()];
    const human = chain.human();
    const teacher = await chain.sft(small, human, 'sft');
    yield await chain.examined('teacher', teacher);
    yield await chain.examined('stronger base, human data', await chain.sft(middle, human, 'sft'));
    const first = await chain.taught(teacher, true);
    const student = await chain.sft(middle, first, 'sft');
    yield await chain.examined('student', student);
    yield await chain.examined(
      'student, unfiltered',
      await chain.sft(middle, await chain.taught(teacher, false), 'sft'),
    );
    const aligned = await chain.prefer(student, await chain.pairs(student, 900), 'rpo');
    yield await chain.examined('student, rpo', aligned);
    yield await chain.examined('strongest base, first data', await chain.sft(large, first, 'sft'));
    const second = await chain.sft(large, await chain.taught(aligned, true), 'sft');
    yield await chain.examined('second student', second);
    yield await chain.examined(
      'second student, rpo',
      await chain.prefer(second, await chain.pairs(second, 950), 'rpo'),
    );
  },
};
