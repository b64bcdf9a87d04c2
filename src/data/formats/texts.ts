/** What a file's texts are collected in, and what came of it. */
import { UserError } from '../../util/errors.ts';
import { dataWords } from '../../words/data.ts';

/** Documents a file. Each costs memory beside its text; natural documents of this number exceed every other limit. */
const MOST_DOCUMENTS = 1 << 22;
/** Of a file whose texts are not kept: each still has its place among the tokens. */
const MOST_PASSED_ON = 1 << 25;

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
  /** Of those that are not blank. */
  count = 0;
  readonly #name: string;
  readonly #take: ((text: string) => void) | null;

  /** @param take gets each in place of the list. */
  constructor(name: string, take: ((text: string) => void) | null = null) {
    this.#name = name;
    this.#take = take;
  }

  /** Whether it was taken. */
  add(text: string): boolean {
    if (text.trim() === '') return false;
    this.counts();
    if (this.#take) this.#take(text);
    else this.list.push(text);
    return true;
  }

  /** One that is taken elsewhere. */
  counts(): void {
    const most = this.#take ? MOST_PASSED_ON : MOST_DOCUMENTS;
    if (this.count === most) throw new UserError(dataWords.manyDocuments(this.#name, most), { code: 'text-documents' });
    this.count++;
  }
}
