/** The four kinds of data that alignment trains on, as lines of JSON: read with the line and the reason of what is wrong. */
import { UserError } from '../util/errors.ts';
import { type Fields, isObject } from '../util/object.ts';
import { brief, shown } from '../util/quoted.ts';
import { outputNames } from './attributes.ts';
import { type Message, roles } from './template.ts';
import { alignmentWords } from '../words/alignment.ts';
import { exampleWords } from '../words/data.ts';

export interface SftExample {
  messages: Message[];
}

export interface RewardExample {
  messages: Message[];
  /** In the order of the model's outputs; null: nobody said. */
  attributes: (number | null)[];
}

export interface PairExample {
  prompt: Message[];
  chosen: string;
  rejected: string;
  /** r*(x, chosen) − r*(x, rejected); null where no reward was given. */
  rewardGap: number | null;
}

/** One example a line. UserError names the first line that is none. */
function readLines<T>(text: string, name: string, read: (fields: Fields) => T): T[] {
  const examples: T[] = [];
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    try {
      const fields: unknown = JSON.parse(line);
      if (!isObject(fields)) throw new Error(exampleWords.notObject);
      examples.push(read(fields));
    } catch (error) {
      throw new UserError(exampleWords.problem(name, i + 1, brief((error as Error).message)), { cause: error });
    }
  });
  if (examples.length === 0) throw new UserError(alignmentWords.noData(name));
  return examples;
}

function messagesOf(value: unknown, name: string): Message[] {
  if (!Array.isArray(value) || value.length === 0) throw new Error(exampleWords.turns(name));
  return value.map((turn: unknown, i): Message => {
    const { role, content } = isObject(turn) ? turn : {};
    const known = roles.find((one) => one === role);
    if (!known || (known === 'system' && i > 0)) throw new Error(exampleWords.role(name, i + 1, shown(role)));
    if (typeof content !== 'string') throw new Error(exampleWords.content(name, i + 1));
    return { role: known, content };
  });
}

/** A conversation that ends with an answer. */
function answered(value: unknown): Message[] {
  const messages = messagesOf(value, 'messages');
  if (messages.at(-1)!.role !== 'assistant') throw new Error(exampleWords.lastTurn);
  return messages;
}

/** A text, or a list of turns of which the last is the answer (as TRL writes pairs). */
function answerOf(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  const last = Array.isArray(value) ? messagesOf(value, name).at(-1) : undefined;
  if (last?.role !== 'assistant') throw new Error(exampleWords.answer(name));
  return last.content;
}

export const readSftData = (text: string, name: string): SftExample[] =>
  readLines(text, name, ({ messages }) => ({ messages: answered(messages) }));

/** −100 is the published code's word for a masked label. */
const masked = -100;

/** Labels by name, or a list in the order of the outputs: five, or nine where any line has those of Open Assistant. */
export function readRewardData(text: string, name: string): { outputs: 5 | 9; examples: RewardExample[] } {
  let outputs: 5 | 9 = 5;
  const read = readLines(text, name, ({ messages, attributes: given }) => {
    const named = isObject(given) ? given : null;
    if (!named && !(Array.isArray(given) && (given.length === 5 || given.length === 9)))
      throw new Error(exampleWords.attributes);
    const unknown = named && Object.keys(named).find((key) => !outputNames(9).includes(key));
    if (unknown) throw new Error(exampleWords.noAttribute(shown(unknown), outputNames(9)));
    const values = named ? outputNames(9).map((key) => named[key]) : (given as unknown[]);
    const numbers = values.map((value) => {
      if (value === null || value === undefined || value === masked) return null;
      if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(exampleWords.attributeValue);
      return value;
    });
    const nine = numbers.length === 9 ? numbers : [null, null, null, null, ...numbers];
    if (nine.slice(0, 4).some((value) => value !== null)) outputs = 9;
    return { messages: answered(messages), attributes: nine };
  });
  const examples = read.map((one) => ({ ...one, attributes: one.attributes.slice(9 - outputs) }));
  return { outputs, examples };
}

export function readPairData(text: string, name: string, { rewards }: { rewards: boolean }): PairExample[] {
  return readLines(text, name, (fields) => {
    const { prompt, chosen, rejected, reward_chosen: up, reward_rejected: down } = fields;
    const messages =
      typeof prompt === 'string' ? [{ role: 'user' as const, content: prompt }] : messagesOf(prompt, 'prompt');
    if (messages.at(-1)!.role !== 'user') throw new Error(exampleWords.prompt);
    const given = typeof up === 'number' && typeof down === 'number' && Number.isFinite(up - down);
    if (rewards && !given) throw new Error(exampleWords.rewards);
    return {
      prompt: messages,
      chosen: answerOf(chosen, 'chosen'),
      rejected: answerOf(rejected, 'rejected'),
      rewardGap: given ? up - down : null,
    };
  });
}
