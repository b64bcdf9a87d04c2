import { type Divided, type Divider, Texts } from './texts.ts';

/** What ends a document inside a plain text file: a form feed or the end-of-text mark, with the line break after it. */
const SEPARATOR = /(?:\f|<\|endoftext\|>)\r?\n?/g;
/** Its greatest length in UTF-16 units: so much of a piece's end may belong to a separator that the next one finishes. */
const LONGEST_SEPARATOR = 15;

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

  end(): Divided {
    this.#divide(this.#open, 0);
    this.#texts.add(this.#settled.join('') + this.#open);
    return { texts: this.#texts.list, notes: [], columns: [], column: null };
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
