/**
 * Data made, not collected (papers.md §4.3): prompts, code by mutation of seeds, demonstrations, dialogues, labelled answers, triplets. The
 * same world, seed and sampler give the same data; what was made, met twice and dropped is counted.
 */
import type { Message } from '../../align/template.ts';
import { RandomStream } from '../../util/random.ts';
import { padded, spoiled } from './answers.ts';
import { isHeldOut, operationNames } from './language.ts';
import {
  codeTask,
  drawTask,
  generalKinds,
  instruct,
  instructedKinds,
  type Instruction,
  type Kind,
  phraseOf,
  plainTask,
  type Task,
} from './tasks.ts';
import { verify } from './verifier.ts';
import type { AlignmentWorld } from './world.ts';

/** An answer as words; `ended`: by itself. */
export interface Answer {
  words: string[];
  ended: boolean;
}

/** A model that answers, at a temperature, with draws of a seed. */
export type Answerer = (prompts: readonly Message[][], temperature: number, seed: number) => Promise<Answer[]>;
/** A reward model: a number for each answered conversation. */
export type Judge = (conversations: readonly Message[][]) => Promise<number[]>;

export interface Tally {
  made: number;
  duplicates: number;
  /** By the filter on quality, or no pair among the answers. */
  dropped: number;
  kept: number;
}

export interface Demonstration {
  task: Task;
  words: string[];
}

export const promptOf = ({ prompt }: Pick<Task, 'prompt'>): Message[] => [{ role: 'user', content: prompt }];
export const answeredWith = (task: Pick<Task, 'prompt'>, words: readonly string[]): Message[] => [
  ...promptOf(task),
  { role: 'assistant', content: words.join(' ') },
];

/** All kinds of tasks that preferences and labels are collected on. */
export const allKinds: readonly Kind[] = [...generalKinds, 'write'];

/** Draws without a new one after which the space of what can be made counts as used up. */
const mostInVain = 2000;

/** `count` things that differ in their key, in the order of drawing; fewer where there are no more. */
export function distinct<T>(
  count: number,
  make: () => T | null,
  keyOf: (made: T) => string,
): { all: T[]; tally: Tally } {
  const seen = new Set<string>();
  const all: T[] = [];
  const tally: Tally = { made: 0, duplicates: 0, dropped: 0, kept: 0 };
  for (let vain = 0; all.length < count && vain < mostInVain; vain++) {
    const made = make();
    tally.made++;
    if (made === null) {
      tally.dropped++;
      continue;
    }
    const key = keyOf(made);
    if (seen.has(key)) {
      tally.duplicates++;
      continue;
    }
    seen.add(key);
    all.push(made);
    vain = 0;
  }
  tally.kept = all.length;
  return { all, tally };
}

/** Prompts: a topic, a question about it, then its revision with instructions. */
export function prompts(world: AlignmentWorld, seed: number, count: number, kinds: readonly Kind[] = generalKinds) {
  const draw = new RandomStream(seed, 'prompts');
  return distinct(
    count,
    () => drawTask(world, draw, true, kinds),
    (task) => task.prompt,
  );
}

/** Seeds of the genetic loop. */
const geneticSeeds = 24;

/**
 * Genetic-Instruct in small: from few seeds, one thing of a program is changed at a time, the interpreter answers, and what passes the
 * verifier and is new joins the pool.
 */
export function geneticCode(world: AlignmentWorld, seed: number, count: number) {
  const draw = new RandomStream(seed, 'genetic code');
  const list = (): string[] => Array.from({ length: 3 }, () => String(draw.integer(10)));
  const kinds = ['run', 'write'] as const;
  type Gene = { operation: string; list: string[]; kind: 'run' | 'write' };
  const pool: Gene[] = Array.from({ length: geneticSeeds }, () => ({
    operation: draw.pick(operationNames),
    list: list(),
    kind: draw.pick(kinds),
  }));
  const mutated = (gene: Gene): Gene => {
    switch (draw.integer(4)) {
      case 0:
        return { ...gene, operation: draw.pick(operationNames) };
      case 1:
        return { ...gene, list: gene.list.with(draw.integer(3), String(draw.integer(10))) };
      case 2:
        return { ...gene, list: [...gene.list.slice(1), gene.list[0]!] };
      default:
        return { ...gene, kind: gene.kind === 'run' ? 'write' : 'run' };
    }
  };
  const keys = new Set<string>();
  const make = (): Task | null => {
    const gene = mutated(draw.pick(pool));
    if (isHeldOut(gene.list)) return null;
    const task = plainTask(codeTask(gene.kind, gene.operation, gene.list));
    if (!verify(world, task, task.gold).full) return null;
    const key = `${gene.operation} ${task.prompt}`;
    if (!keys.has(key)) pool.push(gene);
    keys.add(key);
    return task;
  };
  // What is asked in the same words by two programs is one example.
  const { all, tally } = distinct(count, make, (task) => task.prompt);
  return { all: all.map((task): Demonstration => ({ task, words: task.gold })), tally };
}

/** Demonstrations by hand; a share of them is imperfect, as people's are. */
export function demonstrations(
  world: AlignmentWorld,
  seed: number,
  count: number,
  imperfect: number,
  kinds = generalKinds,
) {
  const draw = new RandomStream(seed, 'demonstrations');
  const make = (): Demonstration => {
    const task = drawTask(world, draw, true, kinds);
    const bad = task.kind !== 'write' && draw.uniform() < imperfect;
    return { task, words: bad ? spoiled(world, task, draw) : task.gold };
  };
  return distinct(count, make, ({ task, words }) => `${task.prompt}\n${words.join(' ')}`);
}

/** Share of the general blend that repeats code (papers.md §4.4). */
export const codeReplay = 0.02;

/** The general blend: demonstrations, and 2 % of the code stage's data. */
export function conversationBlend(world: AlignmentWorld, seed: number, count: number, imperfect: number) {
  const replayed = Math.round(count * codeReplay);
  const { all, tally } = demonstrations(world, seed, count - replayed, imperfect);
  const code = geneticCode(world, seed, 50 * Math.max(replayed, 1)).all;
  const draw = new RandomStream(seed, 'code replay');
  return { all: [...all, ...draw.shuffle(code).slice(0, replayed)], tally: { ...tally, kept: all.length + replayed } };
}

/** How a user talks: how many instructions a question comes with. */
export const personas = { concise: 0, normal: 1, complex: 2 } as const;
export type Persona = keyof typeof personas;

export interface Dialogue {
  persona: Persona;
  messages: Message[];
  /** Share of answers that the verifier takes for right and obedient. */
  quality: number;
}

/** A dialogue of three questions, the second a revision of the first answer. */
function drawTurns(world: AlignmentWorld, draw: RandomStream): { persona: Persona; turns: Task[] } {
  const persona = draw.pick(Object.keys(personas) as Persona[]);
  const first = drawTask(world, draw, true, instructedKinds, personas[persona]);
  const revision: Instruction = { name: draw.pick(['twice', 'start', 'end'] as const) };
  if (revision.name !== 'twice') revision.value = draw.pick(['ok', 'done']);
  const revised = instruct(world, plainTask(first), [revision]);
  const last = drawTask(world, draw, true, instructedKinds, personas[persona]);
  return { persona, turns: [first, { ...revised, prompt: `now ${phraseOf(revision)} .` }, last] };
}

/** Dialogues of three turns; without a model the answers are gold. Those below the threshold of quality are dropped. */
export async function dialogues(
  world: AlignmentWorld,
  seed: number,
  count: number,
  threshold: number,
  answerer: Answerer | null,
) {
  const draw = new RandomStream(seed, 'dialogues');
  const drawn = distinct(
    count,
    () => drawTurns(world, draw),
    ({ turns }) => turns.map(({ prompt }) => prompt).join('\n'),
  );
  const all = drawn.all.map((one): Dialogue => ({ persona: one.persona, messages: [], quality: 0 }));
  for (let turn = 0; turn < 3; turn++) {
    const asked = all.map(({ messages }, i) => [...messages, ...promptOf(drawn.all[i]!.turns[turn]!)]);
    const answers = answerer
      ? await answerer(asked, 0, seed + turn)
      : drawn.all.map(({ turns }): Answer => ({ words: turns[turn]!.gold, ended: true }));
    answers.forEach(({ words, ended }, i) => {
      const one = all[i]!;
      one.messages = [...asked[i]!, { role: 'assistant', content: words.join(' ') }];
      one.quality += (verify(world, drawn.all[i]!.turns[turn]!, words, ended).full ? 1 : 0) / 3;
    });
  }
  // Thirds add up to 1 only nearly.
  const kept = all.filter(({ quality }) => quality > threshold - 1e-9);
  return { all: kept, tally: { ...drawn.tally, dropped: all.length - kept.length, kept: kept.length } };
}

export interface LabelledAnswer extends Demonstration {
  /** Labels 0 … 4; null: masked. */
  attributes: (number | null)[];
}

export interface LabelOptions {
  /** Standard deviation of a label's noise, and how much a needless word helps an answer in the annotators' eyes. */
  noise: number;
  lengthBias: number;
  /** Share of labels that nobody gave. */
  masked: number;
}
export const usualLabels: LabelOptions = { noise: 0.5, lengthBias: 0.3, masked: 0.2 };

/** Normal by the sum of twelve uniforms: sequential draws need no more. */
const normal = (draw: RandomStream): number =>
  Array.from({ length: 12 }, () => draw.uniform()).reduce((sum, u) => sum + u, -6);

export interface Labelled {
  answers: LabelledAnswer[];
  /** The same annotators' choice between two answers to one prompt: what a pairwise model is trained on. */
  preferred: { task: Task; chosen: string[]; rejected: string[] }[];
}

/** Two answers to each prompt, labelled by annotators who like length. `sampled`: answers of models, by prompt. */
export function labelled(
  world: AlignmentWorld,
  seed: number,
  tasks: readonly Task[],
  sampled: readonly (readonly Answer[])[],
  { noise, lengthBias, masked }: LabelOptions = usualLabels,
): Labelled {
  const draw = new RandomStream(seed, 'labels');
  const found: Labelled = { answers: [], preferred: [] };
  tasks.forEach((task, i) => {
    const [first, second] = twoAnswers(world, task, draw, sampled[i] ?? []);
    if (!first || !second) return;
    const liking = [first, second].map(({ words, ended }) => {
      const truth = verify(world, task, words, ended).attributes;
      const extra = Math.min(4, Math.max(0, words.length - task.gold.length));
      const biased = truth.with(0, truth[0]! + lengthBias * extra);
      const seen = biased.map((value) => Math.min(4, Math.max(0, Math.round(value + noise * normal(draw)))));
      found.answers.push({ task, words, attributes: seen.map((value) => (draw.uniform() < masked ? null : value)) });
      return (truth[0]! + truth[1]!) / 2 + lengthBias * extra + noise * normal(draw);
    });
    const [better, worse] = liking[0]! > liking[1]! ? [first, second] : [second, first];
    found.preferred.push({ task, chosen: better.words, rejected: worse.words });
  });
  return found;
}

/** Of samples, the gold answer, a spoiled one and one with padding that says nothing of its being right: two that differ. */
function twoAnswers(world: AlignmentWorld, task: Task, draw: RandomStream, sampled: readonly Answer[]): Answer[] {
  const by = (words: string[]): Answer => ({ words, ended: true });
  const pool = [...sampled, by(task.kind === 'write' ? task.gold : spoiled(world, task, draw)), by(task.gold)];
  pool.push(by(padded(draw.pick(pool).words, 1 + draw.integer(3))));
  const different = [...new Map(pool.map((one) => [one.words.join(' '), one])).values()];
  return draw.shuffle(different).slice(0, 2);
}

export interface Triplet {
  task: Task;
  chosen: Answer;
  rejected: Answer;
  rewardChosen: number;
  rewardRejected: number;
  /** Whether the two differ by less than one instruction or one right answer is worth. */
  hard: boolean;
}

/** Gaps below which two answers count as equally good, and below which a pair is hard: one point of the truth's own order. */
const equallyGood = 0.05;
export const hardBelow = 1;

/**
 * Of the answers to each prompt the best against a random worse one. Judged in the paper's order: by ground truth and the program that
 * checks instructions, which this world has for every prompt, or by the reward model where `scores` are given.
 */
export function triplets(
  world: AlignmentWorld,
  seed: number,
  tasks: readonly Task[],
  sampled: readonly (readonly Answer[])[],
  scores?: readonly (readonly number[])[],
): { all: Triplet[]; tally: Tally } {
  const draw = new RandomStream(seed, 'triplets');
  const all: Triplet[] = [];
  const tally: Tally = { made: tasks.length, duplicates: 0, dropped: 0, kept: 0 };
  tasks.forEach((task, i) => {
    const judged = new Map<string, { answer: Answer; score: number }>();
    sampled[i]!.forEach((answer, k) => {
      const key = `${answer.words.join(' ')}${answer.ended ? '.' : ''}`;
      if (judged.has(key)) tally.duplicates++;
      else
        judged.set(key, {
          answer,
          score: scores?.[i]![k] ?? verify(world, task, answer.words, answer.ended).preference,
        });
    });
    const [best, ...others] = [...judged.values()].sort((a, b) => b.score - a.score);
    const worse = others.filter(({ score }) => score < best!.score - equallyGood);
    if (!best || worse.length === 0) {
      tally.dropped++;
      return;
    }
    const rejected = draw.pick(worse);
    all.push({
      task,
      chosen: best.answer,
      rejected: rejected.answer,
      rewardChosen: best.score,
      rewardRejected: rejected.score,
      hard: best.score - rejected.score < hardBelow,
    });
  });
  tally.kept = all.length;
  return { all, tally };
}

/** Answers by hand to make triplets of where no model is at hand: the gold one and three gone wrong, each in its way. */
export function answersByHand(world: AlignmentWorld, seed: number, tasks: readonly Task[]): Answer[][] {
  const draw = new RandomStream(seed, 'answers by hand');
  const faults = ['dropped', 'wrong', 'chatty'] as const;
  return tasks.map((task) =>
    [task.gold, ...faults.map((fault) => spoiled(world, task, draw, fault))].map((words) => ({ words, ended: true })),
  );
}

/**
 * What stands in for a model's own wrong answers where labels are given by hand: an instruction left out, and a wrong value. Without them
 * padding would be seen for the most part on what is right, and every head learns that filler is right (alignment-world.md §5).
 */
export const wrongByHand = (world: AlignmentWorld, seed: number, tasks: readonly Task[]): Answer[][] =>
  answersByHand(world, seed, tasks).map(([, dropped, wrong]) => [dropped!, wrong!]);
