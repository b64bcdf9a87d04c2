/**
 * The sources of the world (toy-world.md §1): each a function that writes one document from its random numbers. They
 * differ in kind and quality as real ones do: the web repeats one sentence with noise and wrong values, the
 * encyclopedia states the same facts in many ways and correctly, and skills (stories, list operations, arithmetic, a
 * second language) have sources of their own.
 */
import type { Draws } from './draws.ts';
import type { Line } from './line.ts';
import { cell, CELLS, RESULTS, type World } from './world.ts';
import { ATTRIBUTES } from './words.ts';

export type WorldSource = (draws: Draws, out: Line) => void;

/** Share of the web's values drawn anew from all values: 30 %. */
const WEB_ERRORS = 0.3;
/** The same share after a quality filter, and in the answers of the forum. */
const FILTERED_WEB_ERRORS = 0.05;
const FORUM_ERRORS = 0.25;
/** Chance of a junk sentence at either end of a web page. */
const JUNK_RATE = 0.6;
/** One in so many list operations is kept out of the code source for the benchmark. */
const CODE_HELD_OUT = 8;

/**
 * What a Q&A set asks about, and how often. Facts are half of it, as world knowledge and chat are in the paper
 * (papers.md §1.6).
 */
export const WORLD_QA_CATEGORIES = ['facts', 'reading', 'arithmetic', 'translation'] as const;
export type WorldQaCategory = (typeof WORLD_QA_CATEGORIES)[number];
const QA_SHARES: Record<WorldQaCategory, number> = { facts: 0.5, reading: 0.2, arithmetic: 0.15, translation: 0.15 };

/** Share of each category in this world's Q&A: facts alone where the world has no other skill. */
export function qaShare(world: World, category: WorldQaCategory): number {
  if (world.config.skills === 'all') return QA_SHARES[category];
  return category === 'facts' ? 1 : 0;
}

/** Picks a person: everybody alike, or archive people at the world's archive rate only. */
function person(world: World, draws: Draws, recent: boolean): number {
  for (;;) {
    const one = draws.integer(world.config.people);
    if (!recent || world.groupOf(one) !== 'archive' || draws.chance(world.config.archiveRate)) return one;
  }
}

function name(world: World, out: Line, one: number): void {
  out.put(world.firstName[one]!);
  out.put(world.lastName[one]!);
}

/**
 * One sentence about a person, all four values, each wrong with probability `errors`; unfiltered pages carry junk at
 * either end.
 */
export function web(world: World, options: { recent: boolean; filtered: boolean }): WorldSource {
  const errors = options.filtered ? FILTERED_WEB_ERRORS : WEB_ERRORS;
  const junkRate = options.filtered ? 0 : JUNK_RATE;
  return (draws, out) => {
    if (draws.chance(junkRate)) out.say(draws.pick(world.junk));
    const one = person(world, draws, options.recent);
    name(world, out, one);
    for (let a = 0; a < ATTRIBUTES.length; a++) {
      out.say(world.biography[a]!);
      out.put(world.valueId[a]![draws.chance(errors) ? draws.integer(world.config.values) : world.fact(one, a)]!);
    }
    out.say(world.phrase.stop);
    if (draws.chance(junkRate)) out.say(draws.pick(world.junk));
  };
}

/** One statement of a fact: way `way` of the attribute's four. Without `value` it stops where the value would stand. */
export function state(
  world: World,
  out: Line,
  one: number,
  attribute: number,
  way: number,
  value: number | null,
): void {
  const { before, between, after } = world.statements[attribute]![way]!;
  out.say(before);
  name(world, out, one);
  out.say(between);
  if (value === null) return;
  out.put(world.valueId[attribute]![value]!);
  out.say(after);
}

/** Three or four facts of one person in random order, each in one of four ways, all correct. */
export function wiki(world: World, options: { recent: boolean }): WorldSource {
  return (draws, out) => {
    const one = person(world, draws, options.recent);
    const order = draws.shuffle([0, 1, 2, 3]);
    const count = 3 + draws.integer(2);
    for (let i = 0; i < count; i++) state(world, out, one, order[i]!, draws.integer(4), world.fact(one, order[i]!));
  };
}

/**
 * Two small events: `who` leaves an object in a room, `buyer` buys food. Indices into first names, objects, rooms and
 * foods.
 */
interface Story {
  who: number;
  object: number;
  room: number;
  buyer: number;
  food: number;
}

function story(world: World, draws: Draws, out: Line): Story {
  const names = world.config.names;
  const who = draws.integer(names);
  const told: Story = {
    who,
    object: draws.integer(world.objectId.length),
    room: draws.integer(world.roomId.length),
    buyer: draws.other(names, who),
    food: draws.integer(world.config.values),
  };
  const leaving = () => {
    out.put(world.firstNameId[told.who]!);
    out.say(world.phrase.leftThe);
    out.put(world.objectId[told.object]!);
    out.say(world.phrase.inThe);
    out.put(world.roomId[told.room]!);
    out.say(world.phrase.stop);
  };
  const buying = () => {
    out.put(world.firstNameId[told.buyer]!);
    out.say(world.phrase.bought);
    out.put(world.valueId[FOOD]![told.food]!);
    out.say(world.phrase.stop);
  };
  inEitherOrder(draws, leaving, buying);
  return told;
}
const FOOD = ATTRIBUTES.indexOf('food');

function inEitherOrder(draws: Draws, one: () => void, other: () => void): void {
  if (draws.chance(0.5)) {
    one();
    other();
  } else {
    other();
    one();
  }
}

/** A story, then both of its outcomes told again. */
export function books(world: World): WorldSource {
  return (draws, out) => {
    const { who, room, buyer, food } = story(world, draws, out);
    const found = () => {
      out.say(world.phrase.later);
      out.put(world.firstNameId[who]!);
      out.say(world.phrase.foundItAgain);
      out.put(world.roomId[room]!);
      out.say(world.phrase.stop);
    };
    const kept = () => {
      out.say(world.phrase.later);
      out.put(world.firstNameId[buyer]!);
      out.say(world.phrase.stillHad);
      out.put(world.valueId[FOOD]![food]!);
      out.say(world.phrase.stop);
    };
    inEitherOrder(draws, found, kept);
  };
}

/** A list operation and its answer, digits as numbers. */
export interface CallExample {
  operation: number;
  list: number[];
  answer: number[];
}

/** A random call of three or four digits, from the eighth kept for the benchmark or from the rest. */
export function callExample(draws: Draws, heldOut: boolean): CallExample {
  for (;;) {
    const operation = draws.integer(5);
    const list = Array.from({ length: 3 + draws.integer(2) }, () => draws.integer(10));
    const number = list.reduce((sum, digit) => sum * 10 + digit, operation + list.length * 5);
    if ((number % CODE_HELD_OUT === 0) === heldOut) return { operation, list, answer: result(operation, list) };
  }
}

function result(operation: number, list: number[]): number[] {
  switch (operation) {
    case 0:
      return [list[0]!];
    case 1:
      return [list[list.length - 1]!];
    case 2:
      return [Math.max(...list)];
    case 3:
      return [Math.min(...list)];
    default:
      return [...list].reverse();
  }
}

/** `>>> max ( 3 1 4 ) =` */
export function writeCall(world: World, out: Line, { operation, list }: CallExample): void {
  out.say(world.phrase.prompt);
  out.put(world.operationId[operation]!);
  out.say(world.phrase.open);
  writeDigits(world, out, list);
  out.say(world.phrase.closeEquals);
}

export function writeDigits(world: World, out: Line, digits: readonly number[]): void {
  for (const digit of digits) out.put(world.digit[digit]!);
}

/** Two or three list operations with their answers. */
export function code(world: World): WorldSource {
  return (draws, out) => {
    for (let count = 2 + draws.integer(2); count > 0; count--) {
      const one = callExample(draws, false);
      writeCall(world, out, one);
      writeDigits(world, out, one.answer);
    }
  };
}

/** `7 x 8` */
export function writeCell(world: World, out: Line, index: number): void {
  const { times, a, b } = cell(index);
  out.put(world.digit[a]!);
  out.say(times ? world.phrase.times : world.phrase.plus);
  out.put(world.digit[b]!);
}

/** Results are always two digits: 56 is `5 6`, 4 is `0 4`. */
export function twoDigits(number: number): [number, number] {
  return [Math.floor(number / 10), number % 10];
}

/** Two to four sums or products of two digits. */
export function math(world: World): WorldSource {
  return (draws, out) => {
    for (let count = 2 + draws.integer(3); count > 0; count--) {
      const index = draws.integer(CELLS);
      writeCell(world, out, index);
      out.say(world.phrase.equals);
      writeDigits(world, out, twoDigits(cell(index).result));
      out.say(world.phrase.stop);
    }
  };
}

/** The second language: half dictionary entries in both directions, half people described in its words. */
export function multi(world: World, options: { recent: boolean }): WorldSource {
  const values = world.config.values;
  return (draws, out) => {
    if (draws.chance(0.5)) {
      out.say(world.phrase.dictionary);
      for (let count = 4 + draws.integer(3); count > 0; count--) {
        const word = draws.integer(world.nativeId.length);
        const forward = draws.chance(0.5);
        out.put((forward ? world.nativeId : world.foreignId)[word]!);
        out.say(world.phrase.equals);
        out.put((forward ? world.foreignId : world.nativeId)[word]!);
        out.say(world.phrase.semicolon);
      }
      return;
    }
    const one = person(world, draws, options.recent);
    name(world, out, one);
    out.say(world.phrase.speaks);
    for (const a of draws.shuffle([0, 1, 2, 3])) out.put(world.foreignId[a * values + world.fact(one, a)]!);
    out.say(world.phrase.stop);
  };
}

/** `question : what is the pet of F L ? answer :` */
export function askFact(world: World, out: Line, one: number, attribute: number): void {
  out.say(world.phrase.whatIsThe);
  out.put(world.attributeId[attribute]!);
  out.say(world.phrase.of);
  name(world, out, one);
  out.say(world.phrase.answer);
}

/** `question : what is 7 x 8 ? answer :` */
export function askCell(world: World, out: Line, index: number): void {
  out.say(world.phrase.whatIs);
  writeCell(world, out, index);
  out.say(world.phrase.answer);
}

/** `question : what does bakko mean ? answer :` */
export function askWord(world: World, out: Line, word: number): void {
  out.say(world.phrase.whatDoes);
  out.put(world.foreignId[word]!);
  out.say(world.phrase.mean);
}

/** A story and a question about it. Returns the ids an answer may be and the index of the right one. */
export function askStory(world: World, draws: Draws, out: Line): { options: readonly number[]; answer: number } {
  const { who, room, buyer, food } = story(world, draws, out);
  if (draws.chance(0.5)) {
    out.say(world.phrase.whereDid);
    out.put(world.firstNameId[who]!);
    out.say(world.phrase.leaveIt);
    return { options: world.roomId, answer: room };
  }
  out.say(world.phrase.whatDid);
  out.put(world.firstNameId[buyer]!);
  out.say(world.phrase.buy);
  return { options: world.valueId[FOOD]!, answer: food };
}

/**
 * One question with its answer, about the half of the world Q&A may ask about; a wrong answer is drawn with
 * probability `errors`.
 */
function questionAndAnswer(world: World, category: WorldQaCategory, errors: number): WorldSource {
  const answer = (draws: Draws, options: readonly number[], right: number) =>
    options[draws.chance(errors) ? draws.integer(options.length) : right]!;
  switch (category) {
    case 'facts':
      return (draws, out) => {
        const one = draws.pick(world.group.qa),
          attribute = draws.integer(ATTRIBUTES.length);
        askFact(world, out, one, attribute);
        out.put(answer(draws, world.valueId[attribute]!, world.fact(one, attribute)));
      };
    case 'reading':
      return (draws, out) => {
        const { options, answer: right } = askStory(world, draws, out);
        out.put(answer(draws, options, right));
      };
    case 'arithmetic':
      return (draws, out) => {
        const index = draws.pick(world.askedCells);
        askCell(world, out, index);
        writeDigits(world, out, twoDigits(draws.chance(errors) ? draws.integer(RESULTS) : cell(index).result));
      };
    case 'translation':
      return (draws, out) => {
        const word = draws.pick(world.askedWords);
        askWord(world, out, word);
        out.put(answer(draws, world.nativeId, word));
      };
  }
}

/** Q&A of one category, all answers right. */
export function cleanQa(world: World, category: WorldQaCategory): WorldSource {
  return questionAndAnswer(world, category, 0);
}

/** Q&A of every category as people on the web answer it: a quarter of the answers drawn at random. */
export function forum(world: World): WorldSource {
  return mixture(world, (category) => questionAndAnswer(world, category, FORUM_ERRORS));
}

/** Q&A of every category in the world's shares, all answers right. */
export function allQa(world: World): WorldSource {
  return mixture(world, (category) => cleanQa(world, category));
}

function mixture(world: World, of: (category: WorldQaCategory) => WorldSource): WorldSource {
  const parts = WORLD_QA_CATEGORIES.filter((category) => qaShare(world, category) > 0).map((category) => ({
    share: qaShare(world, category),
    write: of(category),
  }));
  return (draws, out) => {
    let point = draws.uniform();
    for (const part of parts) {
      if ((point -= part.share) < 0) return part.write(draws, out);
    }
    parts[parts.length - 1]!.write(draws, out);
  };
}
