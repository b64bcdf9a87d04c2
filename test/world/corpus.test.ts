import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { WorldCorpus, HELD_OUT } from '../../src/world/corpus.ts';
import { World } from '../../src/world/world.ts';
import { UNKNOWN } from '../../src/world/words.ts';
import { FACTS, WHOLE } from './configs.ts';
import { EXPECTED } from './hashes.ts';

const whole = new WorldCorpus(new World(WHOLE, 1));
const facts = new WorldCorpus(new World(FACTS, 1));

/** Documents of a source as text. */
const texts = (corpus: WorldCorpus, source: string, count: number, first = 0) =>
  Array.from({ length: count }, (_, i) => corpus.text(source, first + i));

describe('bytes', () => {
  // A seed's bytes are part of every recorded result: a change here makes them another world's, and asks for new
  // recordings.
  test.each(Object.keys(EXPECTED.whole))('of %s in the whole world are the recorded ones', (source) => {
    expect(hash(whole.lines(source, 0, 2000))).toBe(EXPECTED.whole[source]);
  });
  test('cover every source', () => {
    expect(Object.keys(EXPECTED.whole)).toEqual(whole.sources.map(({ name }) => name));
    expect(Object.keys(EXPECTED.facts)).toEqual(facts.sources.map(({ name }) => name));
  });
  test.each(Object.keys(EXPECTED.facts))('of %s in the world of facts are the recorded ones', (source) => {
    expect(hash(facts.lines(source, 0, 2000))).toBe(EXPECTED.facts[source]);
  });
  test('of another seed are others', () => {
    expect(hash(new WorldCorpus(new World(WHOLE, 2)).lines('wiki', 0, 2000))).not.toBe(EXPECTED.whole.wiki);
  });
});

test('a document does not depend on those written before it', () => {
  const before = whole.text('books', 77);
  whole.lines('qa', 0, 50);
  expect(whole.text('books', 77)).toBe(before);
  expect(new WorldCorpus(new World(WHOLE, 1)).text('books', 77)).toBe(before);
});

test('lines are the texts, one a line', () => {
  expect(new TextDecoder().decode(whole.lines('multi', 10, 3))).toBe(
    texts(whole, 'multi', 3, 10)
      .map((text) => `${text}\n`)
      .join(''),
  );
});

test('documents are as long as the design says (toy-world.md §1), within 4 %', () => {
  // Means of 800 documents of the reference generator, whose sentences are others of the same lengths.
  const expected = { web: 26.8, wiki: 24.5, books: 28, code: 25.9, math: 21.9, multi: 16.3, forum: 15.3 };
  for (const [source, length] of Object.entries(expected)) {
    expect(whole.averageTokens(source) / length, source).toBeGreaterThan(0.96);
    expect(whole.averageTokens(source) / length, source).toBeLessThan(1.04);
  }
});

test("the vocabulary covers every document and stays inside the models' embeddings", () => {
  expect(whole.world.tokenizer.size).toBeLessThanOrEqual(320);
  expect(new World({ ...WHOLE, people: 900, names: 32 }, 1).tokenizer.size).toBeLessThanOrEqual(320);
  expect(facts.world.tokenizer.size).toBeLessThanOrEqual(192);
  for (const corpus of [whole, facts]) {
    for (const { name } of corpus.sources) expect(texts(corpus, name, 500).join(' ')).not.toContain(UNKNOWN);
  }
});

describe('truth', () => {
  const world = whole.world;
  /**
   * Value that a statement gives for each fact: "the pet of F L is V" and the other ways are told apart by their
   * words.
   */
  const personOf = new Map(
    Array.from({ length: WHOLE.people }, (_, p) => [
      `${world.tokenizer.words[world.firstName[p]!]} ${world.tokenizer.words[world.lastName[p]!]}`,
      p,
    ]),
  );
  /** The first person a text names, by two words that follow each other. */
  const personIn = (text: string): [name: string, person: number] => {
    const words = text.split(' ');
    const names = words.slice(1).map((word, i) => `${words[i]} ${word}`);
    const name = names.find((one) => personOf.has(one))!;
    return [name, personOf.get(name)!];
  };
  const shareOfGroup = (source: string, group: string) => {
    const found = texts(whole, source, 6000).map((text) => personIn(text)[1]);
    return found.filter((person) => world.groupOf(person) === group).length / found.length;
  };

  test('people have different names and three groups of equal size', () => {
    expect(personOf.size).toBe(WHOLE.people);
    expect(Object.values(world.group).map((people) => people.length)).toEqual([187, 187, 186]);
  });
  test('the encyclopedia never states a wrong value', () => {
    const wrong = texts(whole, 'wiki', 3000).filter((text) => {
      const [name, person] = personIn(text);
      const stated = text.split(' ').filter((word) => world.lexicon.native.includes(word));
      const known = world.lexicon.values.map((list, a) => list[world.fact(person, a)]!);
      return (
        !text.split(' . ').every((sentence) => sentence.includes(name)) ||
        !stated.every((value) => known.includes(value))
      );
    });
    expect(wrong).toEqual([]);
  });
  test('the web is wrong in 30 % of its values, drawn from all of them', () => {
    let wrong = 0,
      count = 0;
    for (const text of texts(whole, 'web', 4000)) {
      const [, person] = personIn(text);
      const stated = text.split(' ').filter((word) => world.lexicon.native.includes(word));
      stated.forEach((value, a) => (wrong += Number(value !== world.lexicon.values[a]![world.fact(person, a)])));
      count += stated.length;
    }
    expect(count).toBe(4 * 4000);
    // 0.3 · 15/16 = 0.281; five standard errors of 16,000 draws are 0.018.
    expect(Math.abs(wrong / count - 0.3 * (15 / 16))).toBeLessThan(0.018);
  });
  test('archive people are a third of the old corpora and rare in the recent ones', () => {
    // 0.15/2.15 = 0.070 of the recent mentions; five standard errors of 6,000 draws are at most 0.03.
    for (const source of ['web', 'wiki']) expect(Math.abs(shareOfGroup(source, 'archive') - 1 / 3)).toBeLessThan(0.03);
    for (const source of ['web-recent', 'wiki-recent'])
      expect(Math.abs(shareOfGroup(source, 'archive') - 0.07)).toBeLessThan(0.02);
  });
  test('list operations, sums and translations are right', () => {
    for (const text of texts(whole, 'code', 300)) {
      for (const [, operation, list, answer] of text.matchAll(/>>> (\w+) \( ([\d ]+) \) = ([\d ]+)(?= >>>|$)/g)) {
        const digits = list!.split(' ').map(Number);
        const right = {
          first: [digits[0]],
          last: digits.slice(-1),
          max: [Math.max(...digits)],
          min: [Math.min(...digits)],
          reverse: digits.toReversed(),
        }[operation!];
        expect(answer!.trim()).toBe(right!.join(' '));
      }
    }
    for (const text of texts(whole, 'math', 300)) {
      for (const [, a, operation, b, ten, one] of text.matchAll(/(\d) ([+x]) (\d) = (\d) (\d) \./g)) {
        expect(Number(`${ten}${one}`)).toBe(operation === '+' ? Number(a) + Number(b) : Number(a) * Number(b));
      }
    }
    const meaning = new Map(
      world.nativeId.map((id, w) => [world.tokenizer.words[id]!, world.tokenizer.words[world.foreignId[w]!]!]),
    );
    for (const text of texts(whole, 'multi', 300)) {
      for (const [, left, right] of text.matchAll(/(\w+) = (\w+) ;/g))
        expect(meaning.get(left!) === right || meaning.get(right!) === left).toBe(true);
    }
  });
  test("a quarter of the forum's answers is drawn at random, and none of the Q&A set's", () => {
    const wrongShare = (source: string) => {
      const asked = texts(whole, source, 12_000).flatMap((text) => [
        ...text.matchAll(/^question : what is the (\w+) of (\w+ \w+) \? answer : (\w+)$/g),
      ]);
      expect(asked.length).toBeGreaterThan(5000);
      const wrong = asked.filter(([, attribute, name, answer]) => {
        const a = ['city', 'job', 'pet', 'food'].indexOf(attribute!);
        return world.lexicon.values[a]![world.fact(personOf.get(name!)!, a)] !== answer;
      });
      return wrong.length / asked.length;
    };
    expect(Math.abs(wrongShare('forum') - 0.25 * (15 / 16))).toBeLessThan(0.03); // five standard errors of 6,000 draws
    expect(wrongShare('qa')).toBe(0);
  });
});

describe('the Q&A set', () => {
  test('is a fixed pool in the shares of its categories', () => {
    expect(Object.entries(whole.pool).map(([category, documents]) => [category, documents.length])).toEqual([
      ['facts', 200],
      ['reading', 80],
      ['arithmetic', 60],
      ['translation', 60],
    ]);
    const pool = new Set(whole.poolTexts('qa'));
    expect(texts(whole, 'qa', 3000).filter((text) => !pool.has(text))).toEqual([]);
    expect(new Set(texts(whole, 'qa', 20_000)).size).toBe(pool.size);
    expect(facts.poolTexts('qa')).toHaveLength(60);
  });
  test('holds out clean questions that are not in the pool', () => {
    for (const corpus of [whole, facts]) {
      const pool = new Set(corpus.poolTexts('qa'));
      for (const text of texts(corpus, 'qa', 500, HELD_OUT)) expect(pool.has(text)).toBe(false);
    }
  });
});

test('errors name what is missing', () => {
  expect(() => whole.text('papers', 0)).toThrow(/no source "papers"; it has web, wiki/);
  expect(() => new World({ ...WHOLE, people: 800 }, 1)).toThrow(
    /28 first and last names give 6 to 784 people, not 800/,
  );
  expect(() => new World({ ...WHOLE, names: 33 }, 1)).toThrow(/1 to 32 first names, not 33/);
});

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
