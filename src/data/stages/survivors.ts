/** Which of several copies stays. Older is the paper's choice: the older copy has been scraped and mangled less often. */
import { pcg3d, streamOf } from '../../util/random.ts';
import { Column } from './columns.ts';
import { keyOf, type RawDocument } from './stage.ts';

export const SURVIVORS = ['older', 'newer', 'random'] as const;
export type Survivor = (typeof SURVIVORS)[number];

export interface SurvivorOptions {
  survivor: Survivor;
  /** From old to new, for documents without a date; sources not named come last, by name. */
  sources: readonly string[];
  seed: number;
}

export const anySurvivor: SurvivorOptions = { survivor: 'older', sources: [], seed: 1 };

const STREAM = streamOf('curation.survivor');

/**
 * What decides between copies, 22 bytes of a document: its date, where it has one; then its source's place; then bits of its own, so
 * that the order documents come in never decides. Entries are numbered as they are pushed.
 */
export class Claims {
  readonly index = new Column(Uint32Array);
  readonly #date = new Column(Float64Array);
  readonly #source = new Column(Uint16Array);
  readonly #high = new Column(Uint32Array);
  readonly #low = new Column(Uint32Array);
  readonly #options: SurvivorOptions;
  /** Names by number, and their places. */
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];

  constructor(options: SurvivorOptions) {
    this.#options = options;
    for (const source of options.sources) this.#numberOf(source);
  }

  get length(): number {
    return this.index.length;
  }

  push(document: RawDocument): void {
    this.put(this.length, document);
  }

  /** Puts a document in place of entry `at`, or behind the last. */
  put(at: number, document: RawDocument): void {
    let [high, low] = keyOf(document);
    if (this.#options.survivor === 'random') [high, low] = pcg3d(this.#options.seed ^ STREAM, high, low);
    const values: [Column<Uint32Array> | Column<Float64Array> | Column<Uint16Array>, number][] = [
      [this.index, document.index],
      [this.#date, document.date ?? NaN],
      [this.#source, this.#numberOf(document.source)],
      [this.#high, high],
      [this.#low, low],
    ];
    for (const [column, value] of values) {
      if (at === column.length) column.push(value);
      else column.data[at] = value;
    }
  }

  /** Whether entry `a` stays rather than entry `b`. */
  before(a: number, b: number): boolean {
    const { survivor } = this.#options;
    if (survivor !== 'random') {
      const newer = survivor === 'newer';
      const [dateA, dateB] = [this.#date.data[a]!, this.#date.data[b]!];
      // A document without a date is not known to be older, nor newer, than one that has one: it goes.
      const [noA, noB] = [Number.isNaN(dateA), Number.isNaN(dateB)];
      if (noA !== noB) return noB;
      if (!noA && dateA !== dateB) return newer ? dateA > dateB : dateA < dateB;
      const order = this.#placeOrder(this.#source.data[a]!, this.#source.data[b]!);
      if (order !== 0) return newer ? order > 0 : order < 0;
    }
    return this.keyBefore(a, b);
  }

  /** An order that neither age nor place has a part in. */
  keyBefore(a: number, b: number): boolean {
    const high = this.#high.data[a]! - this.#high.data[b]!;
    if (high !== 0) return high < 0;
    const low = this.#low.data[a]! - this.#low.data[b]!;
    if (low !== 0) return low < 0;
    // Without ids, copies of one source have equal bits: their dates tell them apart, and what has none comes last.
    const [dateA, dateB] = [this.#date.data[a]!, this.#date.data[b]!].map((date) =>
      Number.isNaN(date) ? Infinity : date,
    );
    return dateA !== dateB ? dateA! < dateB! : this.index.data[a]! < this.index.data[b]!;
  }

  #placeOrder(a: number, b: number): number {
    if (a === b) return 0;
    const named = this.#options.sources.length;
    if (a < named || b < named) return a - b;
    return this.#names[a]! < this.#names[b]! ? -1 : 1;
  }

  #numberOf(source: string): number {
    let number = this.#numbers.get(source);
    if (number === undefined) {
      number = this.#names.push(source) - 1;
      this.#numbers.set(source, number);
    }
    return number;
  }
}
