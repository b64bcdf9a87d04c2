/**
 * The fourth paper's comparisons in the alignment world: for every seed a base, the stages an arm asks for, and how each model does. Models
 * that several arms stand on are kept by name (`Kept`), so that a command that was interrupted goes on with them.
 */
import {
  answeredWith,
  demonstrations,
  conversationBlend,
  geneticCode,
  labelled,
  prompts,
  promptOf,
  allKinds,
  triplets,
} from '../../world/alignment/synthesis.ts';
import { suitesOf } from '../../world/alignment/suites.ts';
import { drawTask, type Task } from '../../world/alignment/tasks.ts';
import { verify } from '../../world/alignment/verifier.ts';
import { AlignmentWorld } from '../../world/alignment/world.ts';
import { scoreHead } from '../../objective/reward.ts';
import { RandomStream } from '../../util/random.ts';
import type { Backend } from '../backends/backend.ts';
import { pairBatches, pairRows, type PairTokens, pairwiseBatches, rewardBatches, sftBatches } from './batches.ts';
import { type Measures, pairGaps, rewardAccuracy, tripletTokens } from './measures.ts';
import type { AlignedModel, RewardModel } from './model.ts';
import { stageFlops, logProbsOf, runStage, stageDefaults, usualBatch } from './stage.ts';
import { examine, sampledAnswers, trainBase, answerWords } from './world.ts';

export const alignmentExperiments = ['sft-stages', 'reward', 'dpo-rpo', 'rounds', 'weak-to-strong'] as const;
export type AlignmentExperiment = (typeof alignmentExperiments)[number];

/** Sizes of the data (alignment-world.md §3). */
const sizes = { code: 1200, general: 2400, imperfect: 0.2, judged: 3000, pairs: 1200, heldOut: 250, samples: 5 };
const weak = { share: 0.35, middle: 0.65, human: 800, synthetic: 2000 };
export const preferenceSettings = { beta: 0.3, eta: 1, sftWeight: 0.05 };
export interface Lab {
  backend: Backend;
  /** Models by name, made once. */
  kept(name: string, make: () => Promise<AlignedModel>): Promise<AlignedModel>;
  say(line: string): void;
  /** Whether an arm has its row already. */
  done(arm: string): boolean;
  row(arm: string, measures: Measures, flops: number): void;
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
  generalData = () => conversationBlend(this.world, this.seed, sizes.general, sizes.imperfect).all;

  async code(): Promise<AlignedModel> {
    return this.#lab.kept('code', async () => this.sft(await this.base(), this.codeData(), 'code'));
  }
  async twoStage(): Promise<AlignedModel> {
    return this.#lab.kept('sft', async () => this.sft(await this.code(), this.generalData(), 'sft'));
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
    return triplets(this.world, seed, tasks, answers).all.map((one) => tripletTokens(this.world, one));
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

  gaps = (model: AlignedModel, reference: AlignedModel, pairs: readonly PairTokens[]): Promise<Measures> =>
    pairGaps(this.#lab.backend, model, reference, pairs, preferenceSettings);

  /** An arm's model, made and examined once; its FLOPs count from the base on, a base's own where it is one. */
  async arm(
    name: string,
    make: () => Promise<AlignedModel>,
    more: (model: AlignedModel) => Promise<Measures> = async () => ({}),
  ): Promise<AlignedModel> {
    const model = await this.#lab.kept(name.replaceAll(/[ ,]+/g, '-'), make);
    if (this.#lab.done(name)) return model;
    const scores = await examine(this.#lab.backend, this.world, model, this.#suites);
    this.#lab.row(
      name,
      { ...scores, ...(await more(model)) },
      stageFlops(model) || Number(model.metadata.baseFlops ?? 0),
    );
    return model;
  }

  /** An arm that is a reward model. */
  async rewardArm(name: 'regression' | 'pairwise'): Promise<void> {
    if (this.#lab.done(name)) return;
    const reward = await this.#reward(name);
    this.#lab.row(name, await rewardAccuracy(this.#lab.backend, this.world, reward), stageFlops(reward));
  }

  /** Five attributes or the pairwise control, learnt from the same annotators. */
  async #reward(name: 'regression' | 'pairwise'): Promise<RewardModel> {
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
    const [data, objective, outputs] =
      name === 'regression'
        ? [rewardBatches(from.tokenizer, examples, 5, usualBatch, this.seed), { name: 'reward', outputs: 5 }, 5]
        : [pairwiseBatches(from.tokenizer, choices, usualBatch, this.seed), { name: 'pairwise' }, 1];
    const { model, own } = await runStage(backend, from, data, { ...stageDefaults.reward, objective });
    return { ...model, outputs, score: own.get(scoreHead)! };
  }

  /** A teacher's greedy answers; those the verifier takes, or all. */
  async taught(teacher: AlignedModel, filtered: boolean): Promise<{ task: Task; words: string[] }[]> {
    const tasks = prompts(this.world, this.seed + 61, weak.synthetic, allKinds).all;
    const answers = await answerWords(this.#lab.backend, teacher, tasks.map(promptOf), { temperature: 0, seed: 0 });
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

/** Each arm is kept before the next one begins. */
const steps: Record<AlignmentExperiment, (chain: Chain) => AsyncGenerator<void>> = {
  async *'sft-stages'(chain) {
    yield void (await chain.arm('base', () => chain.base()));
    yield void (await chain.arm('code', () => chain.code()));
    yield void (await chain.arm('two stages', () => chain.twoStage()));
    yield void (await chain.arm('mixed', async () => {
      const general = chain.generalData();
      const blend = [...chain.codeData(), ...general, ...general, ...general];
      return chain.sft(await chain.base(), blend, 'sft', 1);
    }));
  },
  async *reward(chain) {
    yield await chain.rewardArm('regression');
    yield await chain.rewardArm('pairwise');
  },
  async *'dpo-rpo'(chain) {
    const from = await chain.twoStage();
    const pairs = once(() => chain.pairs(from, 0));
    const heldOut = once(() => chain.pairs(from, 500, sizes.heldOut, false));
    yield void (await chain.arm('sft', async () => from));
    const arms = { dpo: ['dpo', 1], rpo: ['rpo', 1], 'dpo at half the rate': ['dpo', 0.5] } as const;
    for (const [arm, [objective, rate]] of Object.entries(arms)) {
      const make = async () => chain.prefer(from, await pairs(), objective, { rate });
      yield void (await chain.arm(arm, make, async (model) => chain.gaps(model, from, await heldOut())));
    }
  },
  async *rounds(chain) {
    const from = await chain.twoStage();
    const first = await chain.arm('dpo', async () => chain.prefer(from, await chain.pairs(from, 0), 'dpo'));
    yield;
    for (const name of ['rpo', 'dpo'] as const) {
      let model = first;
      for (let round = 1; round <= 3 - (name === 'dpo' ? 1 : 0); round++) {
        const last = model;
        model = await chain.arm(name === 'rpo' ? `rpo ${round}` : `dpo ${round + 1}`, async () =>
          chain.prefer(last, await chain.pairs(last, round), name),
        );
        yield;
      }
    }
  },
  async *'weak-to-strong'(chain) {
    const [small, middle, large] = [await chain.base(weak.share), await chain.base(weak.middle), await chain.base()];
    const human = chain.human();
    const teacher = await chain.arm('teacher', () => chain.sft(small, human, 'sft'));
    yield;
    yield void (await chain.arm('stronger base, human data', () => chain.sft(middle, human, 'sft')));
    const first = once(() => chain.taught(teacher, true));
    const student = await chain.arm('student', async () => chain.sft(middle, await first(), 'sft'));
    yield;
    yield void (await chain.arm('student, unfiltered', async () =>
      chain.sft(middle, await chain.taught(teacher, false), 'sft'),
    ));
    const aligned = await chain.arm('student, rpo', async () =>
      chain.prefer(student, await chain.pairs(student, 900), 'rpo'),
    );
    yield;
    yield void (await chain.arm('strongest base, first data', async () => chain.sft(large, await first(), 'sft')));
    const second = await chain.arm('second student', async () =>
      chain.sft(large, await chain.taught(aligned, true), 'sft'),
    );
    yield;
    yield void (await chain.arm('second student, rpo', async () =>
      chain.prefer(second, await chain.pairs(second, 950), 'rpo'),
    ));
  },
};

/** Made when it is first asked for. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
