/**
 * Interpolated Kneser–Ney n-grams (Kneser & Ney, 1995; Chen & Goodman, 1999), one discount an order:
 *
 *     p(w | h) = max(c(h w) − D, 0) / c(h) + D · N(h ·) / c(h) · p(w | h less its first word)
 *
 * c is a count for the longest n-grams and, for shorter ones, the number of words seen before them; N(h ·) is the number of words seen
 * behind h. Below words stands 1 / V over every word, the end of a document and one word for all that are unknown. A document begins
 * with order − 1 marks that are never predicted. Probabilities of all V after any history sum to 1.
 */
import { exp, log } from '../../util/elementary.ts';
import { randomInteger, streamOf } from '../../util/random.ts';
import { Column, PairTable } from './columns.ts';
import { wordsOf } from './words.ts';

const UNKNOWN = 0;
const END = 1;
const BEGIN = 2;
const NOISE = streamOf('curation.noise');
/** Words proper are numbered from here. */
const FIRST = 3;

export class KneserNey {
  readonly order: number;
  /** Words that training saw, the documents' ends among them. */
  tokens = 0;
  readonly #words = new PairTable();
  /** n-grams of length m are #grams[m], told by their history's number among those of length m − 1 and their last word. */
  readonly #grams: PairTable[];
  readonly #counts: Column<Uint32Array>[];
  /** Of each history (length m − 1): c(h) and N(h ·). */
  #totals: Float64Array[] = [];
  #types: Float64Array[] = [];
  #discounts: number[] = [];
  /** Words in an order that does not depend on when they were learnt; made when it is first asked for. */
  #sorted: Uint32Array | null = null;
  readonly #current: Int32Array;
  readonly #before: Int32Array;

  constructor(order: number) {
    this.order = order;
    this.#grams = Array.from({ length: order + 1 }, () => new PairTable());
    this.#counts = Array.from({ length: order + 1 }, () => new Column(Uint32Array));
    this.#current = new Int32Array(order + 1);
    this.#before = new Int32Array(order + 1);
  }

  /** Words that can be predicted: all that were seen, the end and the unknown one. */
  get vocabulary(): number {
    return this.#words.size + 2;
  }

  learn(text: string): void {
    const { count, first, second } = wordsOf(text);
    this.#before.fill(-1);
    this.#before[0] = 0;
    for (let i = 1; i < this.order; i++) this.#enter(BEGIN, false);
    for (let i = 0; i < count; i++) this.#enter(FIRST + this.#words.add(first[i]!, second[i]!), true);
    this.#enter(END, true);
    this.tokens += count + 1;
  }

  /** A word behind the history in #before; only what is predicted counts. */
  #enter(word: number, predicted: boolean): void {
    const [before, current] = [this.#before, this.#current];
    current.fill(-1);
    current[0] = 0;
    for (let m = 1; m <= this.order && before[m - 1]! >= 0; m++) {
      const grams = this.#grams[m]!;
      const { size } = grams;
      const number = (current[m] = grams.add(before[m - 1]!, word));
      if (number === size) this.#counts[m]!.push(0);
      if (!predicted) continue;
      if (m === this.order) this.#counts[m]!.data[number]!++;
      // A new n-gram is one more word before what is left of it without its first.
      if (number === size && m > 1) this.#counts[m - 1]!.data[current[m - 1]!]!++;
    }
    before.set(current);
  }

  /** Ends training: totals and discounts. */
  finish(): this {
    const { order } = this;
    this.#totals = [new Float64Array(0)];
    this.#types = [new Float64Array(0)];
    this.#discounts = [0];
    for (let m = 1; m <= order; m++) {
      const grams = this.#grams[m]!;
      const histories = m === 1 ? 1 : this.#grams[m - 1]!.size;
      const totals = new Float64Array(histories);
      const types = new Float64Array(histories);
      let [once, twice] = [0, 0];
      for (let number = 0; number < grams.size; number++) {
        const count = this.#counts[m]!.data[number]!;
        if (count === 0) continue;
        const history = m === 1 ? 0 : grams.first.data[number]!;
        totals[history]! += count;
        types[history]! += 1;
        if (count === 1) once++;
        else if (count === 2) twice++;
      }
      this.#totals.push(totals);
      this.#types.push(types);
      // Ney's estimate; without n-grams seen once there is none, and something must be left for the unseen.
      this.#discounts.push(once > 0 ? once / (once + 2 * twice) : 0.5);
    }
    return this;
  }

  /** Probability of a word after the history that #before holds; #current is the history after it. */
  #step(word: number): number {
    const [before, current] = [this.#before, this.#current];
    let probability = 1 / this.vocabulary;
    current[0] = 0;
    for (let m = 1; m <= this.order; m++) {
      const history = before[m - 1]!;
      let number = -1;
      if (history >= 0) {
        number = this.#grams[m]!.find(history, word);
        const total = this.#totals[m]![history]!;
        if (total > 0) {
          const discount = this.#discounts[m]!;
          const count = number >= 0 ? this.#counts[m]!.data[number]! : 0;
          const left = discount * this.#types[m]![history]!;
          probability = (Math.max(count - discount, 0) + left * probability) / total;
        }
      }
      current[m] = number;
    }
    before.set(current);
    return probability;
  }

  #begin(): void {
    this.#before.fill(-1);
    this.#before[0] = 0;
    for (let i = 1; i < this.order; i++) this.#step(BEGIN);
  }

  /** Sum of log p over a text's words and its end, and how many they are. */
  logProbability(text: string): { sum: number; tokens: number } {
    const { count, first, second } = wordsOf(text);
    this.#begin();
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const word = this.#words.find(first[i]!, second[i]!);
      sum += log(this.#step(word < 0 ? UNKNOWN : FIRST + word));
    }
    sum += log(this.#step(END));
    return { sum, tokens: count + 1 };
  }

  /** p of each of a text's words after those before it, as wordsOf parts them. */
  wordProbabilities(text: string): Float64Array {
    const { count, first, second } = wordsOf(text);
    const ids = Array.from({ length: count }, (_, i) => this.#words.find(first[i]!, second[i]!));
    this.#begin();
    return Float64Array.from(ids, (word) => this.#step(word < 0 ? UNKNOWN : FIRST + word));
  }

  perplexity(text: string): number {
    const { sum, tokens } = this.logProbability(text);
    return exp(-sum / tokens);
  }

  /** Perplexity of `words` words of the vocabulary, each as likely as the other; `text` numbers the draw. */
  noisePerplexity(text: number, words: number): number {
    const { first, second, size } = this.#words;
    if (size === 0) return this.vocabulary;
    this.#sorted ??= Uint32Array.from({ length: size }, (_, i) => i).sort(
      (a, b) => first.data[a]! - first.data[b]! || second.data[a]! - second.data[b]!,
    );
    this.#begin();
    let sum = 0;
    for (let i = 0; i < words; i++) sum += log(this.#step(FIRST + this.#sorted[randomInteger(text, NOISE, i, size)]!));
    return exp(-(sum + log(this.#step(END))) / (words + 1));
  }

  /** p of every word that can be predicted after a text's words: the unknown, the end, then words in the order they were learnt. */
  distribution(history: string): Float64Array {
    const { count, first, second } = wordsOf(history);
    const ids = Array.from({ length: count }, (_, i) => this.#words.find(first[i]!, second[i]!)).map((word) =>
      word < 0 ? UNKNOWN : FIRST + word,
    );
    this.#begin();
    for (const id of ids) this.#step(id);
    const held = this.#before.slice();
    return Float64Array.from({ length: this.vocabulary }, (_, k) => {
      this.#before.set(held);
      return this.#step(k < 2 ? k : k - 2 + FIRST);
    });
  }
}
