/** What a base of the alignment world is trained on (alignment-world.md §2): texts, and chats in the template. */
import type { Message } from '../../align/template.ts';
import { encodeConversation } from '../../align/template.ts';
import type { RandomStream } from '../../util/random.ts';
import { carryOut, operationNames } from './language.ts';
import { drawQuestion, instruct, type Instruction, sumText } from './tasks.ts';
import { facts, sentences, tails, values } from './words.ts';
import type { AlignmentWorld } from './world.ts';

export type AlignmentDocument = string | Message[];

/** Shares of documents: biographies, code, sums, dictionary, a manual of echoed words, a forum. */
const sources: [share: number, make: (world: AlignmentWorld, draw: RandomStream) => AlignmentDocument][] = [
  [0.28, biography],
  [0.14, code],
  [0.14, sums],
  [0.12, dictionary],
  [0.12, manual],
  [0.2, forum],
];
/** Of the forum's answers. */
const wrongShare = 0.17;

export function drawDocument(world: AlignmentWorld, draw: RandomStream): AlignmentDocument {
  let u = draw.uniform();
  for (const [share, make] of sources) {
    if (u < share) return make(world, draw);
    u -= share;
  }
  return forum(world, draw);
}

/** With the end-of-text behind it. */
export function encodeDocument({ tokenizer }: AlignmentWorld, document: AlignmentDocument): number[] {
  const tokens =
    typeof document === 'string' ? [...tokenizer.encode(document)] : encodeConversation(tokenizer, document).tokens;
  return [...tokens, tokenizer.endOfText];
}

const times = (count: number, make: () => string): string => Array.from({ length: count }, make).join(' ');

function biography(world: AlignmentWorld, draw: RandomStream): string {
  const name = draw.pick([...world.people.train, ...world.people.evaluation]);
  const known = world.facts.get(name)!;
  return draw
    .shuffle([...facts])
    .map((fact) => draw.pick(sentences[fact]).replace('@', name).replace('#', known[fact]))
    .join(' ');
}

function code(_: AlignmentWorld, draw: RandomStream): string {
  return times(3, () => {
    const operation = draw.pick(operationNames);
    const list = Array.from({ length: 3 }, () => String(draw.integer(10)));
    const [x, y] = [list.join(' '), carryOut(operation, list)!.join(' ')];
    return draw.uniform() < 0.6 ? `>>> ${operation} ( ${x} ) = ${y}` : `( ${x} ) -> ${y} by ${operation}`;
  });
}

function sums(world: AlignmentWorld, draw: RandomStream): string {
  const all = [...world.sums.train, ...world.sums.evaluation];
  return times(4, () => {
    const sum = draw.pick(all);
    return `${sumText(sum)} = ${world.result(sum).join(' ')} .`;
  });
}

function dictionary(world: AlignmentWorld, draw: RandomStream): string {
  const lines = times(5, () => {
    const [word, zu] = draw.pick([...world.zu]);
    return draw.uniform() < 0.5 ? `${word} = ${zu} ,` : `${zu} = ${word} ,`;
  });
  return `dict : ${lines}`;
}

/** What instructions mean, shown on words and digits that are given: two chats in a row. */
function manual(world: AlignmentWorld, draw: RandomStream): Message[] {
  return [0, 1].flatMap(() => {
    const names: Instruction['name'][] = ['twice', 'reverse', 'end', 'start', 'zu', 'words'];
    const name = draw.pick(names);
    const digits = Array.from({ length: 2 + draw.integer(2) }, () => String(draw.integer(10)));
    const word = draw.pick([...world.zu.keys(), ...world.meaning.keys()]);
    const plain = world.meaning.get(word) ?? word;
    const said = name === 'reverse' ? digits : name === 'zu' ? [plain] : draw.uniform() < 0.5 ? [word] : digits;
    const value = name === 'words' ? said.length + draw.integer(4) : draw.pick(tails);
    const question = { kind: 'fact', topic: 'manual', text: `say : ${said.join(' ')} .`, answer: said } as const;
    return chatOf(instruct(world, { ...question, answer: [...said] }, [{ name, value }]));
  });
}

const chatOf = ({ prompt, gold }: { prompt: string; gold: readonly string[] }): Message[] => [
  { role: 'user', content: prompt },
  { role: 'assistant', content: gold.join(' ') },
];

/** Questions of the training side and answers, some of them wrong. */
function forum(world: AlignmentWorld, draw: RandomStream): Message[] {
  const { text, answer } = drawQuestion(world, draw, true, ['fact', 'arithmetic', 'translation']);
  const wrong = draw.uniform() < wrongShare;
  const sorts = [...Object.values(values), [...world.zu.values()]];
  const sort = sorts.find((words) => words.includes(answer[0]!)) ?? '0123456789'.split('');
  const gold = wrong ? answer.map(() => draw.pick(sort)) : answer;
  return chatOf({ prompt: text, gold });
}
