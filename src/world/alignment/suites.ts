/** What an aligned model is examined in: prompts that nothing was trained on, answered greedily, judged by the verifier. */
import { RandomStream } from '../../util/random.ts';
import {
  drawTask,
  factTask,
  type Kind,
  instructedKinds,
  plainTask,
  sumTask,
  type Task,
  translationTask,
} from './tasks.ts';
import type { Verdict } from './verifier.ts';
import { facts } from './words.ts';
import type { AlignmentWorld } from './world.ts';

export interface Suites {
  know: Task[];
  math: Task[];
  code: Task[];
  translation: Task[];
  /** With one instruction, then with two. */
  instructions: Task[];
  unknown: Task[];
  /** Of all kinds, sampled at temperature 1 for the mean reward. */
  mixed: Task[];
}

const many = (count: number, make: () => Task): Task[] => Array.from({ length: count }, make);

export function suitesOf(world: AlignmentWorld): Suites {
  const draw = new RandomStream(world.seed, 'alignment suites');
  const drawn = (kinds: readonly Kind[], count?: number): Task => drawTask(world, draw, false, kinds, count);
  const mix: Kind[] = ['fact', 'arithmetic', 'translation', 'run', 'fact', 'arithmetic', 'run', 'unknown', 'write'];
  return {
    know: world.people.evaluation.flatMap((name) => facts.map((fact) => plainTask(factTask(world, fact, name)))),
    math: world.sums.evaluation.map((sum) => plainTask(sumTask(world, sum))),
    code: [...many(60, () => drawn(['run'], 0)), ...many(40, () => drawn(['write'], 0))],
    translation: world.words.evaluation.flatMap((word) =>
      [false, true].map((into) => plainTask(translationTask(world, word, into))),
    ),
    instructions: [...many(110, () => drawn(instructedKinds, 1)), ...many(110, () => drawn(instructedKinds, 2))],
    unknown: many(60, () => drawn(['unknown'])),
    mixed: many(180, () => drawn(mix)),
  };
}

/** Shares in 0 … 1 but for the last two. */
export interface SuiteScores {
  know: number;
  math: number;
  code: number;
  translation: number;
  /** Prompts of which every instruction was followed, instructions that were, prompts right in content too. */
  promptStrict: number;
  instructionStrict: number;
  full: number;
  /** Unknown people of whom nothing was made up; known ones that were refused. */
  refusal: number;
  falseRefusal: number;
  /** Of sampled answers: mean reward by the verifier, words beyond what was needed. */
  reward: number;
  overLength: number;
}

const share = <T>(all: readonly T[], holds: (one: T) => boolean): number => all.filter(holds).length / all.length;

/** `answers` in the order of the suites' tasks, those of `mixed` sampled. */
export function suiteScores(
  suites: Suites,
  verdicts: Readonly<Record<keyof Suites, readonly Verdict[]>>,
  lengths: readonly number[],
): SuiteScores {
  const right = (suite: keyof Suites): number => share(verdicts[suite], (one) => one.right);
  const { instructions, know, mixed } = verdicts;
  const followed = instructions.flatMap((one) => one.followed);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    know: right('know'),
    math: right('math'),
    code: right('code'),
    translation: right('translation'),
    promptStrict: share(instructions, ({ strict }) => strict),
    instructionStrict: share(followed, Boolean),
    full: share(instructions, ({ full }) => full),
    refusal: right('unknown'),
    falseRefusal: share(know, ({ refusedKnown }) => refusedKnown),
    reward: mean(mixed.map(({ reward }) => reward)),
    overLength: mean(lengths.map((length, i) => length - suites.mixed[i % suites.mixed.length]!.gold.length)),
  };
}
