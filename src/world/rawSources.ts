/**
 * What stands beside the raw web: sources that nobody crawled, each a fixed pool; the words of all of them, and what a model that has
 * read them can be asked.
 */
import type { Item, Suite } from '../evaluate/suite.ts';
import { streamOf } from '../util/random.ts';
import { Draws } from './draws.ts';
import {
  ADVERTS,
  RAW_ATTRIBUTES,
  BOILERPLATE,
  DOMAINS,
  FIRST_NAMES,
  FOOTER,
  FOREIGN,
  LAST_NAMES,
  OBJECTS,
  PRODUCTS,
  REGISTERS,
  ROOMS,
  RUDE,
  SLOPPY,
  RAW_STATEMENTS,
  SYMBOLS,
  VALUES,
} from './rawWords.ts';
import { piecesOf, WordTokenizer } from './tokenizer.ts';
import { END_WORD, UNKNOWN } from './words.ts';

/** What is true, and how it is said (rawWeb.ts makes it). */
export interface KnownWorld {
  readonly config: { people: number };
  readonly seed: number;
  readonly names: readonly string[];
  readonly facts: Uint8Array;
  readonly foreign: readonly string[];
  statement(domain: number, way: number, person: number, value: number): string;
  valueOf(person: number, domain: number): string;
}

/** Tokens of each beside a web of two million. */
export const CLEAN_TOKENS = { wiki: 16_000, books: 27_000, code: 40_000, math: 20_000, multi: 130_000, forum: 27_000 };
export type CleanSource = keyof typeof CLEAN_TOKENS;
export const CLEAN_SOURCES = Object.keys(CLEAN_TOKENS) as CleanSource[];

const OPERATIONS = ['first', 'last', 'max', 'min', 'rev'] as const;
/** One answer in four of the forum's is drawn at random. */
const WRONG = 0.25;
/** The way of stating a fact that the benchmarks complete. */
const ASKED_WAY = 2;

/** A sentence a line. */
export const lines = (sentences: readonly string[]): string =>
  sentences
    .filter((one) => one !== '')
    .map((one) => `${one}.`)
    .join('\n');

export function cleanDocument(source: CleanSource, world: KnownWorld, draws: Draws): string {
  switch (source) {
    case 'wiki':
      return biography(world, draws);
    case 'books':
      return story(draws);
    case 'code':
      return Array.from({ length: 2 + draws.integer(2) }, () => operation(draws).join(' ')).join('\n');
    case 'math':
      return Array.from({ length: 2 + draws.integer(3) }, () => {
        const sum = draws.integer(CELLS);
        return `${cellText(sum)} = ${digits(resultOf(sum))} .`;
      }).join('\n');
    case 'multi':
      return draws.chance(0.5) ? dictionary(world, draws) : described(world, draws);
    case 'forum':
      return forum(world, draws);
  }
}

/** An encyclopedia that knows only even people, all of it true. */
function biography(world: KnownWorld, draws: Draws): string {
  const person = 2 * draws.integer(Math.ceil(world.config.people / 2));
  const order = draws.shuffle(DOMAINS.map((_, domain) => domain)).slice(0, 3 + draws.integer(2));
  return lines(
    order.map((domain) =>
      world.statement(domain, draws.integer(4), person, world.facts[DOMAINS.length * person + domain]!),
    ),
  );
}

/** Who put what where, and who ate what; then both again. */
function story(draws: Draws): string {
  const [who, other] = draws.shuffle([...FIRST_NAMES]);
  const [thing, room, food] = [draws.pick(OBJECTS), draws.pick(ROOMS), draws.pick(VALUES[3]!)];
  const told = draws.shuffle([
    [`${who} put the ${thing} in the ${room}`, `so ${who} had put it in the ${room}`],
    [`${other} ate ${food}`, `so ${other} had eaten ${food}`],
  ]);
  return lines([told[0]![0]!, told[1]![0]!, told[0]![1]!, told[1]![1]!]);
}

/** A list operation at a prompt, and its result. */
function operation(draws: Draws): [call: string, result: string] {
  const name = draws.pick(OPERATIONS);
  const list = Array.from({ length: 3 + draws.integer(2) }, () => draws.integer(10));
  const results = {
    first: [list[0]!],
    last: [list.at(-1)!],
    max: [Math.max(...list)],
    min: [Math.min(...list)],
    rev: list.toReversed(),
  };
  return [`>>> ${name} ( ${list.join(' ')} ) =`, results[name].join(' ')];
}

/** Sums and products of two digits: cells 0 to 99, 100 to 199. */
const CELLS = 200;
const RESULTS = 82;
const cellText = (cell: number): string => `${Math.floor(cell / 10) % 10} ${cell < 100 ? '+' : 'x'} ${cell % 10}`;
const resultOf = (cell: number): number => {
  const [a, b] = [Math.floor(cell / 10) % 10, cell % 10];
  return cell < 100 ? a + b : a * b;
};
const digits = (result: number): string => `${Math.floor(result / 10)} ${result % 10}`;

function dictionary(world: KnownWorld, draws: Draws): string {
  const native = VALUES.flat();
  const entries = Array.from({ length: 4 + draws.integer(3) }, () => {
    const word = draws.integer(native.length);
    const pair = [native[word]!, world.foreign[word]!];
    return `${(draws.chance(0.5) ? pair : pair.toReversed()).join(' = ')} ;`;
  });
  return `dict : ${entries.join(' ')}`;
}

/** A person in the second language: four of their values. */
function described(world: KnownWorld, draws: Draws): string {
  const person = draws.integer(world.config.people);
  const order = draws.shuffle(DOMAINS.map((_, domain) => domain)).slice(0, 4);
  const words = order.map(
    (domain) => world.foreign[VALUES[0]!.length * domain + world.facts[DOMAINS.length * person + domain]!]!,
  );
  return `${world.names[person]!} zu ${words.join(' ')} .`;
}

const question = (world: KnownWorld, person: number, domain: number): string =>
  `question : what is the ${RAW_ATTRIBUTES[domain]!} of ${world.names[person]!} ? answer :`;

/** The forum asks for every third person. */
const isAsked = (person: number): boolean => person % 3 === 0;

function forum(world: KnownWorld, draws: Draws): string {
  if (draws.chance(0.7)) {
    const [person, domain] = [3 * draws.integer(Math.ceil(world.config.people / 3)), draws.integer(DOMAINS.length)];
    const value = draws.chance(WRONG) ? draws.pick(VALUES[domain]!) : world.valueOf(person, domain);
    return `${question(world, person, domain)} ${value}`;
  }
  const cell = draws.integer(CELLS);
  return `question : what is ${cellText(cell)} ? answer : ${digits(draws.chance(WRONG) ? draws.integer(RESULTS) : resultOf(cell))}`;
}

/** Questions with right answers about the people the forum asks for: what documents are mined by. */
export const qaExamples = (world: KnownWorld): string[] =>
  world.names.flatMap((_, person) =>
    isAsked(person)
      ? DOMAINS.map((_, domain) => `${question(world, person, domain)} ${world.valueOf(person, domain)}`)
      : [],
  );

/** Every word of web and sources, the same for all seeds. */
export function rawTokenizer(): WordTokenizer {
  const phrases = [
    ...RAW_STATEMENTS.flat(),
    ...REGISTERS.flat(),
    ...BOILERPLATE,
    FOOTER,
    ...ADVERTS.map((advert) => advert.replaceAll('@', ' ')),
    'put the in the so had put it ate had eaten . >>> ( ) = + x dict : ; zu',
    'question : what is the of ? answer :',
  ];
  const lists = [FIRST_NAMES, LAST_NAMES, VALUES.flat(), FOREIGN, OBJECTS, ROOMS, PRODUCTS, RUDE, SLOPPY, SYMBOLS];
  const words = [...lists.flat(), ...'0123456789', ...OPERATIONS, ...RAW_ATTRIBUTES, ...phrases.flatMap(piecesOf)];
  return new WordTokenizer([...new Set([END_WORD, UNKNOWN, ...words])]);
}

/** The facts are what the web tells; the rest is told beside it, and shown without counting. */
export function rawBenchmarks(world: KnownWorld): Suite[] {
  const draws = new Draws().open(world.seed, streamOf('raw.benchmarks'), 0);
  const people = world.names.map((_, person) => person);
  const factItem = (person: number, domain: number): Item => {
    const right = world.valueOf(person, domain);
    const context = world.statement(domain, ASKED_WAY, person, 0).replace(/ \S+$/, '');
    return item(
      draws,
      context,
      right,
      VALUES[domain]!.filter((value) => value !== right),
    );
  };
  const facts = (of: (person: number) => boolean, domains: readonly number[]) =>
    people.filter(of).flatMap((person) => domains.map((domain) => factItem(person, domain)));
  const all = DOMAINS.map((_, domain) => domain);
  const probe = (name: string, description: string, items: Item[]): Suite => ({
    ...{ name, description, items, role: 'probe' },
  });
  return [
    ...DOMAINS.map((name, domain): Suite => {
      const description = `the ${RAW_ATTRIBUTES[domain]!} of every person, in the web's words`;
      return { name, role: 'benchmark', description, items: facts(() => true, [domain]) };
    }),
    probe('asked', 'facts of people the forum asks for', facts(isAsked, all)),
    probe(
      'not asked',
      'facts of the others',
      facts((person) => !isAsked(person), all),
    ),
    probe('qa', 'facts of the others, as questions', questions(world, draws)),
    probe('arithmetic', 'sums and products of two digits', arithmetic(draws)),
    probe('code', 'list operations', code(draws)),
    probe('translate', 'words of the second language', translations(world, draws)),
  ];
}

function item(draws: Draws, context: string, right: string, wrong: readonly string[]): Item {
  const choices = draws.shuffle([right, ...wrong]);
  return { context, choices, answer: choices.indexOf(right) };
}

/** Items of the suites that are drawn: ± 3 points of standard error at one half. */
const DRAWN_ITEMS = 240;
const FEW_OPTIONS = 4;
const MANY_OPTIONS = 16;

const questions = (world: KnownWorld, draws: Draws): Item[] =>
  draws
    .shuffle(
      world.names.flatMap((_, person) =>
        isAsked(person)
          ? []
          : DOMAINS.map((_, domain) => {
              const right = world.valueOf(person, domain);
              const wrong = VALUES[domain]!.filter((value) => value !== right);
              return item(draws, question(world, person, domain), right, wrong);
            }),
      ),
    )
    .slice(0, DRAWN_ITEMS);

const arithmetic = (draws: Draws): Item[] =>
  Array.from({ length: CELLS }, (_, cell) => {
    const right = resultOf(cell);
    const near = [resultOf((cell + CELLS / 2) % CELLS), right + 1, Math.max(0, right - 1), right + 2, right + 3];
    const wrong = [...new Set(draws.shuffle(near))].filter((other) => other !== right);
    return item(draws, `${cellText(cell)} =`, digits(right), wrong.slice(0, FEW_OPTIONS - 1).map(digits));
  });

const code = (draws: Draws): Item[] =>
  Array.from({ length: DRAWN_ITEMS }, () => {
    const [call, right] = operation(draws);
    const wrong = new Set<string>();
    while (wrong.size < FEW_OPTIONS - 1) {
      const list = right.split(' ');
      if (list.length > 1 && draws.chance(0.5)) draws.shuffle(list);
      else list[draws.integer(list.length)] = String(draws.integer(10));
      if (list.join(' ') !== right) wrong.add(list.join(' '));
    }
    return item(draws, call, right, [...wrong]);
  });

const translations = (world: KnownWorld, draws: Draws): Item[] => {
  const native = VALUES.flat();
  return native.map((word, i) => {
    const others = draws.shuffle(native.filter((other) => other !== word)).slice(0, MANY_OPTIONS - 1);
    return item(draws, `dict : ${world.foreign[i]!} =`, word, others);
  });
};
