/**
 * The fixed questions a run is asked whenever a phase ends: beginnings of held-out documents with what the text goes on
 * with. The same at every moment and in every run on the same text, so that answers can be set side by side.
 */
import { raisedByQa } from '../../recipe/phases.ts';
import type { RunConfig } from '../../config/run.ts';
import type { Suite } from '../../evaluate/suite.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { TokenSource } from '../../data/source.ts';

export interface Question {
  /** The source, or the world's suite, that it comes from. */
  source: string;
  prompt: string;
  /** What the document goes on with. */
  expected: string;
}

/**
 * Each question is generated token by token at up to three moments: two of each of two QA sources and one of another kind
 * of text show the trade and cost less than the held-out losses beside them.
 */
const SOURCES = 2;
const EACH = 2;
/** With the one of another kind. */
export const mostQuestions = SOURCES * EACH + 1;
/** Letters of running text that open a prompt, and of what is expected after it: half a line each. */
const OPENING = 48;

/** A question-and-answer document is cut after its last marker of an answer, other text after some words. */
const ANSWER = /^([\s\S]*\n\s*(?:answer|a)\s*:)\s*(\S[\s\S]*)$/i;

/** null: too short to be cut. */
export function cut(text: string, opening = OPENING): Omit<Question, 'source'> | null {
  const answered = ANSWER.exec(text);
  if (answered) return { prompt: answered[1]!, expected: answered[2]!.trim() };
  const space = text.lastIndexOf(' ', opening);
  if (space <= 0) return null;
  const rest = text.slice(space, space + OPENING);
  return {
    prompt: text.slice(0, space),
    expected: rest.length < OPENING ? rest : rest.slice(0, rest.lastIndexOf(' ')),
  };
}

/** Of text: the first held-out documents of the sources that the QA blend raises, then one of the largest of the others. */
export function questionsOfText(config: RunConfig, sources: readonly TokenSource[], tokenizer: Tokenizer): Question[] {
  const held = sources.filter(({ heldOut }) => heldOut.starts.length > 1);
  const raised = raisedByQa(config);
  const share = ({ name }: TokenSource) => (config.continued?.general ?? config.base.blend)[name] ?? 0;
  const rest = held.filter(({ name }) => !raised.includes(name)).sort((a, b) => share(b) - share(a));
  return [
    ...held
      .filter(({ name }) => raised.includes(name))
      .slice(0, SOURCES)
      .flatMap((source) => first(source, EACH)),
    ...rest.slice(0, 1).flatMap((source) => first(source, 1)),
  ];

  function first({ name, heldOut: { tokens, starts } }: TokenSource, count: number): Question[] {
    const found: Question[] = [];
    for (let document = 0; document + 1 < starts.length && found.length < count; document++) {
      // A document ends with end-of-text, which is no text.
      const text = tokenizer.decode(tokens.slice(starts[document], starts[document + 1]! - 1));
      const question = cut(text, Math.min(OPENING, config.batch.length >> 1)); // a letter is a token at most
      // A row must hold the prompt, or the model would be asked without its beginning.
      if (question && tokenizer.encode(question.prompt).length < config.batch.length)
        found.push({ source: name, ...question });
    }
    return found;
  }
}

/** Of a world: the first questions of its suites that teach, then one of those that are to be retained. */
export function questionsOfWorld(suites: readonly Suite[]): Question[] {
  const of = (role: Suite['role'], count: number, each: number) =>
    suites
      .filter((suite) => suite.role === role)
      .slice(0, count)
      .flatMap(({ name, items }) =>
        items
          .slice(0, each)
          .map(({ context, choices, answer }) => ({ source: name, prompt: context, expected: choices[answer]! })),
      );
  return [...of('benchmark', SOURCES, EACH), ...of('retention', 1, 1)];
}
