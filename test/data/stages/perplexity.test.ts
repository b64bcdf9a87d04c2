import { describe, expect, test } from 'vitest';
import { KneserNey } from '../../../src/data/stages/kneserNey.ts';
import { perplexity } from '../../../src/data/stages/perplexity.ts';
import { wordsOf } from '../../../src/data/stages/words.ts';
import { Draws } from '../../../src/world/draws.ts';
import { asSet, COUNT, groupBy, randomDocuments, run, sentence, shuffled } from './documents.ts';

const documents = randomDocuments();
const clean = documents.filter(({ source }) => source === 'wiki').map(({ text }) => text);

/** Words by a regular expression. */
const split = (text: string): string[] =>
  text.toLowerCase().match(/[\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_]+/gu) ?? [];

/** Interpolated Kneser–Ney from its definition: maps of strings, every count looked up anew. */
class PlainKneserNey {
  readonly #order: number;
  /** n-grams of the full order as they stand, with their counts. */
  readonly #counts: Map<string, number>[];
  readonly #vocabulary = new Set(['<unk>', '</s>']);

  constructor(order: number, texts: readonly string[]) {
    this.#order = order;
    this.#counts = Array.from({ length: order + 1 }, () => new Map<string, number>());
    const seen = Array.from({ length: order + 1 }, () => new Set<string>());
    for (const text of texts) {
      const words = [...Array.from({ length: order - 1 }, () => '<s>'), ...split(text), '</s>'];
      for (let end = order - 1; end < words.length; end++) {
        this.#vocabulary.add(words[end]!);
        const full = words.slice(end - order + 1, end + 1).join(' ');
        this.#counts[order]!.set(full, (this.#counts[order]!.get(full) ?? 0) + 1);
        for (let n = 2; n <= order; n++) seen[n]!.add(words.slice(end - n + 1, end + 1).join(' '));
      }
    }
    for (let n = order - 1; n >= 1; n--) {
      for (const longer of seen[n + 1]!) {
        const gram = longer.slice(longer.indexOf(' ') + 1);
        this.#counts[n]!.set(gram, (this.#counts[n]!.get(gram) ?? 0) + 1);
      }
    }
  }

  get vocabulary(): string[] {
    return [...this.#vocabulary];
  }

  /** c(h w) of all w by h, made when it is first asked for. */
  readonly #byHistory: Map<string, number[]>[] = [];
  #followers(n: number, history: string): number[] {
    this.#byHistory[n] ??= new Map(
      [...groupBy([...this.#counts[n]!], ([gram]) => gram.slice(0, Math.max(0, gram.lastIndexOf(' '))))].map(
        ([h, list]) => [h, list.map(([, count]) => count)],
      ),
    );
    return this.#byHistory[n].get(history) ?? [];
  }

  p(history: readonly string[], word: string): number {
    const n = history.length + 1;
    const below = n === 1 ? 1 / this.#vocabulary.size : this.p(history.slice(1), word);
    const counts = this.#followers(n, history.join(' '));
    const total = counts.reduce((a, b) => a + b, 0);
    if (total === 0) return below;
    const all = [...this.#counts[n]!.values()];
    const [once, twice] = [1, 2].map((times) => all.filter((count) => count === times).length);
    const discount = once! > 0 ? once! / (once! + 2 * twice!) : 0.5;
    const count = this.#counts[n]!.get([...history, word].join(' ')) ?? 0;
    return Math.max(count - discount, 0) / total + ((discount * counts.length) / total) * below;
  }

  perplexity(text: string): number {
    const words = [...split(text), '</s>'].map((word) => (this.#vocabulary.has(word) ? word : '<unk>'));
    const history = Array.from({ length: this.#order - 1 }, () => '<s>');
    let sum = 0;
    for (const word of words) {
      sum += Math.log(this.p(history.slice(history.length - this.#order + 1), word));
      history.push(word);
    }
    return Math.exp(-sum / words.length);
  }
}

const trained = (order: number, texts: readonly string[]): KneserNey => {
  const model = new KneserNey(order);
  for (const text of texts) model.learn(text);
  return model.finish();
};

test('words are runs of letters and digits, and runs of other marks', () => {
  for (const text of ['', ' ', 'One, two -- THREE_4?!', 'naïve café…  “quoted” 漢字\n\tx', ...clean.slice(0, 30)]) {
    const expected = split(text);
    const { count, first, second } = wordsOf(text);
    expect(count).toBe(expected.length);
    const found = Array.from({ length: count }, (_, i) => `${first[i]} ${second[i]}`);
    expected.forEach((word, i) => {
      const alone = wordsOf(word);
      expect(`${alone.first[0]} ${alone.second[0]}`).toBe(found[i]);
    });
    expect(new Set(found).size).toBe(new Set(expected).size);
  }
});

describe('Kneser–Ney', () => {
  test.each([1, 2, 3, 4])('of order %i sums to 1 after any history', (order) => {
    const model = trained(order, clean);
    const histories = ['', 'the', 'the of', 'never seen', 'of never', `${clean[0]}`, clean[1]!.slice(0, 60)];
    for (const history of histories) {
      const distribution = model.distribution(history);
      expect(distribution.length).toBe(model.vocabulary);
      expect(Math.min(...distribution)).toBeGreaterThan(0);
      // Rounding of some hundred additions: 1e-14.
      expect(Math.abs(distribution.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-9);
    }
  });

  test.each([1, 2, 3])('of order %i gives the perplexity that its definition gives', (order) => {
    const some = clean.slice(0, 15);
    const [model, plain] = [trained(order, some), new PlainKneserNey(order, some)];
    expect(model.vocabulary).toBe(plain.vocabulary.length);
    for (const text of [...some.slice(0, 3), clean[20]!, 'nothing 12 known here', 'the the the', '']) {
      const expected = plain.perplexity(text);
      expect(Math.abs(model.perplexity(text) / expected - 1)).toBeLessThan(1e-9);
    }
  });

  test('one word in a text that says nothing twice', () => {
    const model = trained(3, ['alone']);
    expect(model.distribution('').reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(Number.isFinite(model.perplexity('other words'))).toBe(true);
  });
});

describe('the filter', () => {
  const draws = new Draws().open(4, 80, 0);
  // More than the tenth of the judged documents that a percentile of 0.9 drops, however many documents there are.
  const noise = Array.from({ length: COUNT / 10 }, (_, i) => ({
    ...{ index: documents.length + i, id: `noise${i}`, source: 'web', date: null },
    text: Array.from({ length: 30 + i }, () =>
      draws.chance(0.1) ? 'the' : `q${draws.integer(1e6).toString(36)}`,
    ).join(' '),
  }));
  const list = [...documents, ...noise];

  test('drops what a threshold says, by the model of the clean sources alone', async () => {
    const value = 200;
    const model = trained(3, clean);
    const expected = list.filter(({ source, text }) => source === 'wiki' || model.perplexity(text) <= value);
    const { kept, report } = await run(perplexity, list, { clean: ['wiki'], limit: { value } });
    expect(kept).toEqual(expected);
    expect(kept.length).toBeLessThan(list.length);
    expect(report.reasons.get('perplexity')).toBe(list.length - kept.length);
  });

  test('drops the worst share where a percentile is asked for', async () => {
    const judged = list.filter(({ source }) => source !== 'wiki').length;
    const { kept } = await run(perplexity, list, { clean: ['wiki'], limit: { percentile: 0.9 } });
    // Documents at the limit stay, and there are as many of the same text as there are copies.
    expect(list.length - kept.length).toBeGreaterThan(0.05 * judged);
    expect(list.length - kept.length).toBeLessThanOrEqual(Math.floor(0.1 * judged));
    const left = new Set(kept);
    for (const one of list.filter((other) => !left.has(other))) expect(one.id).toMatch(/^noise/);
  });

  test('calibrates itself on the clean sources’ words in random order', async () => {
    const { kept, report } = await run(perplexity, list, { clean: ['wiki'], limit: { calibrated: 0.5 } });
    expect(kept.some(({ id }) => id?.startsWith('noise'))).toBe(false);
    expect(list.length - noise.length - kept.length).toBeLessThanOrEqual(0.02 * list.length);
    expect(report.details.limit).toBeLessThan(5000);
  });

  test.each([{ percentile: 0.9 }, { calibrated: 0.2 }])(
    'keeps the same set in any order of input: %j',
    async (limit) => {
      const options = { clean: ['wiki'], limit, mostTraining: 20_000 };
      const expected = asSet((await run(perplexity, list, options)).kept);
      expect(asSet((await run(perplexity, shuffled(list, 5), options)).kept)).toEqual(expected);
    },
  );

  test('learns from no more text than there is room for', async () => {
    const all = clean.join('').length;
    const { report } = await run(perplexity, list, { clean: ['wiki'], mostTraining: all / 4 });
    const { words } = report.details.trainedOn as { words: number };
    const whole = (await run(perplexity, list, { clean: ['wiki'] })).report.details.trainedOn as { words: number };
    expect(words / whole.words).toBeGreaterThan(0.05);
    expect(words / whole.words).toBeLessThan(0.5);
  });
});

test('a sentence is one of the test’s own', () => expect(split(sentence(new Draws().open(1, 1, 1), 5)).length).toBe(6));
