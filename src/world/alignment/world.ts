/** The truth of an alignment world: people and their facts, a cipher, arithmetic. The same seed is the same world. */
import { ChatTokenizer } from '../../tokenizer/chat.ts';
import { RandomStream } from '../../util/random.ts';
import { WordTokenizer } from '../tokenizer.ts';
import { operationNames } from './language.ts';
import { type Fact, facts, firstNames, plainWords, surnames, unknownSurnames, values } from './words.ts';

/** People whose facts are written of: half of them in chats and all that is trained on later, half for evaluation only. */
const people = 96;
/** Words of the cipher that are trained on; the other twelve are for evaluation. */
const trainedWords = 24;
const trainedSums = 120;
const trainedUnknown = 7;

export interface Sum {
  sign: '+' | 'x';
  a: number;
  b: number;
}

/** What may be trained on, and what is kept for evaluation. */
export interface WorldSplit<T> {
  train: readonly T[];
  evaluation: readonly T[];
}

const split = <T>(all: readonly T[], count: number): WorldSplit<T> => ({
  train: all.slice(0, count),
  evaluation: all.slice(count),
});

export class AlignmentWorld {
  readonly seed: number;
  readonly people: WorldSplit<string>;
  readonly unknown: WorldSplit<string>;
  readonly sums: WorldSplit<Sum>;
  readonly words: WorldSplit<string>;
  readonly facts: ReadonlyMap<string, Readonly<Record<Fact, string>>>;
  /** Word → its word in "zu", and back. */
  readonly zu: ReadonlyMap<string, string>;
  readonly meaning: ReadonlyMap<string, string>;
  /** What an answer can consist of beside padding. */
  readonly content: ReadonlySet<string>;
  readonly tokenizer: ChatTokenizer;

  constructor(seed: number) {
    this.seed = seed;
    const draw = new RandomStream(seed, 'alignment world');
    const names = draw.shuffle(firstNames.flatMap((first) => surnames.map((last) => `${first} ${last}`)));
    this.people = split(names.slice(0, people), people / 2);
    const strangers = (last: readonly string[]): string[] =>
      firstNames.flatMap((first) => last.map((name) => `${first} ${name}`));
    this.unknown = {
      train: strangers(unknownSurnames.slice(0, trainedUnknown)),
      evaluation: strangers(unknownSurnames.slice(trainedUnknown)),
    };
    this.facts = new Map(
      names
        .slice(0, people)
        .map((name) => [
          name,
          Object.fromEntries(facts.map((fact) => [fact, draw.pick(values[fact])])) as Record<Fact, string>,
        ]),
    );
    const plain = plainWords(operationNames);
    const lexicon = Object.values(values).flat();
    this.zu = cipher(lexicon, new Set(plain), draw);
    this.meaning = new Map([...this.zu].map(([word, zu]) => [zu, word]));
    this.words = split(draw.shuffle([...lexicon]), trainedWords);
    const signs = ['+', 'x'] as const;
    const digits = Array.from({ length: 10 }, (_, i) => i);
    const sums = signs.flatMap((sign) => digits.flatMap((a) => digits.map((b): Sum => ({ sign, a, b }))));
    this.sums = split(draw.shuffle(sums), trainedSums);
    this.content = new Set([...lexicon, ...this.zu.values(), ...digits.map(String), ...operationNames]);
    this.tokenizer = new ChatTokenizer(new WordTokenizer([...plain, ...lexicon.map((word) => this.zu.get(word)!)]));
  }

  /** Two digits, as they are written. */
  result({ sign, a, b }: Sum): string[] {
    return String(sign === '+' ? a + b : a * b)
      .padStart(2, '0')
      .split('');
  }
}

/** A word of five letters, consonant and vowel in turn, for each word; none that is there already. */
function cipher(words: readonly string[], taken: ReadonlySet<string>, draw: RandomStream): Map<string, string> {
  const [consonants, vowels] = ['bdfgklmnprstvz', 'aeiou'].map((letters) => letters.split('')) as [string[], string[]];
  const made = new Map<string, string>();
  const used = new Set(taken);
  for (const word of words) {
    let zu: string;
    do {
      zu = Array.from({ length: 5 }, (_, i) => draw.pick(i % 2 === 0 ? consonants : vowels)).join('');
    } while (used.has(zu));
    used.add(zu);
    made.set(word, zu);
  }
  return made;
}
