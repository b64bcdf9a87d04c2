/** A prompt as a person writes it, read back as a task: what the verifier needs to judge an answer in a chat. */
import { carryOut, operationNames } from './language.ts';
import {
  codeTask,
  factQuestion,
  factTask,
  instruct,
  type Instruction,
  plainTask,
  type TaskQuestion,
  sumTask,
  type Task,
  translationTask,
} from './tasks.ts';
import { facts, refusal, tails } from './words.ts';
import type { AlignmentWorld, Sum } from './world.ts';

type Read = (world: AlignmentWorld, ...parts: string[]) => TaskQuestion | null;

/** The forms of tasks.ts. A dot or question mark at the end may be missing, and spaces between words be any. */
const forms: readonly [RegExp, Read][] = [
  [/^what is the (\w+) of (\w+ \w+)$/, readFact],
  [/^what is (\d) ([+x]) (\d)$/, (world, a, sign, b) => sumTask(world, { sign, a: Number(a), b: Number(b) } as Sum)],
  [
    /^what does (\w+) mean$/,
    (world, zu) => (world.meaning.has(zu!) ? translationTask(world, world.meaning.get(zu!)!, false) : null),
  ],
  [/^how do you say (\w+) in zu$/, (world, word) => (world.zu.has(word!) ? translationTask(world, word!, true) : null)],
  [
    /^run (\w+) \( ((?:\d ?)+)\)$/,
    (_, name, list) => (operationNames.includes(name!) ? codeTask('run', name!, digits(list!)) : null),
  ],
  [/^write code that turns \( ((?:\d ?)+)\) into ((?:\d ?)+)$/, readWrite],
];

const digits = (text: string): string[] => text.trim().split(' ');

function readFact(world: AlignmentWorld, named = '', person = ''): TaskQuestion | null {
  const fact = facts.find((one) => one === named);
  if (!fact) return null;
  if (world.facts.has(person)) return factTask(world, fact, person);
  return { kind: 'unknown', topic: fact, text: factQuestion(fact, person), answer: refusal };
}

function readWrite(_: AlignmentWorld, from = '', into = ''): TaskQuestion | null {
  const [list, result] = [digits(from), digits(into).join(' ')];
  const operation = operationNames.find((name) => carryOut(name, list)!.join(' ') === result);
  return operation === undefined ? null : codeTask('write', operation, list);
}

const phrases: readonly [RegExp, (value?: string) => Instruction][] = [
  [/^say it twice$/, () => ({ name: 'twice' })],
  [/^say it in zu$/, () => ({ name: 'zu' })],
  [/^say it in reverse$/, () => ({ name: 'reverse' })],
  [/^use exactly (\d+) words$/, (count) => ({ name: 'words', value: Number(count) })],
  [new RegExp(`^start with (${tails.join('|')})$`), (value) => ({ name: 'start', value: value! })],
  [new RegExp(`^end with (${tails.join('|')})$`), (value) => ({ name: 'end', value: value! })],
];

function readInstruction(text: string): Instruction | null {
  for (const [form, make] of phrases) {
    const found = form.exec(text);
    if (found) return make(found[1]);
  }
  return null;
}

/** Null: it is none that this world can judge. */
export function readTask(world: AlignmentWorld, prompt: string): Task | null {
  // Sentences: the question, then the instructions joined by "and".
  const [asked = '', told = '', ...more] = prompt
    .replaceAll(/([.?()])/g, ' $1 ')
    .split(/[.?]/)
    .map((sentence) => sentence.trim().split(/\s+/).join(' '))
    .filter((sentence) => sentence !== '');
  if (more.length > 0) return null;
  const question = forms
    .map(([form, read]) => {
      const found = form.exec(asked);
      return found && read(world, ...found.slice(1));
    })
    .find((one) => one !== null);
  if (!question) return null;
  const instructions = told === '' ? [] : told.split(' and ').map(readInstruction);
  if (instructions.includes(null)) return null;
  const known = instructions as Instruction[];
  return known.length === 0 ? plainTask(question) : instruct(world, question, known);
}
