/** Models of the alignment world: a base of its documents, answers to its tasks, and how they do in its suites. */
import { encodePrompt, type Message } from '../../align/template.ts';
import type { ChatTokenizer } from '../../tokenizer/chat.ts';
import type { ModelConfig } from '../../config/run.ts';
import type { Weights } from '../../export/parts.ts';
import { initialWeights } from '../../model/init.ts';
import { layoutPool } from '../../graph/pool.ts';
import { parameterList } from '../../model/parameters.ts';
import { splitParts } from '../../export/parts.ts';
import { RandomStream } from '../../util/random.ts';
import { drawDocument, encodeDocument } from '../../world/alignment/documents.ts';
import { suiteScores, type SuiteScores, type Suites } from '../../world/alignment/suites.ts';
import { type Answer, promptOf } from '../../world/alignment/synthesis.ts';
import type { Task } from '../../world/alignment/tasks.ts';
import { type Verdict, verify } from '../../world/alignment/verifier.ts';
import type { AlignmentWorld } from '../../world/alignment/world.ts';
import type { Backend } from '../backends/backend.ts';
import { Speaker } from './answers.ts';
import { streamBatches } from './batches.ts';
import type { AlignedModel } from './model.ts';
import { stageFlops, runStage, stageDefaults, type StageListener, type StageState } from './stage.ts';

/** Rows of 48 tokens hold a conversation; an answer has at most ten words (alignment-world.md §3). */
const contextLength = 48;
const longestAnswer = 10;

/** Tokens of the longest answer: a word is one where the vocabulary is this world's, and several elsewhere. */
export const answerLength = (tokenizer: ChatTokenizer): number =>
  tokenizer.encode(Array.from({ length: longestAnswer }, () => 'hamster').join(' ')).length;

/** A Nemotron of width D and L layers for this world, untrained. */
export function freshModel(world: AlignmentWorld, { D = 64, L = 2, H = 4, K = 2 } = {}): AlignedModel {
  const model: ModelConfig = {
    ...{ vocab_size: 4 * Math.ceil(world.tokenizer.size / 4), hidden_size: D, intermediate_size: 4 * D },
    ...{ num_hidden_layers: L, num_attention_heads: H, num_key_value_heads: K, head_dim: D / H },
    ...{ max_position_embeddings: contextLength, initializer_range: 0.5 / Math.sqrt(D), norm_eps: 1e-5 },
    ...{ rope_theta: 10_000, partial_rotary_factor: 0.5 },
  };
  const parameters = parameterList(model);
  const layout = layoutPool(parameters);
  const pool = initialWeights(model, layout, world.seed);
  const weights = splitParts(
    parameters.map((one) => ({ ...one, ...layout.slices.get(one.name)! })),
    pool,
  );
  return { model, weights, tokenizer: world.tokenizer, metadata: { world: 'alignment', seed: world.seed } };
}

export interface BaseSize {
  D?: number;
  L?: number;
  H?: number;
  K?: number;
  /** 1.8 million unless said otherwise. */
  tokens?: number;
}

const baseRows = 32;

/** A base of this world, and its weights at the given shares of its training: weaker bases. */
export async function trainBase(
  backend: Backend,
  world: AlignmentWorld,
  { tokens = 1.8e6, ...size }: BaseSize = {},
  shares: readonly number[] = [],
  listener: StageListener = {},
  after: StageState | null = null,
): Promise<{ base: AlignedModel; early: AlignedModel[] }> {
  const fresh = freshModel(world, size);
  const steps = Math.floor(tokens / (baseRows * contextLength));
  const documents = (step: number) => {
    const draw = new RandomStream(world.seed, `documents of step ${step}`);
    return () => encodeDocument(world, drawDocument(world, draw));
  };
  const data = streamBatches(documents, { sequences: baseRows, length: contextLength, steps });
  const at = shares.map((share) => Math.floor(share * steps));
  const early: Weights[] = [];
  const { model } = await runStage(
    backend,
    fresh,
    data,
    { objective: { name: 'sft' }, ...stageDefaults.base },
    {
      ...listener,
      wants: (step) => at.includes(step),
      weights: (_, weights: Weights) => void early.push(weights),
    },
    after,
  );
  // What comes later counts from the base on.
  const named = (share: number, weights: Weights): AlignedModel => {
    const metadata = { ...fresh.metadata, baseFlops: share * stageFlops(model) };
    return { ...fresh, weights, metadata };
  };
  return { base: named(1, model.weights), early: early.map((weights, i) => named(shares[i]!, weights)) };
}

/** A model's words to these conversations. */
export async function answerWords(
  backend: Backend,
  model: AlignedModel,
  prompts: readonly Message[][],
  { temperature, seed }: { temperature: number; seed: number },
): Promise<Answer[]> {
  const tokens = prompts.map((prompt) => encodePrompt(model.tokenizer, prompt));
  const most = answerLength(model.tokenizer);
  const length = 16 * Math.ceil((tokens.reduce((top, one) => Math.max(top, one.length), 0) + most) / 16);
  const speaker = await Speaker.open(backend, model, length);
  try {
    const answers = await speaker.answer(tokens, { most, temperature, seed });
    return answers.map(({ tokens: said, ended }) => ({
      words: model.tokenizer.decode(said).split(/\s+/).filter(Boolean),
      ended,
    }));
  } finally {
    speaker.destroy();
  }
}

/** `count` sampled answers to each task. */
export async function sampledAnswers(
  backend: Backend,
  model: AlignedModel,
  tasks: readonly Task[],
  { count, temperature, seed }: { count: number; temperature: number; seed: number },
): Promise<Answer[][]> {
  const asked = tasks.flatMap((task) => Array.from({ length: count }, () => promptOf(task)));
  const answers = await answerWords(backend, model, asked, { temperature, seed });
  return tasks.map((_, i) => answers.slice(i * count, (i + 1) * count));
}

/** Seed of the answers that the mean reward is taken of: the same for every model. */
const examinationSeed = 5;

export async function examine(
  backend: Backend,
  world: AlignmentWorld,
  model: AlignedModel,
  suites: Suites,
): Promise<SuiteScores> {
  const names = Object.keys(suites) as (keyof Suites)[];
  const greedy = names.filter((name) => name !== 'mixed');
  const asked = greedy.flatMap((name) => suites[name]);
  const answers = await answerWords(backend, model, asked.map(promptOf), { temperature: 0, seed: 0 });
  const mixed = [...suites.mixed, ...suites.mixed];
  const sampled = await answerWords(backend, model, mixed.map(promptOf), { temperature: 1, seed: examinationSeed });
  const verdictOf = (task: Task, { words, ended }: Answer): Verdict => verify(world, task, words, ended);
  const verdicts = { mixed: mixed.map((task, i) => verdictOf(task, sampled[i]!)) } as Record<keyof Suites, Verdict[]>;
  let at = 0;
  for (const name of greedy) {
    verdicts[name] = suites[name].map((task) => verdictOf(task, answers[at++]!));
  }
  return suiteScores(
    suites,
    verdicts,
    sampled.map(({ words }) => words.length),
  );
}
