/** Records as documents, whatever file they came in: a text, a prompt and what answers it, or a conversation. */
import { UserError } from '../../util/errors.ts';
import { type Fields, isObject } from '../../util/object.ts';
import { quoted } from '../../util/quoted.ts';
import { type Divided, Texts } from './texts.ts';
import { dataWords } from '../../words/data.ts';

/** A person has to say which column or field is the text. */
export class ColumnError extends UserError {
  readonly columns: readonly string[];

  constructor(message: string, columns: readonly string[]) {
    super(message, { code: 'text-column' });
    this.columns = columns.slice(0, MOST_COLUMNS);
  }
}

/** Columns or fields a person chooses from: a table of more has the wrong delimiter rather than so many columns. */
const MOST_COLUMNS = 40;
/** Names that a sentence tells, and UTF-16 units of each: a column's is short, and the rest is a file that is no table. */
const MOST_TOLD = 5;
const LONGEST_TOLD = 24;

const toldName = (name: string): string =>
  quoted(name.length > LONGEST_TOLD ? `${name.slice(0, LONGEST_TOLD - 1)}…` : name);

/** Names in a sentence, the first of many. */
export function told(names: readonly string[]): string {
  const rest = names.length - MOST_TOLD;
  return dataWords.more(names.slice(0, MOST_TOLD).map(toldName).join(', '), rest);
}

const fieldOf = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);

/** How questions are written in every QA source of real text. */
export function questionAndAnswer(question: string, answer: string): string {
  return `Question: ${question}\nAnswer: ${answer}`;
}

/** Takes a file's records one by one. `unit`: what the file calls them, as in "line 3". `column`: the field to read alone. */
export class Records {
  readonly #name: string;
  readonly #unit: string;
  readonly #column: string | null;
  readonly #texts: Texts;
  #columns: string[] = [];
  #leftOut = 0;
  #turnsLeftOut = 0;
  #found = false;

  /** @param take gets the texts where no list of them is wanted. */
  constructor(name: string, unit: string, column: string | null, take: ((text: string) => void) | null = null) {
    this.#name = name;
    this.#unit = unit;
    this.#column = column;
    this.#texts = new Texts(name, take);
  }

  /** Records so far whose text is not blank. */
  get count(): number {
    return this.#texts.count;
  }

  /** A record whose text, not blank, was read without it. */
  counts(): void {
    this.#found = true;
    this.#texts.counts();
  }

  /** The same of one whose text is blank. */
  leavesOut(): void {
    this.#found = true;
    this.#leftOut++;
  }

  add(value: unknown, number: number): void {
    if (isObject(value) && this.#columns.length === 0) this.#columns = Object.keys(value);
    const text = this.text(value, number);
    if (text === null || !this.#texts.add(text)) this.#leftOut++;
  }

  /** A record's text, for who keeps no list of them; null: it has none. UserError where it is unfit. */
  text(value: unknown, number: number): string | null {
    return this.#column === null ? this.#textOf(value, number) : this.#fieldText(value, this.#column, number);
  }

  end(): Divided {
    if (this.#column !== null && !this.#found) throw noColumn(this.#name, this.#column, this.#columns);
    const notes: string[] = [];
    if (this.#leftOut > 0) notes.push(dataWords.withoutText(this.#name, this.#leftOut, this.#unit));
    if (this.#turnsLeftOut > 0) notes.push(dataWords.partsLeftOut(this.#name, this.#turnsLeftOut));
    return { texts: this.#texts.list, notes, columns: this.#columns, column: this.#column };
  }

  /** Null: there is none in this record. */
  #fieldText(value: unknown, column: string, number: number): string | null {
    const field = isObject(value) ? fieldOf(value, column) : undefined;
    if (field === undefined) return null;
    this.#found = true;
    if (field === null || typeof field === 'string') return field;
    if (typeof field === 'number' || typeof field === 'boolean') return String(field);
    if (isConversation(field)) return this.#conversation(field);
    throw new UserError(dataWords.notText(this.#name, this.#unit, number, quoted(column)), {
      code: 'text-fields',
    });
  }

  #textOf(value: unknown, number: number): string | null {
    if (typeof value === 'string') return value;
    if (isConversation(value)) return this.#conversation(value);
    const fields = isObject(value) ? value : {};
    const text = fieldOf(fields, 'text');
    if (typeof text === 'string' || text === null) return text;
    const messages = fieldOf(fields, 'messages');
    if (isConversation(messages)) return this.#conversation(messages);
    const [prompt, completion, answer, question] = ['prompt', 'completion', 'answer', 'question'].map((name) =>
      fieldOf(fields, name),
    );
    if (isConversation(prompt) && isConversation(completion)) return this.#conversation([...prompt, ...completion]);
    if (typeof prompt === 'string' && typeof completion === 'string') return continued(prompt, completion);
    if (typeof prompt === 'string' && typeof answer === 'string') return `${prompt}\n${answer}`;
    if (typeof question === 'string' && typeof answer === 'string') return questionAndAnswer(question, answer);
    const names = Object.keys(fields);
    // Which field is the text is a question; one record unlike those before it is an error.
    const choose = names.length > 0 && this.#texts.count === 0;
    const sentence = dataWords.unknownFields(this.#name, this.#unit, number, told(names), choose);
    throw choose ? new ColumnError(sentence, names) : new UserError(sentence, { code: 'text-fields' });
  }

  /** Turns under the names of who speaks, a line break between them. */
  #conversation(turns: readonly Turn[]): string {
    const said = turns.map(({ role, content }) => {
      const parts = Array.isArray(content) ? content : [content];
      const texts = parts
        .map((part: unknown) => (isObject(part) ? fieldOf(part, 'text') : part))
        .filter((part) => typeof part === 'string');
      this.#turnsLeftOut += parts.length - texts.length;
      return texts.length === 0 ? '' : `${role.charAt(0).toUpperCase()}${role.slice(1)}: ${texts.join('\n')}`;
    });
    return said.filter((turn) => turn !== '').join('\n');
  }
}

interface Turn {
  role: string;
  content: unknown;
}

function isConversation(value: unknown): value is Turn[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((turn) => isObject(turn) && typeof fieldOf(turn, 'role') === 'string' && Object.hasOwn(turn, 'content'))
  );
}

/** A completion goes on where its prompt ends, as data of this form is made; a line break where neither has white space there. */
function continued(prompt: string, completion: string): string {
  return /\s$/.test(prompt) || /^\s/.test(completion) ? prompt + completion : `${prompt}\n${completion}`;
}

export function noColumn(name: string, column: string, columns: readonly string[]): ColumnError {
  return new ColumnError(dataWords.noColumn(name, quoted(column), told(columns)), columns);
}
