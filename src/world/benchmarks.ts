/**
 * What a model of this world can be asked (toy-world.md §1). All questions but the code ones are put in the Q&A form,
 * about things Q&A text never asks about: other people, the other half of the sums and of the dictionary, list
 * operations kept out of the code source. The native probes ask the same facts in the encyclopedia's words: knowing a
 * fact and being able to answer for it are two things.
 */
import type { Item, Suite } from '../evaluate/suite.ts';
import { streamOf } from '../util/random.ts';
import { Draws } from './draws.ts';
import { Line } from './line.ts';
import { askCell, askFact, askStory, askWord, callExample, state, twoDigits, writeCall } from './sources.ts';
import { ATTRIBUTES, NATIVE } from './words.ts';
import { cell, RESULTS, type World } from './world.ts';

/** Questions about people a suite holds at most: ± 2.8 points of standard error at one half. */
const MOST_FACTS = 320;
const CODE_ITEMS = 192;
const READING_ITEMS = 200;
/** Options of a translation question, and how often each word is asked, with other wrong options each time. */
const TRANSLATION_OPTIONS = 16;
const TRANSLATION_ROUNDS = 3;

export function benchmarks(world: World): Suite[] {
  const suites: Suite[] = [
    {
      name: 'facts',
      role: 'benchmark',
      description: 'facts of people whom no Q&A text mentions',
      items: facts(world, 'current', 'asked'),
    },
    {
      name: 'archive',
      role: 'retention',
      description: 'facts of people who are rare in continued pretraining',
      items: facts(world, 'archive', 'asked'),
    },
  ];
  if (world.config.skills === 'all') {
    suites.push(
      {
        name: 'arithmetic',
        role: 'benchmark',
        description: 'sums and products Q&A text never asks for',
        items: arithmetic(world),
      },
      {
        name: 'code',
        role: 'benchmark',
        description: 'list operations that appear in no document',
        items: code(world),
      },
      {
        name: 'translate',
        role: 'benchmark',
        description: 'words whose meaning Q&A text never asks for',
        items: translate(world),
      },
      // Near chance until a model has seen millions of tokens, then suddenly solved: a mean with it would say little
      // else.
      { name: 'reading', role: 'probe', description: 'a question about a story just told', items: reading(world) },
    );
  }
  suites.push(
    {
      name: 'knows-facts',
      role: 'probe',
      description: "the facts suite in the encyclopedia's words",
      items: facts(world, 'current', 'stated'),
    },
    {
      name: 'knows-archive',
      role: 'probe',
      description: "the archive suite in the encyclopedia's words",
      items: facts(world, 'archive', 'stated'),
    },
  );
  return suites;
}

/** The text a writer writes. */
function written(world: World, write: (out: Line) => void): string {
  const out = new Line();
  write(out);
  return world.tokenizer.decode(out.tokens());
}

/** An item whose right answer stands at a random place among `wrong`. */
function item(draws: Draws, context: string, right: string, wrong: readonly string[]): Item {
  const answer = draws.integer(wrong.length + 1);
  return { context, choices: [...wrong.slice(0, answer), right, ...wrong.slice(answer)], answer };
}

/**
 * Facts of a group of people: the same ones whether asked for or left open in a statement. All values of the
 * attribute are options.
 */
function facts(world: World, group: 'current' | 'archive', form: 'asked' | 'stated'): Item[] {
  const draws = new Draws().open(world.seed, streamOf(`world.benchmark.${group}`), 0);
  const all = world.group[group].flatMap((person) => ATTRIBUTES.map((_, attribute) => ({ person, attribute })));
  return draws
    .shuffle(all)
    .slice(0, MOST_FACTS)
    .map(({ person, attribute }) => {
      const context = written(world, (out) => {
        if (form === 'asked') askFact(world, out, person, attribute);
        else state(world, out, person, attribute, NATIVE, null);
      });
      const right = world.lexicon.values[attribute]![world.fact(person, attribute)]!;
      return item(
        draws,
        context,
        right,
        world.lexicon.values[attribute]!.filter((value) => value !== right),
      );
    });
}

/** Four options: the result, the other operation's result, and results one or one step off. */
function arithmetic(world: World): Item[] {
  const draws = new Draws().open(world.seed, streamOf('world.benchmark.arithmetic'), 0);
  return world.unaskedCells.map((index) => {
    const { times, a, b, result } = cell(index);
    const near = draws.shuffle([times ? a + b : a * b, result + 1, Math.abs(result - 1), result + (times ? a : 2)]);
    const wrong = new Set(near.filter((number) => number !== result));
    while (wrong.size < 3) wrong.add(draws.other(RESULTS, result));
    const shown = (number: number) => twoDigits(number).join(' ');
    return item(
      draws,
      written(world, (out) => askCell(world, out, index)),
      shown(result),
      [...wrong].slice(0, 3).map(shown),
    );
  });
}

/**
 * Four options: the answer and, for one digit, other digits; for a list, the list with two places swapped or one
 * digit changed.
 */
function code(world: World): Item[] {
  const draws = new Draws();
  const stream = streamOf('world.benchmark.code');
  const seen = new Set<string>();
  const items: Item[] = [];
  for (let index = 0; items.length < CODE_ITEMS; index++) {
    const one = callExample(draws.open(world.seed, stream, index), true);
    const context = written(world, (out) => writeCall(world, out, one));
    if (seen.has(context)) continue;
    seen.add(context);
    const right = one.answer.join(' ');
    const wrong = new Set<string>();
    while (wrong.size < 3) {
      const other = [...one.answer];
      const place = draws.integer(other.length),
        swapped = draws.integer(other.length);
      if (other.length > 1 && draws.chance(0.5)) [other[place], other[swapped]] = [other[swapped]!, other[place]!];
      else other[place] = draws.integer(10);
      if (other.join(' ') !== right) wrong.add(other.join(' '));
    }
    items.push(item(draws, context, right, [...wrong]));
  }
  return items;
}

function translate(world: World): Item[] {
  const draws = new Draws().open(world.seed, streamOf('world.benchmark.translate'), 0);
  return Array.from({ length: TRANSLATION_ROUNDS }, () =>
    world.unaskedWords.map((word) => {
      const right = world.lexicon.native[word]!;
      const wrong = draws
        .shuffle(world.lexicon.native.filter((other) => other !== right))
        .slice(0, TRANSLATION_OPTIONS - 1);
      return item(
        draws,
        written(world, (out) => askWord(world, out, word)),
        right,
        wrong,
      );
    }),
  ).flat();
}

function reading(world: World): Item[] {
  const draws = new Draws();
  const stream = streamOf('world.benchmark.reading');
  return Array.from({ length: READING_ITEMS }, (_, index) => {
    const out = new Line();
    const { options, answer } = askStory(world, draws.open(world.seed, stream, index), out);
    const words = options.map((id) => world.tokenizer.words[id]!);
    return item(
      draws,
      world.tokenizer.decode(out.tokens()),
      words[answer]!,
      words.filter((_, option) => option !== answer),
    );
  });
}
