/**
 * `npm run recipe -- synthesize KIND --out FILE.jsonl`: data of the alignment world, by hand or with answers of a model: the same seed and model
 * give the same file.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { attributes } from '../../align/attributes.ts';
import { scoresOf } from '../../train/align/judge.ts';
import { alignable, readRewardFolder } from '../../train/align/model.ts';
import { sampledAnswers, answerWords } from '../../train/align/world.ts';
import type { Backend } from '../../train/backends/backend.ts';
import { readCheckpoint } from '../../train/bases/base.ts';
import { UserError } from '../../util/errors.ts';
import {
  allKinds,
  answeredWith,
  answersByHand,
  type Demonstration,
  dialogues,
  conversationBlend,
  geneticCode,
  labelled,
  prompts,
  type Tally,
  triplets,
  wrongByHand,
} from '../../world/alignment/synthesis.ts';
import { phraseOf, type Task } from '../../world/alignment/tasks.ts';
import { verify } from '../../world/alignment/verifier.ts';
import { AlignmentWorld } from '../../world/alignment/world.ts';
import { command, type Given } from '../commands.ts';
import type { Host } from '../host.ts';
import { deviceFlags } from '../inputs.ts';
import { count, folder, greatestSeed, number, place } from '../kinds.ts';
import { readFolder } from '../readFolder.ts';
import { commonWords } from '../words/common.ts';
import { synthesizeWords } from '../words/synthesize.ts';
import { asUserError } from '../writeFolder.ts';

const kinds = ['prompts', 'code', 'sft', 'dialogues', 'reward', 'pairs'] as const;
type DataKind = (typeof kinds)[number];

const flags = {
  count: { kind: count(1, 1_000_000), about: synthesizeWords.count },
  seed: { kind: count(0, greatestSeed), about: synthesizeWords.seed },
  world: { kind: count(0, greatestSeed), about: synthesizeWords.world },
  model: { kind: folder, about: synthesizeWords.model },
  judge: { kind: folder, about: synthesizeWords.judge },
  samples: { kind: count(2, 64), about: synthesizeWords.samples },
  temperature: { kind: number(0, 100), about: synthesizeWords.temperature },
  imperfect: { kind: number(0, 1), about: synthesizeWords.imperfect },
  threshold: { kind: number(0, 1), about: synthesizeWords.threshold },
  ...deviceFlags,
  out: { kind: place('FILE'), about: synthesizeWords.out, required: true },
} as const;
type Options = Given<typeof flags>;

export const synthesizeCommand = command({
  name: 'synthesize',
  about: synthesizeWords.about,
  word: `KIND (${kinds.join(', ')})`,
  flags,
  example: 'synthesize pairs --model runs/sft/model --count 1200 --out pairs.jsonl',
  async run(given, host, word) {
    const kind = kinds.find((one) => one === word);
    if (!kind) throw new UserError(synthesizeWords.noKind(word, kinds));
    const world = new AlignmentWorld(given.world ?? 1);
    const { lines, tally } = await made(kind, world, given, host);
    write(given.out, lines);
    const { made: drawn, duplicates, dropped } = tally;
    host.say(synthesizeWords.done(lines.length, drawn, duplicates, dropped));
    return 0;
  },
});

/** Whole or not at all. */
function write(out: string, lines: readonly object[]): void {
  const part = `${out}.part-${process.pid}`;
  try {
    writeFileSync(part, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    renameSync(part, out);
  } catch (error) {
    rmSync(part, { force: true });
    throw asUserError(error, commonWords.unwritable(out));
  }
}

async function made(
  kind: DataKind,
  world: AlignmentWorld,
  given: Options,
  host: Host,
): Promise<{ lines: object[]; tally: Tally }> {
  const { count: wanted = 1000, seed = 1 } = given;
  switch (kind) {
    case 'prompts': {
      const { all, tally } = prompts(world, seed, wanted, allKinds);
      return { tally, lines: all.map((task) => ({ prompt: task.prompt, ...facts(task) })) };
    }
    case 'code': {
      const { all, tally } = geneticCode(world, seed, wanted);
      return { tally, lines: all.map(demonstration) };
    }
    case 'sft': {
      const { all, tally } = conversationBlend(world, seed, wanted, given.imperfect ?? 0.2);
      return { tally, lines: all.map(demonstration) };
    }
    case 'dialogues':
      return dialogueLines(world, given, host);
    default:
      return judgedLines(kind, world, given, host);
  }
}

/** How a task came about, so that each line can be looked at. */
const facts = ({ kind, topic, text, instructions }: Task) => ({
  ...{ kind, topic, question: text },
  instructions: instructions.map(phraseOf),
});

const demonstration = ({ task, words }: Demonstration) => ({ messages: answeredWith(task, words), ...facts(task) });

async function speaker({ model, device }: Options, host: Host) {
  if (model === undefined) return null;
  const read = alignable(await readCheckpoint(readFolder(model)));
  const backend: Backend = await host.open(device);
  return { read, backend };
}

async function dialogueLines(world: AlignmentWorld, given: Options, host: Host) {
  const { count: wanted = 1000, seed = 1, threshold = 1 } = given;
  const asked = await speaker(given, host);
  const { all, tally } = await dialogues(
    world,
    seed,
    wanted,
    threshold,
    asked &&
      ((conversations, temperature, of) =>
        answerWords(asked.backend, asked.read, conversations, { temperature, seed: of })),
  );
  return { tally, lines: all };
}

async function judgedLines(kind: 'reward' | 'pairs', world: AlignmentWorld, given: Options, host: Host) {
  const { count: wanted = 1000, seed = 1, samples = 5, temperature = 1 } = given;
  const { all: tasks, tally } = prompts(world, seed, wanted, allKinds);
  const asked = await speaker(given, host);
  const answers = asked
    ? await sampledAnswers(asked.backend, asked.read, tasks, { count: samples, temperature, seed })
    : answersByHand(world, seed, tasks);
  if (kind === 'reward') {
    const { answers: all } = labelled(world, seed, tasks, asked ? answers : wrongByHand(world, seed, tasks));
    const lines = all.map(({ task, words, attributes: values }) => ({
      messages: answeredWith(task, words),
      attributes: Object.fromEntries(attributes.map((name, i) => [name, values[i]!])),
      ...facts(task),
    }));
    return { lines, tally: { ...tally, kept: lines.length } };
  }
  // An answer that was cut or is empty is none in a file: the template ends it.
  const ended = answers.map((some) => some.filter((one) => one.ended && one.words.length > 0));
  const judge = given.judge === undefined ? null : await readRewardFolder(readFolder(given.judge));
  const scores = judge ? await scoresOf(await host.open(given.device), judge, tasks, ended) : undefined;
  const { all, tally: paired } = triplets(world, seed, tasks, ended, scores);
  const lines = all.map(({ task, chosen, rejected, rewardChosen, rewardRejected, hard }) => ({
    prompt: task.prompt,
    chosen: chosen.words.join(' '),
    rejected: rejected.words.join(' '),
    ...{ reward_chosen: rewardChosen, reward_rejected: rewardRejected, hard },
    judge: scores ? 'reward model' : 'ground truth',
    chosen_right: verify(world, task, chosen.words).full,
    rejected_right: verify(world, task, rejected.words).full,
    ...facts(task),
  }));
  return { lines, tally: paired };
}
