/**
 * The fourth paper's conversation template. Its marks are tokens of their own (tokenizer/chat.ts), which no text can spell: what a person
 * writes stays text.
 *
 *     <extra_id_0>System\n{system}\n<extra_id_1>User\n{turn}\n<extra_id_1>Assistant\n{turn}\n<extra_id_1>
 *
 * An answer ends with the next turn's mark, which is therefore what generation stops at; a reward model reads <extra_id_2> in its place.
 */
import type { ChatTokenizer } from '../tokenizer/chat.ts';

export const roles = ['system', 'user', 'assistant'] as const;
export type TurnRole = (typeof roles)[number];

export interface Message {
  role: TurnRole;
  content: string;
}

/** Tokens of a conversation, and which of them the model is to say. */
export interface Encoded {
  tokens: number[];
  /** 1: a token of an assistant's turn or the mark that ends it. */
  spoken: number[];
}

const names: Record<TurnRole, string> = { system: 'System', user: 'User', assistant: 'Assistant' };

/** The template for whoever reads `chat_template.jinja`: `apply_chat_template` gives the same tokens for turns that begin with no white space. */
export const chatTemplate = [
  `{{ '<extra_id_0>System\\n' }}`,
  `{% if messages and messages[0]['role'] == 'system' %}{{ messages[0]['content'] + '\\n' }}{% set turns = messages[1:] %}`,
  `{% else %}{{ '\\n' }}{% set turns = messages %}{% endif %}`,
  `{% for message in turns %}{{ '<extra_id_1>' + message['role'].capitalize() + '\\n' + message['content'] + '\\n' }}{% endfor %}`,
  `{% if add_generation_prompt %}{{ '<extra_id_1>Assistant\\n' }}`,
  `{% elif turns and turns[-1]['role'] == 'assistant' %}{{ '<extra_id_1>' }}{% endif %}`,
].join('');

/** The system's turn, which every conversation begins with, empty where nobody gave one. */
function opening(
  tokenizer: ChatTokenizer,
  messages: readonly Message[],
): { head: number[]; turns: readonly Message[] } {
  const [first] = messages;
  const system = first?.role === 'system' ? first.content : '';
  const head = [tokenizer.marks.system, ...tokenizer.encode(`${names.system}\n${system}\n`)];
  return { head, turns: first?.role === 'system' ? messages.slice(1) : messages };
}

/** The whole conversation, for training: it ends with the mark after its last turn. */
export function encodeConversation(tokenizer: ChatTokenizer, messages: readonly Message[]): Encoded {
  const { head, turns } = opening(tokenizer, messages);
  const tokens = [...head];
  const spoken = head.map(() => 0);
  const add = (some: ArrayLike<number>, said: 0 | 1): void => {
    for (let i = 0; i < some.length; i++) {
      tokens.push(some[i]!);
      spoken.push(said);
    }
  };
  turns.forEach(({ role, content }, i) => {
    const answered = turns[i - 1]?.role === 'assistant';
    add([tokenizer.marks.turn], answered ? 1 : 0);
    add(tokenizer.encode(`${names[role]}\n`), 0);
    add(tokenizer.encode(`${content}\n`), role === 'assistant' ? 1 : 0);
  });
  add([tokenizer.marks.turn], turns.at(-1)?.role === 'assistant' ? 1 : 0);
  return { tokens, spoken };
}

/** What a model continues with its answer. */
export function encodePrompt(tokenizer: ChatTokenizer, messages: readonly Message[]): number[] {
  const { head, turns } = opening(tokenizer, messages);
  const said = turns.flatMap(({ role, content }) => [
    tokenizer.marks.turn,
    ...tokenizer.encode(`${names[role]}\n`),
    ...tokenizer.encode(`${content}\n`),
  ]);
  return [...head, ...said, tokenizer.marks.turn, ...tokenizer.encode(`${names.assistant}\n`)];
}

/** What a reward model reads: the conversation, and the mark at whose state it answers. */
export function encodeJudged(tokenizer: ChatTokenizer, messages: readonly Message[]): number[] {
  return [...encodeConversation(tokenizer, messages).tokens.slice(0, -1), tokenizer.marks.judge];
}
