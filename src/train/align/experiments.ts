/**
 * The fourth paper's comparisons in the alignment world: for every seed a base, the stages an arm asks for, and how each model does. Models
 * that several arms stand on are kept by name (`Lab.kept`), so that a command that was interrupted goes on with them.
 */
import { demonstrations, prompts, promptOf, allKinds, usualLabels } from '../../world/alignment/synthesis.ts';
import { suitesOf } from '../../world/alignment/suites.ts';
import type { Task } from '../../world/alignment/tasks.ts';
import { verify } from '../../world/alignment/verifier.ts';
import { AlignmentWorld } from '../../world/alignment/world.ts';
import type { Backend } from '../backends/backend.ts';
import type { PairTokens } from './batches.ts';
import {
  Chain,
  type PairsAsked,
  preferenceSettings,
  type PreparedStage,
  type RewardKind,
  rewardOf,
  sizes,
} from './chain.ts';
import { gapMeasures, type Measures, type PairGap, pairGaps, rewardAccuracy, tripletTokens } from './measures.ts';
import type { AlignedModel, RewardModel } from './model.ts';
import { stageFlops, runStage } from './stage.ts';
import { examine, trainBase, answerWords } from './world.ts';

export const alignmentExperiments = ['sft-stages', 'reward', 'dpo-rpo', 'rounds', 'weak-to-strong'] as const;
export type AlignmentExperiment = (typeof alignmentExperiments)[number];

/** Shares of the base's training, and sizes of the data of weak-to-strong (alignment-world.md §3). */
const weak = { share: 0.35, middle: 0.65, human: 800, synthetic: 2000 };

export interface Lab {
  backend: Backend;
  /** Models by name, made once; a reward model has its head. */
  kept<M extends AlignedModel>(name: string, make: () => Promise<M>): Promise<M>;
  say(line: string): void;
  /** Whether an arm has its row already. */
  done(arm: string): boolean;
  row(arm: string, measures: Measures, flops: number, gaps?: PairGap[]): void;
  stopped(): boolean;
}

/** What an arm is measured by beside the suites. */
interface More {
  measures: Measures;
  gaps?: PairGap[];
}

const folderOf = (arm: string): string => arm.replaceAll(/[ ,]+/g, '-');

/** One seed with everything the experiments make in it. */
class SeedLab {
  readonly chain: Chain;
  readonly #suites: ReturnType<typeof suitesOf>;
  readonly #lab: Lab;

  constructor(lab: Lab, seed: number) {
    this.#lab = lab;
    this.chain = new Chain(lab.backend, new AlignmentWorld(seed));
    this.#suites = suitesOf(this.chain.world);
  }

  /** `share` of the base's training: a weaker one. */
  async base(share = 1): Promise<AlignedModel> {
    const named = (of: number): string => (of === 1 ? 'base' : `base-${of}`);
    return this.#lab.kept(named(share), async () => {
      this.#lab.say(`training base`);
      const { base, early } = await trainBase(this.#lab.backend, this.chain.world, {}, [weak.share, weak.middle]);
      const all = new Map([weak.share, weak.middle].map((of, i) => [of, early[i]!] as const)).set(1, base);
      for (const [of, model] of all) if (of !== share) await this.#lab.kept(named(of), async () => model);
      return all.get(share)!;
    });
  }

  async sft(...asked: Parameters<Chain['sft']>): Promise<AlignedModel> {
    return (await this.#run(this.chain.sft(...asked))).model;
  }

  async code(): Promise<AlignedModel> {
    return this.#lab.kept('code', async () => this.sft(await this.base(), this.chain.codeData(), 'code'));
  }
  async twoStage(): Promise<AlignedModel> {
    return this.#lab.kept('sft', async () => this.sft(await this.code(), this.chain.generalData(), 'sft'));
  }

  async pairs(model: AlignedModel, round: number, asked: PairsAsked = {}): Promise<PairTokens[]> {
    const { chain } = this;
    return (await chain.triplets(model, round, asked)).map((one) => tripletTokens(chain.world.tokenizer, one));
  }

  async prefer(...asked: Parameters<Chain['prefer']>): Promise<AlignedModel> {
    return (await this.#run(await this.chain.prefer(...asked))).model;
  }

  #run = ({ from, data, settings }: PreparedStage) => runStage(this.#lab.backend, from, data, settings);

  async gaps(model: AlignedModel, reference: AlignedModel, pairs: readonly PairTokens[]): Promise<More> {
    const gaps = await pairGaps(this.#lab.backend, model, reference, pairs, preferenceSettings);
    return { gaps, measures: gapMeasures(gaps) };
  }

  /** An arm's model, made and examined once; its FLOPs count from the base on, a base's own where it is one. */
  async arm(
    name: string,
    make: () => Promise<AlignedModel>,
    more: (model: AlignedModel) => Promise<More> = async () => ({ measures: {} }),
  ): Promise<AlignedModel> {
    const model = await this.#lab.kept(folderOf(name), make);
    if (this.#lab.done(name)) return model;
    const scores = await examine(this.#lab.backend, this.chain.world, model, this.#suites);
    const { measures, gaps } = await more(model);
    const flops = stageFlops(model) || Number(model.metadata.baseFlops ?? 0);
    this.#lab.row(name, { ...scores, ...measures }, flops, gaps);
    return model;
  }

  /** An arm that is a reward model; `labels` of annotators who do not like length are the control. */
  async rewardArm(name: string, kind: RewardKind, labels = usualLabels): Promise<void> {
    const reward = await this.reward(name, kind, labels);
    if (this.#lab.done(name)) return;
    this.#lab.row(name, await rewardAccuracy(this.#lab.backend, this.chain.world, reward), stageFlops(reward));
  }

  reward(name: string = 'regression', kind: RewardKind = 'regression', labels = usualLabels): Promise<RewardModel> {
    return this.#lab.kept(folderOf(name), async () =>
      rewardOf(await this.#run(await this.chain.reward(await this.twoStage(), kind, labels))),
    );
  }

  /** A teacher's greedy answers; those the verifier takes, or all. */
  async taught(teacher: AlignedModel, filtered: boolean): Promise<{ task: Task; words: string[] }[]> {
    const { world, seed } = this.chain;
    const tasks = prompts(world, seed + 61, weak.synthetic, allKinds).all;
    const answers = await answerWords(this.#lab.backend, teacher, tasks.map(promptOf), { temperature: 0, seed: 0 });
    return tasks.flatMap((task, i) => {
      const { words, ended } = answers[i]!;
      const keep = ended && words.length > 0 && (!filtered || verify(world, task, words).full);
      return keep ? [{ task, words }] : [];
    });
  }

  human = () => demonstrations(this.chain.world, this.chain.seed + 60, weak.human, sizes.imperfect, allKinds).all;
}

/** Runs one seed of an experiment, arm by arm; false if it was stopped between two. */
export async function runAlignmentSeed(name: AlignmentExperiment, lab: Lab, seed: number): Promise<boolean> {
  const made = new SeedLab(lab, seed);
  for await (const _ of steps[name](made)) if (lab.stopped()) return false;
  return true;
}

/** Each arm is kept before the next one begins. */
const steps: Record<AlignmentExperiment, (lab: SeedLab) => AsyncGenerator<void>> = {
  async *'sft-stages'(lab) {
    yield void (await lab.arm('base', () => lab.base()));
    yield void (await lab.arm('code', () => lab.code()));
    yield void (await lab.arm('sft', () => lab.twoStage()));
    yield void (await lab.arm('mixed', async () => {
      const general = lab.chain.generalData();
      const blend = [...lab.chain.codeData(), ...general, ...general, ...general];
      return lab.sft(await lab.base(), blend, 'sft', 1);
    }));
  },
  async *reward(lab) {
    const kinds = ['regression', 'pairwise'] as const;
    for (const kind of kinds) yield await lab.rewardArm(kind, kind);
    const unbiased = { ...usualLabels, lengthBias: 0 };
    for (const kind of kinds)
      yield await lab.rewardArm(`${kind}, annotators without a liking for length`, kind, unbiased);
  },
  async *'dpo-rpo'(lab) {
    const from = await lab.twoStage();
    const pairs = once(() => lab.pairs(from, 0));
    const judgedPairs = once(async () => lab.pairs(from, 0, { judge: await lab.reward() }));
    const heldOut = once(() => lab.pairs(from, 500, { count: sizes.heldOut, training: false }));
    const gapsOf = async (model: AlignedModel) => lab.gaps(model, from, await heldOut());
    yield void (await lab.arm('sft', async () => from));
    const arms = {
      dpo: ['dpo', {}],
      rpo: ['rpo', {}],
      'dpo at half the rate': ['dpo', { rate: 0.5 }],
      'dpo without the SFT term': ['dpo', { sftWeight: 0 }],
    } as const;
    for (const [arm, [objective, settings]] of Object.entries(arms))
      yield void (await lab.arm(arm, async () => lab.prefer(from, await pairs(), objective, settings), gapsOf));
    for (const name of ['dpo', 'rpo'] as const)
      yield void (await lab.arm(`${name}, reward model as judge`, async () =>
        lab.prefer(from, await judgedPairs(), name),
      ));
  },
  async *rounds(lab) {
    const from = await lab.twoStage();
    const first = await lab.arm('dpo', async () => lab.prefer(from, await lab.pairs(from, 0), 'dpo'));
    yield;
    for (const name of ['rpo', 'dpo'] as const) {
      let model = first;
      for (let round = 1; round <= 3 - (name === 'dpo' ? 1 : 0); round++) {
        const last = model;
        model = await lab.arm(name === 'rpo' ? `rpo ${round}` : `dpo ${round + 1}`, async () =>
          lab.prefer(last, await lab.pairs(last, round), name),
        );
        yield;
      }
    }
  },
  async *'weak-to-strong'(lab) {
    const [small, middle, large] = [await lab.base(weak.share), await lab.base(weak.middle), await lab.base()];
    const human = lab.human();
    const teacher = await lab.arm('teacher', () => lab.sft(small, human, 'sft'));
    yield;
    yield void (await lab.arm('stronger base, human data', () => lab.sft(middle, human, 'sft')));
    const first = once(() => lab.taught(teacher, true));
    const student = await lab.arm('student', async () => lab.sft(middle, await first(), 'sft'));
    yield;
    yield void (await lab.arm('student, unfiltered', async () =>
      lab.sft(middle, await lab.taught(teacher, false), 'sft'),
    ));
    const aligned = await lab.arm('student, rpo', async () =>
      lab.prefer(student, await lab.pairs(student, 900), 'rpo'),
    );
    yield;
    yield void (await lab.arm('strongest base, first data', async () => lab.sft(large, await first(), 'sft')));
    const second = await lab.arm('second student', async () => lab.sft(large, await lab.taught(aligned, true), 'sft'));
    yield;
    yield void (await lab.arm('second student, rpo', async () =>
      lab.prefer(second, await lab.pairs(second, 950), 'rpo'),
    ));
  },
};

/** Made when it is first asked for. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
