import { describe, expect, test } from 'vitest';
import { benchmarks } from '../../src/world/benchmarks.ts';
import { WorldCorpus } from '../../src/world/corpus.ts';
import { World } from '../../src/world/world.ts';
import { FACTS, WHOLE } from './configs.ts';

const worlds = { whole: new World(WHOLE, 3), facts: new World(FACTS, 3) };

describe.each(Object.entries(worlds))('suites of the %s world', (name, world) => {
  const suites = benchmarks(world);

  test('are the ones the design names', () => {
    expect(suites.filter(({ role }) => role !== 'probe').map((suite) => suite.name)).toEqual(
      name === 'whole' ? ['facts', 'archive', 'arithmetic', 'code', 'translate'] : ['facts', 'archive'],
    );
  });
  test('ask with different choices, one right answer, at every place', () => {
    for (const { items } of suites) {
      for (const { choices, answer } of items) {
        expect(new Set(choices).size).toBe(choices.length);
        expect(choices[answer]).toBeDefined();
      }
      // Every place is used, so that a model which always prefers one place is at chance.
      const places = new Set(items.map(({ answer }) => answer));
      expect(places.size).toBe(Math.max(...items.map(({ choices }) => choices.length)));
    }
  });
  test('ask what is true', () => {
    const factSuites = suites.filter((suite) => ['facts', 'archive'].includes(suite.name));
    for (const suite of factSuites) {
      for (const { context, choices, answer } of suite.items) {
        const [, attribute, first, last] = /the (\w+) of (\w+) (\w+)/.exec(context)!;
        const person = world.firstName.findIndex(
          (id, p) => world.tokenizer.words[id] === first && world.tokenizer.words[world.lastName[p]!] === last,
        );
        const a = ['city', 'job', 'pet', 'food'].indexOf(attribute!);
        expect(world.groupOf(person)).toBe(suite.name === 'facts' ? 'current' : 'archive');
        expect(choices[answer]).toBe(world.lexicon.values[a]![world.fact(person, a)]);
      }
    }
  });
  test('are the same for the same seed and others for another', () => {
    expect(benchmarks(new World(world.config, 3))).toEqual(suites);
    expect(benchmarks(new World(world.config, 4))).not.toEqual(suites);
  });
  test('probes ask the same facts in other words', () => {
    for (const [asked, stated] of [
      ['facts', 'knows-facts'],
      ['archive', 'knows-archive'],
    ]) {
      const of = (suite: string | undefined) =>
        suites
          .find((one) => one.name === suite)!
          .items.map(
            ({ context, choices, answer }) => `${/the (\w+ of \w+ \w+)/.exec(context)![1]} ${choices[answer]}`,
          );
      expect(of(stated)).toEqual(of(asked));
    }
  });
});

/**
 * Leakage, more strictly than by answers: the question itself stands nowhere, whatever follows it. `reading` is asked
 * about a story in its own context and tests just that; the probes are statements the corpora make, and test just
 * that.
 */
describe('no benchmark question stands in training text', () => {
  test.each(Object.entries(worlds))('of the %s world', (_, world) => {
    const corpus = new WorldCorpus(world);
    const asked = benchmarks(world)
      .filter(({ role }) => role !== 'probe')
      .flatMap(({ items }) => items);
    const contexts = new Set(asked.map(({ context }) => context));
    const pattern = /question : [^?\n]*\? answer :|>>> \w+ \([^)]*\) =/g;
    // The pattern finds what it is to find.
    for (const { context } of asked) expect(context.match(pattern)).toEqual([context]);
    let looked = 0,
      questions = 0;
    const leaked: string[] = [];
    for (const { name } of corpus.sources) {
      const text = new TextDecoder().decode(corpus.lines(name, 0, 10_000));
      looked += text.length;
      // Every question and every call in the text, up to its answer.
      for (const [context] of text.matchAll(pattern)) {
        questions++;
        if (contexts.has(context)) leaked.push(`${name}: ${context}`);
      }
    }
    expect(leaked).toEqual([]);
    expect(looked).toBeGreaterThan(5e6);
    expect(questions).toBeGreaterThan(25_000);
  });

  test('and Q&A text asks only about the people, sums and words it may', () => {
    const world = worlds.whole,
      corpus = new WorldCorpus(world);
    const mayBeAsked = new Set(
      world.group.qa.map(
        (p) => `${world.tokenizer.words[world.firstName[p]!]} ${world.tokenizer.words[world.lastName[p]!]}`,
      ),
    );
    for (const name of ['forum', 'qa']) {
      const text = new TextDecoder().decode(corpus.lines(name, 0, 20_000));
      const asked = [...text.matchAll(/question : what is the \w+ of (\w+ \w+) \?/g)].map(([, person]) => person!);
      expect(asked.filter((person) => !mayBeAsked.has(person))).toEqual([]);
    }
  });
});
