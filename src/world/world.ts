/**
 * The world behind the corpora: who exists, what is true, which word translates which, and what the Q&A set may ask
 * about. Everything follows from (size, seed). People fall into three groups, and that split is a design decision
 * which makes forgetting measurable:
 *
 *     qa        the only people Q&A text mentions
 *     current   stated in web and encyclopedia text, never asked about: benchmark "facts"
 *     archive   as current, but rare in the corpora of continued pretraining: benchmark "archive"
 */
import type { WorldConfig } from '../config/run.ts';
import { streamOf } from '../util/random.ts';
import { Draws } from './draws.ts';
import { WordTokenizer } from './tokenizer.ts';
import {
  ATTRIBUTES,
  BIOGRAPHY,
  JUNK,
  lexicon,
  type Lexicon,
  OPERATIONS,
  PHRASES,
  type PhraseName,
  STATEMENTS,
  vocabulary,
} from './words.ts';

export type Group = 'qa' | 'current' | 'archive';
const GROUPS: readonly Group[] = ['qa', 'current', 'archive'];

/** A sum or product of two digits; cells 0–99 are a + b, 100–199 are a × b. */
export const CELLS = 200;
/** Results are 0 … 81. */
export const RESULTS = 82;
export function cell(index: number): { times: boolean; a: number; b: number; result: number } {
  const times = index >= 100,
    a = Math.floor(index / 10) % 10,
    b = index % 10;
  return { times, a, b, result: times ? a * b : a + b };
}

/** A statement with its two gaps: the words before the person, between person and value, and after the value. */
export interface Statement {
  before: number[];
  between: number[];
  after: number[];
}

export class World {
  readonly config: WorldConfig;
  readonly seed: number;
  readonly tokenizer: WordTokenizer;
  readonly lexicon: Lexicon;
  /** N people: token ids of first and last names, (N). */
  readonly firstName: Uint16Array;
  readonly lastName: Uint16Array;
  /** Value index of attribute a of person p at p·A + a, (N·A). */
  readonly facts: Uint8Array;
  /** Token id of value v of attribute a: valueId[a][v]. */
  readonly valueId: number[][];
  /** Dictionary: token id of native word w and of its translation, (W). */
  readonly nativeId: number[];
  readonly foreignId: number[];
  /**
   * Arithmetic cells and dictionary words that Q&A text may ask about: half of each. The benchmarks ask about the
   * rest.
   */
  readonly askedCells: number[];
  readonly unaskedCells: number[];
  readonly askedWords: number[];
  readonly unaskedWords: number[];
  readonly digit: number[];
  readonly phrase: Record<PhraseName, number[]>;
  readonly junk: number[][];
  readonly biography: number[][];
  readonly statements: Statement[][];
  readonly attributeId: number[];
  readonly operationId: number[];
  /** Token ids of all first names, whoever bears them: the characters of stories. */
  readonly firstNameId: number[];
  readonly roomId: number[];
  readonly objectId: number[];
  /** People of each group, in order. */
  readonly group: Record<Group, number[]>;

  constructor(config: WorldConfig, seed: number) {
    this.config = config;
    this.seed = seed;
    this.lexicon = lexicon(config);
    const tokenizer = (this.tokenizer = new WordTokenizer(vocabulary(config)));
    const ids = (words: readonly string[]) => words.map((word) => tokenizer.id(word));
    const sentence = (text: string) => ids(text.split(' '));
    const draws = (purpose: string) => new Draws().open(seed, streamOf(`world.${purpose}`), 0);
    const { people, names } = config;

    this.firstNameId = ids(this.lexicon.firstNames);
    const lastNameId = ids(this.lexicon.lastNames);
    const pairs = draws('names')
      .shuffle(Array.from({ length: names * names }, (_, pair) => pair))
      .slice(0, people);
    this.firstName = Uint16Array.from(pairs, (pair) => this.firstNameId[Math.floor(pair / names)]!);
    this.lastName = Uint16Array.from(pairs, (pair) => lastNameId[pair % names]!);
    const factDraws = draws('facts');
    this.facts = Uint8Array.from({ length: people * ATTRIBUTES.length }, () => factDraws.integer(config.values));
    this.group = { qa: [], current: [], archive: [] };
    for (let person = 0; person < people; person++) this.group[this.groupOf(person)].push(person);

    this.valueId = this.lexicon.values.map(ids);
    this.nativeId = ids(this.lexicon.native);
    this.foreignId = draws('dictionary').shuffle(ids(this.lexicon.foreign));
    const half = (count: number, purpose: string): [number[], number[]] => {
      const order = draws(purpose).shuffle(Array.from({ length: count }, (_, i) => i));
      return [order.slice(0, count / 2).sort((a, b) => a - b), order.slice(count / 2).sort((a, b) => a - b)];
    };
    [this.askedCells, this.unaskedCells] = half(CELLS, 'cells');
    [this.askedWords, this.unaskedWords] = half(this.nativeId.length, 'words');

    this.digit = ids(Array.from({ length: 10 }, (_, digit) => String(digit)));
    this.phrase = Object.fromEntries(Object.entries(PHRASES).map(([name, text]) => [name, sentence(text)])) as Record<
      PhraseName,
      number[]
    >;
    this.junk = JUNK.map(sentence);
    this.biography = BIOGRAPHY.map(sentence);
    this.statements = STATEMENTS.map((ways) =>
      ways.map((way) => {
        const words = way.split(' '),
          person = words.indexOf('#'),
          value = words.indexOf('$');
        return {
          before: ids(words.slice(0, person)),
          between: ids(words.slice(person + 1, value)),
          after: ids(words.slice(value + 1)),
        };
      }),
    );
    this.attributeId = ids(ATTRIBUTES);
    this.operationId = ids(OPERATIONS);
    this.roomId = ids(this.lexicon.rooms);
    this.objectId = ids(this.lexicon.objects);
  }

  groupOf(person: number): Group {
    return GROUPS[person % 3]!;
  }

  /** Value index of one fact. */
  fact(person: number, attribute: number): number {
    return this.facts[person * ATTRIBUTES.length + attribute]!;
  }
}
