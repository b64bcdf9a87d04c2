/**
 * The fourth paper's comparisons in the alignment world: for every seed a base, the stages an arm asks for, and how each model does. Models
 * that several arms stand on are kept by name (`Kept`), so that a command that was interrupted goes on with them.
 */
import {
  answeredWith,
  demonstrations,
  generalBlend,
  geneticCode,
  labelled,
  type LabelOptions,
  prompts,
  promptOf,
  allKinds,
  triplets,
  usualLabels,
} from '../../world/alignment/synthesis.ts';
import { suitesOf } from '../../world/alignment/suites.ts';
import { drawTask, type Task } from '../../world/alignment/tasks.ts';
import { verify } from '../../world/alignment/verifier.ts';
import { AlignmentWorld } from '../../world/alignment/world.ts';
import { scoreHead } from '../../objective/reward.ts';
import { RandomStream } from '../../util/random.ts';
import type { Backend } from '../backends/backend.ts';
import { pairBatches, pairRows, type PairTokens, pairwiseBatches, rewardBatches, sftBatches } from './batches.ts';
import { gapMeasures, type Measures, type PairGap, pairGaps, rewardAccuracy, tripletTokens } from './measures.ts';
import { scoresOf } from './judge.ts';
import type { AlignedModel, RewardModel } from './model.ts';
import { flopsOf, logProbsOf, runStage, stageDefaults, usualBatch } from './stage.ts';
import { examine, sampledAnswers, trainBase, wordsOf } from './world.ts';

export const alignmentExperiments = ['sft-stages', 'reward', 'dpo-rpo', 'rounds', 'weak-to-strong'] as const;
export type AlignmentExperiment = (typeof alignmentExperiments)[number];

/** Sizes of the data (alignment-world.md §3). */
const sizes = { code: 1200, general: 2400, imperfect: 0.2, judged: 3000, pairs: 1200, heldOut: 250, samples: 5 };
const weak = { share: 0.35, middle: 0.65, human: 800, synthetic: 2000 };
export const preferenceSettings = { beta: 0.3, eta: 1, sftWeight: 0.05 };
type RewardKind = 'regression' | 'pairwise';

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

  /** Pairs among a model's own answers, by ground truth or a reward model as judge; `round` draws others. */
  async pairs(
    model: AlignedModel,
    round: number,
    { count = sizes.pairs, training = true, judge }: { count?: number; training?: boolean; judge?: RewardModel } = {},
  ): Promise<PairTokens[]> {
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
    const scores = judge && (await scoresOf(this.#lab.backend, judge, tasks, answers));
    return triplets(this.world, seed, tasks, answers, scores).all.map((one) => tripletTokens(this.world, one));
  }

  async prefer(
    from: AlignedModel,
    pairs: readonly PairTokens[],
    name: 'dpo' | 'rpo',
    { rate = 1, sftWeight = preferenceSettings.sftWeight } = {},
  ): Promise<AlignedModel> {
    const references = await logProbsOf(this.#lab.backend, from, pairRows(pairs).flat());
    const data = pairBatches(pairs, references, usualBatch, this.seed);
    const settings = stageDefaults[name];
    return this.#run(from, data, {
      ...settings,
      rate: rate * settings.rate,
      objective: { name, ...preferenceSettings, sftWeight },
    });
  }

  async #run(
    from: AlignedModel,
    ...[data, settings]: [Parameters<typeof runStage>[2], Parameters<typeof runStage>[3]]
  ) {
    return (await runStage(this.#lab.backend, from, data, settings)).model;
  }

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
    const model = await this.#lab.kept(name.replaceAll(/[ ,]+/g, '-'), make);
    if (this.#lab.done(name)) return model;
    const scores = await examine(this.#lab.backend, this.world, model, this.#suites);
    const { measures, gaps } = await more(model);
    const flops = flopsOf(model) || Number(model.metadata.baseFlops ?? 0);
    this.#lab.row(name, { ...scores, ...measures }, flops, gaps);
    return model;
  }

  /** An arm that is a reward model; `labels` of annotators who do not like length are the control. */
  async rewardArm(name: string, kind: RewardKind, labels = usualLabels): Promise<void> {
    const reward = await this.reward(name, kind, labels);
    if (this.#lab.done(name)) return;
    this.#lab.row(name, await rewardAccuracy(this.#lab.backend, this.world, reward), flopsOf(reward));
  }

  reward(name: string = 'regression', kind: RewardKind = 'regression', labels = usualLabels): Promise<RewardModel> {
    return this.#lab.kept(name.replaceAll(/[ ,]+/g, '-'), () => this.#reward(kind, labels));
  }

  /** Five attributes or the pairwise control, learnt from the same annotators. */
  async #reward(kind: RewardKind, labels: LabelOptions): Promise<RewardModel> {
    const from = await this.twoStage();
    const { backend } = this.#lab;
    const tasks = prompts(this.world, this.seed + 31, sizes.judged, allKinds).all;
    const sampled = await sampledAnswers(backend, from, tasks, { count: 2, temperature: 1.2, seed: this.seed + 31 });
    const { answers, preferred } = labelled(this.world, this.seed, tasks, sampled, labels);
    const examples = answers.map(({ task, words, attributes }) => ({
      messages: answeredWith(task, words),
      attributes,
    }));
    const choices = preferred.map(({ task, chosen, rejected }) => ({
      chosen: answeredWith(task, chosen),
      rejected: answeredWith(task, rejected),
    }));
    const [data, objective, outputs] =
      kind === 'regression'
        ? [rewardBatches(from.tokenizer, examples, 5, usualBatch, this.seed), { name: 'reward', outputs: 5 }, 5]
        : [pairwiseBatches(from.tokenizer, choices, usualBatch, this.seed), { name: 'pairwise' }, 1];
    const { model, own } = await runStage(backend, from, data, { ...stageDefaults.reward, objective });
    return { ...model, outputs, score: own.get(scoreHead)! };
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

/** Each arm is kept before the next one begins. */
const steps: Record<AlignmentExperiment, (chain: Chain) => AsyncGenerator<void>> = {
  async *'sft-stages'(chain) {
    yield void (await chain.arm('base', () => chain.base()));
    yield void (await chain.arm('code', () => chain.code()));
    yield void (await chain.arm('sft', () => chain.twoStage()));
    yield void (await chain.arm('mixed', async () => {
      const general = chain.generalData();
      const blend = [...chain.codeData(), ...general, ...general, ...general];
      return chain.sft(await chain.base(), blend, 'sft', 1);
    }));
  },
  async *reward(chain) {
    for (const kind of ['regression', 'pairwise'] as const) {
      yield await chain.rewardArm(kind, kind);
      yield await chain.rewardArm(`${kind}, annotators without a liking for length`, kind, {
        ...usualLabels,
        lengthBias: 0,
      });
    }
  },
  async *'dpo-rpo'(chain) {
    const from = await chain.twoStage();
    const pairs = once(() => chain.pairs(from, 0));
    const judgedPairs = once(async () => chain.pairs(from, 0, { judge: await chain.reward() }));
    const heldOut = once(() => chain.pairs(from, 500, { count: sizes.heldOut, training: false }));
    const gapsOf = async (model: AlignedModel) => chain.gaps(model, from, await heldOut());
    yield void (await chain.arm('sft', async () => from));
    const arms = {
      dpo: ['dpo', {}],
      rpo: ['rpo', {}],
      'dpo at half the rate': ['dpo', { rate: 0.5 }],
      'dpo without the SFT term': ['dpo', { sftWeight: 0 }],
    } as const;
    for (const [arm, [objective, settings]] of Object.entries(arms))
      yield void (await chain.arm(arm, async () => chain.prefer(from, await pairs(), objective, settings), gapsOf));
    for (const name of ['dpo', 'rpo'] as const)
      yield void (await chain.arm(`${name}, reward model as judge`, async () =>
        chain.prefer(from, await judgedPairs(), name),
      ));
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
