/** A file's text, piece by piece, into the texts of its documents. */
import { UserError } from '../util/errors.ts';
import { quoted } from '../util/quoted.ts';

/** What ends a document inside a plain text file: a form feed or the end-of-text mark, with the line break after it. */
const SEPARATOR = /(?:\f|<\|endoftext\|>)\r?\n?/g;
/** Its greatest length in UTF-16 units: so much of a piece's end may belong to a separator that the next one finishes. */
const LONGEST_SEPARATOR = 15;
/** A line in UTF-16 units: more than the longest novels, and nested to the hilt it still parses in a fraction of a second. */
const LONGEST_LINE = 1 << 23;
/** Documents a file. Each costs memory beside its text; natural documents of this number exceed every other limit. */
const MOST_DOCUMENTS = 1 << 22;

export interface Divider {
  push(text: string): void;
  /** The texts that are not blank. */
  end(): string[];
}

/** Blank texts are dropped as they come: a file of nothing but separators takes no memory. */
class Texts {
  readonly list: string[] = [];
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  add(text: string): void {
    if (text.trim() === '') return;
    if (this.list.length === MOST_DOCUMENTS) {
      throw new UserError(`${this.#name} has more than ${MOST_DOCUMENTS} documents: divide it into smaller files.`, {
        code: 'text-documents',
      });
    }
    this.list.push(text);
  }
}

/** Plain text: one document unless separators divide it. */
export class PlainText implements Divider {
  readonly #texts: Texts;
  /** The document under way: what is settled, and an end that may begin a separator. */
  #settled: string[] = [];
  #open = '';

  constructor(name: string) {
    this.#texts = new Texts(name);
  }

  push(piece: string): void {
    this.#divide(this.#open + piece, LONGEST_SEPARATOR);
  }

  end(): string[] {
    this.#divide(this.#open, 0);
    this.#texts.add(this.#settled.join('') + this.#open);
    return this.#texts.list;
  }

  #divide(text: string, held: number): void {
    const sure = text.length - held;
    let from = 0;
    for (const { index, 0: separator } of text.matchAll(SEPARATOR)) {
      if (index >= sure) break;
      this.#texts.add(this.#settled.join('') + text.slice(from, index));
      this.#settled = [];
      from = index + separator.length;
    }
    const settled = Math.max(from, sure);
    if (settled > from) this.#settled.push(text.slice(from, settled));
    this.#open = text.slice(settled);
  }
}

/** JSON lines: a document each, as {"text"} or a question and its answer. */
export class JsonLines implements Divider {
  readonly #name: string;
  readonly #texts: Texts;
  #line: string[] = [];
  #length = 0;
  #number = 1;

  constructor(name: string) {
    this.#name = name;
    this.#texts = new Texts(name);
  }

  push(piece: string): void {
    let from = 0;
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', from)) {
      this.#extend(piece.slice(from, at));
      this.#finish();
      from = at + 1;
    }
    this.#extend(piece.slice(from));
  }

  end(): string[] {
    this.#finish();
    return this.#texts.list;
  }

  #extend(part: string): void {
    this.#length += part.length;
    if (this.#length > LONGEST_LINE) {
      throw new UserError(
        `${this.#name}, line ${this.#number} is longer than ${LONGEST_LINE} characters: give a document of that length ` +
          'as plain text.',
        { code: 'text-line' },
      );
    }
    this.#line.push(part);
  }

  #finish(): void {
    const line = this.#line.join('');
    if (line.trim() !== '') this.#texts.add(readLine(this.#name, this.#number, line));
    this.#line = [];
    this.#length = 0;
    this.#number++;
  }
}

function readLine(fileName: string, number: number, line: string): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UserError(`${fileName}, line ${number} is not JSON: mend or remove that line.`, { code: 'text-json' });
  }
  const fields = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const field = (name: string) => (Object.hasOwn(fields, name) ? fields[name] : undefined);
  const text = field('text');
  if (typeof text === 'string') return text;
  const [prompt, question, answer] = [field('prompt'), field('question'), field('answer')];
  if (typeof prompt === 'string' && typeof answer === 'string') return `${prompt}\n${answer}`;
  if (typeof question === 'string' && typeof answer === 'string') return questionAndAnswer(question, answer);
  const found = Object.keys(fields).slice(0, 5).map(quoted).join(', ') || 'none of these';
  throw new UserError(
    `${fileName}, line ${number} has ${found}: each line needs a string "text", or "question" and "answer", ` +
      `or "prompt" and "answer".`,
    { code: 'text-fields' },
  );
}

/** How questions are written in every QA source of real text. */
export function questionAndAnswer(question: string, answer: string): string {
  return `Question: ${question}\nAnswer: ${answer}`;
}
