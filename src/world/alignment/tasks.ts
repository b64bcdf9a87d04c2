/** What a model is asked: a question whose answer is known, revised with instructions that a program can check (papers.md §4.3). */
import type { RandomStream } from '../../util/random.ts';
import { carryOut, isHeldOut, operationNames } from './language.ts';
import { facts, filler, refusal, tails } from './words.ts';
import type { AlignmentWorld, WorldSplit, Sum } from './world.ts';

export type Kind = 'fact' | 'unknown' | 'arithmetic' | 'translation' | 'run' | 'write';
/** How often each is asked for in general data: arithmetic, facts and code twice as often as the rest. */
export const generalKinds: readonly Kind[] = [
  ...(['fact', 'arithmetic', 'translation', 'run'] as const),
  ...(['fact', 'arithmetic', 'run', 'unknown'] as const),
];
/** Those whose answers instructions can change. */
export const instructedKinds: readonly Kind[] = ['fact', 'arithmetic', 'translation', 'run'];

/** `words`: exactly so many. `start`, `end`: with this word. */
export interface Instruction {
  name: 'twice' | 'zu' | 'reverse' | 'words' | 'start' | 'end';
  value?: string | number;
}

export interface TaskQuestion {
  kind: Kind;
  /** What it is about: a fact, a sign, an operation. */
  topic: string;
  text: string;
  /** The answer's words as they are without any instruction. */
  answer: string[];
  /** Of code: the list it is about and what becomes of it. */
  code?: { list: string[]; result: string[] };
}

export interface Task extends TaskQuestion {
  instructions: Instruction[];
  /** Question and instructions. */
  prompt: string;
  /** The answer's content as the instructions want it, once. */
  content: string[];
  /** The answer that does all of it. */
  gold: string[];
}

const of = <T>({ train, evaluation }: WorldSplit<T>, training: boolean): readonly T[] =>
  training ? train : evaluation;

export const sumText = ({ sign, a, b }: Sum): string => `${a} ${sign} ${b}`;

export const factQuestion = (fact: string, name: string): string => `what is the ${fact} of ${name} ?`;

export function factTask(world: AlignmentWorld, fact: (typeof facts)[number], name: string): TaskQuestion {
  const answer = [world.facts.get(name)![fact]];
  return { kind: 'fact', topic: fact, text: factQuestion(fact, name), answer };
}

export const sumTask = (world: AlignmentWorld, sum: Sum): TaskQuestion => ({
  kind: 'arithmetic',
  topic: sum.sign,
  text: `what is ${sumText(sum)} ?`,
  answer: world.result(sum),
});

/** `word` from the cipher, or into it. */
export function translationTask(world: AlignmentWorld, word: string, into: boolean): TaskQuestion {
  const zu = world.zu.get(word)!;
  const text = into ? `how do you say ${word} in zu ?` : `what does ${zu} mean ?`;
  return { kind: 'translation', topic: into ? 'zu' : 'mean', text, answer: [into ? zu : word] };
}

/** Any operation that makes `result` of the list answers a `write`. */
export function codeTask(kind: 'run' | 'write', operation: string, list: string[]): TaskQuestion {
  const result = carryOut(operation, list)!;
  const spelled = list.join(' ');
  return kind === 'run'
    ? { kind, topic: operation, text: `run ${operation} ( ${spelled} ) .`, answer: result, code: { list, result } }
    : {
        kind,
        topic: operation,
        text: `write code that turns ( ${spelled} ) into ${result.join(' ')} .`,
        answer: [operation],
        code: { list, result },
      };
}

/** A list of three digits of the side that is wanted. */
function drawList(draw: RandomStream, training: boolean): string[] {
  let list: string[];
  do list = Array.from({ length: 3 }, () => String(draw.integer(10)));
  while (isHeldOut(list) === training);
  return list;
}

export function drawQuestion(
  world: AlignmentWorld,
  draw: RandomStream,
  training: boolean,
  kinds: readonly Kind[],
): TaskQuestion {
  const kind = draw.pick(kinds);
  switch (kind) {
    case 'fact':
      return factTask(world, draw.pick(facts), draw.pick(of(world.people, training)));
    case 'unknown': {
      const fact = draw.pick(facts);
      return { kind, topic: fact, text: factQuestion(fact, draw.pick(of(world.unknown, training))), answer: refusal };
    }
    case 'arithmetic':
      return sumTask(world, draw.pick(of(world.sums, training)));
    case 'translation':
      return translationTask(world, draw.pick(of(world.words, training)), draw.uniform() < 0.5);
    default: {
      const list = drawList(draw, training);
      return codeTask(kind, draw.pick(operationNames), list);
    }
  }
}

const phrases: Record<Instruction['name'], (value: string | number | undefined) => string> = {
  twice: () => 'say it twice',
  zu: () => 'say it in zu',
  reverse: () => 'say it in reverse',
  words: (count) => `use exactly ${count} words`,
  start: (word) => `start with ${word}`,
  end: (word) => `end with ${word}`,
};

export const phraseOf = ({ name, value }: Instruction): string => phrases[name](value);

/** The answer's content, once, under instructions. */
export function contentUnder(world: AlignmentWorld, answer: readonly string[], names: ReadonlySet<string>): string[] {
  const said = names.has('zu') ? answer.map((word) => world.zu.get(word) ?? word) : [...answer];
  return names.has('reverse') ? said.reverse() : said;
}

/** The padding of `count` words. */
export const paddingOf = (count: number): string[] => (count > 0 ? filler.slice(-count) : []);

/** A question as it stands. */
export const plainTask = (question: TaskQuestion): Task => ({
  ...question,
  instructions: [],
  prompt: question.text,
  content: question.answer,
  gold: question.answer,
});

/** The question with these instructions: what it asks for then. */
export function instruct(world: AlignmentWorld, question: TaskQuestion, instructions: readonly Instruction[]): Task {
  const by = new Map(instructions.map(({ name, value }) => [name, value]));
  const content = contentUnder(world, question.answer, new Set(by.keys()));
  const body = by.has('twice') ? [...content, ...content] : content;
  const start = by.has('start') ? [String(by.get('start'))] : [];
  const end = by.has('end') ? [String(by.get('end'))] : [];
  const framed = body.length + start.length + end.length;
  const padding = by.has('words') ? paddingOf(Number(by.get('words')) - framed) : [];
  const asked = instructions.length > 0 ? ` ${instructions.map(phraseOf).join(' and ')} .` : '';
  return {
    ...question,
    instructions: [...instructions],
    prompt: `${question.text}${asked}`,
    content,
    gold: [...start, ...padding, ...body, ...end],
  };
}

/** Shares of prompts with none, one and two instructions. */
const instructionShares = [0.3, 0.42, 0.28];

/** A task as they are drawn: a question, then instructions that fit it. `count` sets how many. */
export function drawTask(
  world: AlignmentWorld,
  draw: RandomStream,
  training = true,
  kinds: readonly Kind[] = instructedKinds,
  count?: number,
): Task {
  const question = drawQuestion(world, draw, training, kinds);
  if (!instructedKinds.includes(question.kind)) return plainTask(question);
  const u = draw.uniform();
  const wanted = count ?? (u < instructionShares[0]! ? 0 : u < instructionShares[0]! + instructionShares[1]! ? 1 : 2);
  return wanted === 0 ? plainTask(question) : instruct(world, question, drawInstructions(draw, question, wanted));
}

/** One instruction, or one on the body and one on the frame. */
function drawInstructions(draw: RandomStream, { kind, answer }: TaskQuestion, count: number): Instruction[] {
  const body: Instruction['name'][] = ['twice', 'words'];
  if (kind === 'fact') body.push('zu');
  if ((kind === 'arithmetic' || kind === 'run') && answer.length > 1) body.push('reverse');
  const frame: Instruction['name'][] = ['start', 'end'];
  const names = count === 2 ? [draw.pick(body), draw.pick(frame)] : [draw.pick([...body, ...frame])];
  const framed = names.some((name) => frame.includes(name)) ? 1 : 0;
  return names.map((name): Instruction => {
    if (frame.includes(name)) return { name, value: draw.pick(tails) };
    return name === 'words' ? { name, value: answer.length + framed + draw.integer(3) } : { name };
  });
}
