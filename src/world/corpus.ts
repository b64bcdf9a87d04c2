/**
 * Corpora of a world by name: document = f(seed, source, index). Sources are endless: training takes indices below
 * 2³¹, held-out documents come from 2³¹ upwards. The two ranges never share random numbers; that a held-out text
 * happens to equal a training text (a short one, such as a sum) cannot be excluded for an endless source and is
 * measured on the data card. The Q&A set is the exception: a fixed pool, repeated, whose held-out documents are clean
 * questions that are not in the pool.
 */
import { UserError } from '../util/errors.ts';
import { streamOf } from '../util/random.ts';
import { Draws } from './draws.ts';
import { Line } from './line.ts';
import {
  allQa,
  books,
  cleanQa,
  code,
  forum,
  math,
  multi,
  WORLD_QA_CATEGORIES,
  type WorldQaCategory,
  qaShare,
  type WorldSource,
  web,
  wiki,
} from './sources.ts';
import type { World } from './world.ts';
import type { TokenText } from '../data/source.ts';
import { TokenIds } from '../data/tokenIds.ts';
import { recipeWords } from '../words/recipe.ts';

/** First index of the held-out range; a power of two so that a training index is any 31-bit number. */
export const HELD_OUT = 2 ** 31;
/** Documents whose lengths stand for a source's: their average is exact to about 1 %. */
const MEASURED = 1024;
/**
 * Tries to find a clean question outside the pool; a world so small that its pool covers every question takes what it
 * has.
 */
const MOST_TRIES = 256;

export interface SourceDescription {
  name: string;
  /**
   * Whether losses are measured on held-out documents of this source: on every source of its own kind, not on variants
   * of one.
   */
  measured: boolean;
  description: string;
}

/** All sources of a world, in the order of `Batch.source`: the old corpora, their variants, the Q&A set. */
function catalogue(world: World): (SourceDescription & { write: WorldSource })[] {
  const { skills, qaPool, archiveRate } = world.config;
  const rare = `with archive people at ${Math.round(archiveRate * 100)} % of their rate`;
  const old = { recent: false, filtered: false };
  const recent = { recent: true, filtered: false };
  const own = (name: string, write: WorldSource, description: string) => ({ name, description, measured: true, write });
  const variant = (name: string, write: WorldSource, description: string) => ({
    name,
    description,
    measured: false,
    write,
  });
  const onlyWithSkills = <T>(...sources: T[]) => (skills === 'all' ? sources : []);
  return [
    own('web', web(world, old), 'one sentence a person, three values in ten drawn at random, junk around it'),
    own('wiki', wiki(world, old), 'three or four facts of a person, each said in one of four ways, all correct'),
    ...onlyWithSkills(
      own('books', books(world), 'two small events and, later, how they turned out'),
      own('code', code(world), 'list operations at a prompt with their results'),
      own('math', math(world), 'sums and products of two digits'),
      own('multi', multi(world, old), 'a second language: dictionary entries, and people described in it'),
    ),
    own('forum', forum(world), 'questions with answers, one answer in four drawn at random'),
    variant('web-recent', web(world, recent), `web, ${rare}`),
    variant('wiki-recent', wiki(world, recent), `wiki, ${rare}`),
    ...onlyWithSkills(variant('multi-recent', multi(world, recent), `multi, ${rare}`)),
    variant(
      'web-filtered',
      web(world, { recent: false, filtered: true }),
      'web after a quality filter: one value in twenty drawn at random, no junk',
    ),
    own('qa', allQa(world), `${qaPool} clean questions with answers, repeated`),
    ...WORLD_QA_CATEGORIES.filter((category) => qaShare(world, category) > 0).map((category) =>
      variant(`qa-${category}`, cleanQa(world, category), `the ${category} documents of qa alone`),
    ),
  ];
}

export class WorldCorpus {
  readonly world: World;
  /** Every source a blend may name. */
  readonly sources: readonly SourceDescription[];
  /** The Q&A set, token ids by category. */
  readonly pool: Readonly<Partial<Record<WorldQaCategory, Uint16Array[]>>>;
  readonly #write: Map<string, WorldSource>;
  readonly #streams: Map<string, number>;
  readonly #lengths = new Map<string, number[]>();
  /** Sources that repeat pooled documents: qa and its categories. */
  readonly #pools: Map<string, Uint16Array[]>;
  /** Texts of the pool, to keep them out of the held-out questions. */
  readonly #pooled: Set<string>;
  readonly #draws = new Draws();
  readonly #line = new Line();

  constructor(world: World) {
    this.world = world;
    const sources = catalogue(world);
    const categories = WORLD_QA_CATEGORIES.filter((category) => qaShare(world, category) > 0);
    this.sources = sources;
    this.#write = new Map(sources.map(({ name, write }) => [name, write]));
    this.#streams = new Map(sources.map(({ name }) => [name, streamOf(`world.source.${name}`)]));
    this.pool = Object.fromEntries(categories.map((category) => [category, this.#poolOf(category, categories)]));
    this.#pools = new Map(categories.map((category) => [`qa-${category}`, this.pool[category]!]));
    this.#pools.set(
      'qa',
      categories.flatMap((category) => this.pool[category]!),
    );
    this.#pooled = new Set(this.#pools.get('qa')!.map((tokens) => tokens.join(' ')));
  }

  /** The pool's documents of one category; facts take what rounding leaves. */
  #poolOf(category: WorldQaCategory, categories: readonly WorldQaCategory[]): Uint16Array[] {
    const count = (one: WorldQaCategory) => Math.round(this.world.config.qaPool * qaShare(this.world, one));
    const rest = this.world.config.qaPool - categories.reduce((sum, one) => sum + count(one), 0);
    const stream = streamOf(`world.pool.${category}`);
    return Array.from({ length: count(category) + (category === 'facts' ? rest : 0) }, (_, index) => {
      this.#line.length = 0;
      this.#write.get(`qa-${category}`)!(this.#draws.open(this.world.seed, stream, index), this.#line);
      return this.#line.tokens();
    });
  }

  /** Names of the sources whose held-out loss is measured. */
  measured(): string[] {
    return this.sources.filter(({ measured }) => measured).map(({ name }) => name);
  }

  /** Token ids of one document, without <eos>, appended to `out`. Errors on a source the world does not have. */
  write(source: string, index: number, out: Line): void {
    const write = this.#write.get(source);
    if (!write) throw new UserError(recipeWords.worldSource(source, [...this.#write.keys()].join(', ')));
    const draws = this.#draws.open(this.world.seed, this.#streams.get(source)!, index);
    const pool = this.#pools.get(source);
    if (!pool) return write(draws, out);
    if (index < HELD_OUT) return out.say(draws.pick(pool));
    const start = out.length;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      out.length = start;
      write(draws, out);
      if (!this.#pooled.has(out.ids.subarray(start, out.length).join(' '))) return;
    }
  }

  /** At least `least` held-out tokens of a source, whole documents with their <eos>. */
  heldOut(source: string, least: number): TokenText {
    const line = this.#line;
    const tokens = new TokenIds(Uint16Array);
    const starts = [0];
    let bytes = 0;
    for (let index = HELD_OUT; tokens.length < least; index++) {
      line.length = 0;
      this.write(source, index, line);
      for (let i = 0; i < line.length; i++) {
        tokens.push(line.ids[i]!);
        bytes += this.world.tokenizer.bytes(line.ids[i]!).length;
      }
      bytes--; // no space after the last word
      tokens.push(this.world.tokenizer.endOfText);
      starts.push(tokens.length);
    }
    return { tokens: tokens.trim(), starts: Uint32Array.from(starts), bytes };
  }

  /** Token ids of one document, without <eos>. */
  tokens(source: string, index: number): Uint16Array {
    this.#line.length = 0;
    this.write(source, index, this.#line);
    return this.#line.tokens();
  }

  text(source: string, index: number): string {
    return this.world.tokenizer.decode(this.tokens(source, index));
  }

  /** Documents first … first + count − 1 as UTF-8, one a line. */
  lines(source: string, first: number, count: number): Uint8Array<ArrayBuffer> {
    let bytes = new Uint8Array(count * 128);
    let length = 0;
    for (let index = first; index < first + count; index++) {
      this.#line.length = 0;
      this.write(source, index, this.#line);
      for (let i = 0; i < this.#line.length; i++) {
        const word = this.world.tokenizer.bytes(this.#line.ids[i]!);
        if (length + word.length > bytes.length) {
          const larger = new Uint8Array(bytes.length * 2);
          larger.set(bytes);
          bytes = larger;
        }
        for (let k = 0; k < word.length; k++) bytes[length++] = word[k]!;
      }
      bytes[length - 1] = 10; // the last word's space becomes the line's end
    }
    return bytes.slice(0, length);
  }

  /** Tokens of the first 1024 documents, each with its <eos>: the lengths a source has. */
  lengths(source: string): readonly number[] {
    let lengths = this.#lengths.get(source);
    if (!lengths) {
      lengths = Array.from({ length: MEASURED }, (_, index) => this.tokens(source, index).length + 1);
      this.#lengths.set(source, lengths);
    }
    return lengths;
  }

  /** Mean tokens of a document with its <eos>. */
  averageTokens(source: string): number {
    return this.lengths(source).reduce((sum, length) => sum + length, 0) / MEASURED;
  }

  /** Texts of a source that is a repeated pool; null where the source is endless. */
  poolTexts(source: string): string[] | null {
    return this.#pools.get(source)?.map((tokens) => this.world.tokenizer.decode(tokens)) ?? null;
  }

  /** Tokens of a source that is a repeated pool, each document's <eos> included; null where the source is endless. */
  poolTokens(source: string): number | null {
    return this.#pools.get(source)?.reduce((sum, tokens) => sum + tokens.length + 1, 0) ?? null;
  }
}
