/** What a file's texts are collected in, and what came of it. */
import { UserError } from '../../util/errors.ts';
import { dataWords } from '../../words/data.ts';

/** Documents a file. Each costs memory beside its text; natural documents of this number exceed every other limit. */
const MOST_DOCUMENTS = 1 << 22;

/** A file's documents, and what a person should know of how they were read. */
export interface Divided {
  texts: string[];
  /** What was chosen, guessed or left out, a sentence each. */
  notes: string[];
  /** Names of the columns or fields one of which may be read alone; none where there is no choice. */
  columns: string[];
  /** The one that is read alone; null: none is. */
  column: string | null;
}

export interface Divider {
  push(text: string): void;
  /** The texts that are not blank. */
  end(): Divided;
}

/** Blank texts are dropped as they come: a file of nothing but separators takes no memory. */
export class Texts {
  readonly list: string[] = [];
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** Whether it was taken. */
  add(text: string): boolean {
    if (text.trim() === '') return false;
    if (this.list.length === MOST_DOCUMENTS) {
      throw new UserError(dataWords.manyDocuments(this.#name, MOST_DOCUMENTS), {
        code: 'text-documents',
      });
    }
    this.list.push(text);
    return true;
  }
}
