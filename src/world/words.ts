/**
 * The closed vocabulary of the synthetic world (toy-world.md §1): every word any of its documents can contain, in a
 * fixed order that depends on the world's size and not on its seed, so that all seeds of one preset share a
 * tokenizer. Names of people and words of the second language are put together from syllables, so that nobody can
 * take them for real ones.
 */
import type { WorldConfig } from '../config/run.ts';
import { UserError } from '../util/errors.ts';
import { recipeWords } from '../words/recipe.ts';

export const END_WORD = '<eos>';
export const UNKNOWN = '<unk>';

/** The four things known about every person, and the values they are drawn from. */
export const ATTRIBUTES = ['city', 'job', 'pet', 'food'] as const;
const VALUES: readonly (readonly string[])[] = [
  'paris tunis osaka quito hanoi turin accra perth minsk davos cadiz kyoto natal tampa malmo busan',
  'baker nurse judge miner smith pilot clerk diver tutor guide mason groom coach potter weaver porter',
  'cat dog goat hen newt mule crow carp toad swan mouse gecko lamb finch ferret rabbit',
  'bread soup rice plums beans curry toast stew figs pasta leeks dates kale trout olives cheese',
].map(split);
const ROOMS = split('kitchen garden attic cellar hall barn porch pantry study garage lobby shed');
const OBJECTS = split('ball lamp coin drum rope vase flute spoon kite brush stamp ladder');

function split(words: string): string[] {
  return words.split(' ');
}

/** Four ways to state each attribute; # is the person, $ the value. NATIVE is the one the native probes ask for. */
export const STATEMENTS: readonly (readonly string[])[] = [
  ['# grew up in $ .', '# moved to $ .', 'the city of # is $ .', '# still lives in $ .'],
  ['# is a $ .', '# trained as a $ .', 'the job of # is $ .', '# is paid as a $ .'],
  ['# owns a $ .', '# feeds a $ .', 'the pet of # is $ .', '# walks with a $ .'],
  ['# likes $ .', '# buys $ .', 'the food of # is $ .', '# cooks $ .'],
];
export const NATIVE = 2;

/** What the web wraps its one sentence in. */
export const JUNK = [
  'log in to see more .',
  'subscribe today for weekly offers .',
  'scroll down for the next page .',
  'terms may apply .',
  'limited stock order now .',
  'this deal closes soon .',
];
export const BIOGRAPHY = ['grew up in', 'and is now a', 'and keeps a', 'and likes'];

/** Phrases of the other sources, word by word, so that the vocabulary is complete before a document exists. */
export const PHRASES = {
  leftThe: 'left the',
  inThe: 'in the',
  stop: '.',
  bought: 'bought',
  later: 'later',
  foundItAgain: 'found it again in the',
  stillHad: 'still had',
  prompt: '>>>',
  open: '(',
  closeEquals: ') =',
  equals: '=',
  plus: '+',
  times: 'x',
  dictionary: 'dict :',
  semicolon: ';',
  speaks: 'zu',
  whatIsThe: 'question : what is the',
  of: 'of',
  answer: '? answer :',
  whatIs: 'question : what is',
  whatDoes: 'question : what does',
  mean: 'mean ? answer :',
  whereDid: 'question : where did',
  leaveIt: 'leave it ? answer :',
  whatDid: 'question : what did',
  buy: 'buy ? answer :',
} as const;
export type PhraseName = keyof typeof PHRASES;
export const OPERATIONS = ['first', 'last', 'max', 'min', 'reverse'] as const;

const ONSETS = split('ba de fi go hu ka le mi no pu ra se ti vo wu za');

/** `count` distinct words: each onset with the first ending, then each with the second. */
function syllableNames(endings: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, i) => ONSETS[i % ONSETS.length]! + endings[Math.floor(i / ONSETS.length)]!);
}

/**
 * `count` words of the second language: two syllables around a doubled consonant, spread over all combinations by a
 * stride coprime to them.
 */
export function secondLanguage(count: number): string[] {
  const consonants = 'bdfgklmnprstvz',
    vowels = 'aeiou';
  const combinations = (consonants.length * vowels.length) ** 2;
  return Array.from({ length: count }, (_, i) => {
    const k = (i * 1889 + 57) % combinations; // 1889 is prime and divides neither 14 nor 5
    const [a, b, c, d] = [k % 14, Math.floor(k / 14) % 5, Math.floor(k / 70) % 14, Math.floor(k / 980)];
    return consonants[a]! + vowels[b]! + consonants[c]! + consonants[c]! + vowels[d]!;
  });
}

/** The word lists of a world of this size. */
export interface Lexicon {
  firstNames: string[];
  lastNames: string[];
  /** values[a] are the values of attribute a. */
  values: string[][];
  /** All values of all attributes: the words that have a translation. */
  native: string[];
  /** As many words of the second language; which means which is the seed's choice. */
  foreign: string[];
  rooms: string[];
  objects: string[];
}

export const MOST_NAMES = 2 * ONSETS.length;
export const MOST_VALUES = VALUES[0]!.length;

export function lexicon(world: WorldConfig): Lexicon {
  const { people, names, values, skills, qaPool, archiveRate } = world;
  if (!(Number.isInteger(names) && names >= 1 && names <= MOST_NAMES))
    throw new UserError(recipeWords.names(MOST_NAMES, names));
  if (!(Number.isInteger(values) && values >= 4 && values <= MOST_VALUES))
    throw new UserError(recipeWords.values(MOST_VALUES, values));
  if (!(Number.isInteger(people) && people >= 6 && people <= names ** 2)) {
    throw new UserError(recipeWords.people(names, names ** 2, people));
  }
  if (!(Number.isInteger(qaPool) && qaPool >= 4)) throw new UserError(recipeWords.pool(qaPool));
  if (!(archiveRate >= 0 && archiveRate <= 1)) throw new UserError(recipeWords.archiveRate(archiveRate));
  const objects = skills === 'all' ? OBJECTS.length : 4; // a facts-only world keeps its vocabulary small
  const kept = VALUES.map((list) => list.slice(0, values));
  return {
    firstNames: syllableNames(['qo', 'xi'], names),
    lastNames: syllableNames(['dwik', 'nzot'], names),
    values: kept,
    native: kept.flat(),
    foreign: secondLanguage(kept.flat().length),
    rooms: ROOMS.slice(0, objects),
    objects: OBJECTS.slice(0, objects),
  };
}

/** Every word of the world, in id order. Id 0 ends a document, id 1 stands for any word the world does not have. */
export function vocabulary(world: WorldConfig): string[] {
  const { firstNames, lastNames, native, foreign, rooms, objects } = lexicon(world);
  const sentences = [...STATEMENTS.flat(), ...JUNK, ...BIOGRAPHY, ...Object.values(PHRASES)].flatMap((text) =>
    text.split(' '),
  );
  const digits = Array.from({ length: 10 }, (_, digit) => String(digit));
  return [
    ...new Set([
      END_WORD,
      UNKNOWN,
      ...firstNames,
      ...lastNames,
      ...native,
      ...foreign,
      ...rooms,
      ...objects,
      ...digits,
      ...OPERATIONS,
      ...ATTRIBUTES,
      ...sentences.filter((word) => word !== '#' && word !== '$'),
    ]),
  ];
}
