/**
 * The ids of HuggingFace's library, many times as fast: a text is cut between words where the library's ids do not depend on what lies on
 * the other side, and every word is asked for once.
 *
 * Such a place is before a space that has a visible character on its left and a letter on its right, both ASCII and tokens themselves (no
 * unknowns fuse across), where
 * - the pre-tokenizer cuts there anyway: GPT-2's pattern (ByteLevel's own), Llama 3's or Qwen's, with or without Digits before it, which
 *   all cut between a single line's end and a letter, too; or
 * - there is no pattern, spaces are low lines (SentencePiece), and no token of the vocabulary has one behind another character, so that
 *   no merge reaches across.
 */
import type { Tokenizer as Library } from '@huggingface/tokenizers';
import { type Fields, isObject } from '../util/object.ts';
import { PieceTable } from './pieceTable.ts';

const LOW_LINE = '▁';
/** The space of byte-level tokens. */
const BYTE_SPACE = 'Ġ';

const LINE_END = 10;
const [VISIBLE, LETTER] = [1, 2];

const START = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|`;
const REST = String.raw`| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
/** Of Llama 3 and of Qwen: they differ in how many digits stay together. */
const PATTERNS = [String.raw`\p{N}{1,3}`, String.raw`\p{N}`].map((digits) => START + digits + REST);

/** Whether this pre-tokenizer, or one in a sequence, cuts before a space that stands between letters, and looks no farther. */
function cutsWords(part: unknown): boolean | null {
  if (!isObject(part)) return null;
  switch (part['type']) {
    case 'Sequence': {
      // The library has refused every other value; without a list it is one of none.
      const inner = ((part['pretokenizers'] ?? []) as unknown[]).map(cutsWords);
      return inner.includes(null) ? null : inner.includes(true);
    }
    case 'Digits':
      return false;
    case 'ByteLevel':
      return part['use_regex'] !== false;
    case 'Split': {
      const { pattern, behavior, invert } = part;
      const isKnown = isObject(pattern) && PATTERNS.includes(pattern['Regex'] as string);
      return isKnown && behavior === 'Isolated' && invert !== true ? true : null;
    }
    default:
      return null;
  }
}

/** What a text is cut into, and how a piece becomes tokens; null: the library's own way alone is known to be right. */
interface Way {
  space: string;
  cutsLines: boolean;
  /** Of a whole text. */
  prepare: (text: string) => string[];
  /** Of a piece: what merges stay inside of. */
  words: (piece: string) => string[];
}

function wayOf(json: Fields, { pre_tokenizer: cut, model }: Library): Way | null {
  const part = json['pre_tokenizer'];
  if (model === null) return null;
  if (cut !== null && cutsWords(part))
    return { space: ' ', cutsLines: true, prepare: (text) => [text], words: (piece) => cut(piece) };
  const low = cut === null || (isObject(part) && part['type'] === 'Metaspace');
  const reaches = [...model.tokens_to_ids.keys()].some((token) => /[^▁]▁/.test(token));
  if (!low || reaches) return null;
  // The first section of a text, as the library counts.
  const prepare = (text: string) => (cut === null ? [text] : cut(text, { section_index: 0 }));
  return { space: LOW_LINE, cutsLines: false, prepare, words: (piece) => [piece] };
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);

/** Characters of a word whose pairs are looked at one by one: the library is asked for longer ones, of which there are few. */
const SHORT = 32;
/** Above every id (2^24 at most), so that two make one number. */
const PAIR = 2 ** 25;

/** The merges of a BPE on the ids themselves. The library writes each pair as JSON to find its rank. */
class Merges {
  readonly #ids: ReadonlyMap<string, number>;
  /** left · PAIR + right → rank. */
  readonly #ranks = new Map<number, number>();
  /** By rank: the id of the pair as one. */
  readonly #merged: number[] = [];
  /** A word that is a token is never taken apart. */
  readonly #whole: boolean;

  /** null: a suffix, a merge that makes no token, or two tokens of one id; the library knows what that means. */
  static of(model: Fields, ids: ReadonlyMap<string, number>): Merges | null {
    const {
      merges,
      end_of_word_suffix: end,
      continuing_subword_suffix: inner,
      continuing_subword_prefix: prefix,
    } = model;
    if (end || inner || prefix || !Array.isArray(merges) || new Set(ids.values()).size < ids.size) return null;
    const made = new Merges(ids, model['ignore_merges'] === true);
    for (const merge of merges as (string | string[])[]) {
      const [left = '', right = ''] = typeof merge === 'string' ? merge.split(' ', 2) : merge;
      const [a, b, both] = [left, right, left + right].map((token) => ids.get(token));
      if (a === undefined || b === undefined || both === undefined) return null;
      made.#ranks.set(a * PAIR + b, made.#merged.push(both) - 1);
    }
    return made;
  }

  private constructor(ids: ReadonlyMap<string, number>, whole: boolean) {
    this.#ids = ids;
    this.#whole = whole;
  }

  /** null: the word is long, or has a character that is no token. */
  encode(word: string): number[] | null {
    const whole = this.#whole ? this.#ids.get(word) : undefined;
    if (whole !== undefined) return [whole];
    if (word.length > SHORT) return null;
    const ids = Array.from(word, (character) => this.#ids.get(character));
    if (ids.includes(undefined)) return null;
    return this.#merge(ids as number[]);
  }

  /** The lowest rank first, leftmost of equals. `ids` is overwritten. */
  #merge(ids: number[]): number[] {
    const rankAt = (i: number): number =>
      i + 1 < ids.length ? (this.#ranks.get(ids[i]! * PAIR + ids[i + 1]!) ?? Infinity) : Infinity;
    const ranks = ids.map((_, i) => rankAt(i));
    for (;;) {
      let at = 0;
      for (let i = 1; i < ranks.length; i++) if (ranks[i]! < ranks[at]!) at = i;
      if (ids.length < 2 || ranks[at] === Infinity) return ids;
      ids.splice(at, 2, this.#merged[ranks[at]!]!);
      ranks.splice(at, 1);
      ranks[at] = rankAt(at);
      if (at > 0) ranks[at - 1] = rankAt(at - 1);
    }
  }
}

export class ForeignWords {
  readonly #library: Library;
  readonly #way: Way;
  readonly #merges: Merges | null;
  readonly #table = new PieceTable();
  /** Texts of added tokens, which have rules of their own: the end of a text at least. */
  readonly #added: RegExp;
  /** By code: VISIBLE, LETTER, or 0 for what is no token. */
  readonly #kinds = new Uint8Array(128);
  #ids = new Uint32Array(1 << 12);

  /** null where the library's own way is the only one known to be right. */
  static of(json: Fields, library: Library): ForeignWords | null {
    const way = wayOf(json, library);
    return way && new ForeignWords(json, library, way);
  }

  private constructor(json: Fields, library: Library, way: Way) {
    this.#library = library;
    this.#way = way;
    this.#merges = Merges.of(json['model'] as Fields, library.model!.tokens_to_ids);
    const { normalizer, model } = library;
    const added = Array.from(library.get_added_tokens_decoder().values(), ({ content }) => content);
    const texts = new Set(added.flatMap((text) => (normalizer === null ? [text] : [text, normalizer(text)])));
    texts.delete('');
    this.#added = new RegExp([...texts].map(escaped).join('|'));
    const known = model!.tokens_to_ids;
    if (!known.has(way.space === ' ' ? BYTE_SPACE : way.space)) return;
    for (let code = 33; code < 127; code++) {
      const character = String.fromCharCode(code);
      if (known.has(character)) this.#kinds[code] = /[A-Za-z]/.test(character) ? LETTER : VISIBLE;
    }
  }

  /** The library's ids; null: this text has added tokens in it, which it alone knows how to treat. */
  encode(text: string): Uint32Array | null {
    if (text === '') return new Uint32Array(0);
    if (this.#added.test(text)) return null;
    const normalized = this.#library.normalizer?.(text) ?? text;
    if (normalized !== text && this.#added.test(normalized)) return null;
    let length = 0;
    for (const part of normalized === '' ? [] : this.#way.prepare(normalized))
      for (let from = 0, end = 0; from < part.length; from = end) {
        end = this.#endOfWord(part, from);
        const ids = this.#table.get(part, from, end, this.#make);
        if (length + ids.length > this.#ids.length) {
          const larger = new Uint32Array(2 * (length + ids.length));
          larger.set(this.#ids);
          this.#ids = larger;
        }
        for (const id of ids) this.#ids[length++] = id;
      }
    return this.#ids.slice(0, length);
  }

  readonly #make = (piece: string): Uint32Array =>
    Uint32Array.from(this.#way.words(piece).flatMap((word) => this.#merges?.encode(word) ?? this.#askModel(word)));

  #askModel(word: string): number[] {
    const { tokens_to_ids: ids, unk_token_id: unknown } = this.#library.model!;
    return this.#library.model!([word]).map((token) => ids.get(token) ?? unknown!);
  }

  /** The first place behind `from` where the text may be cut. */
  #endOfWord(text: string, from: number): number {
    const { space, cutsLines } = this.#way;
    const spaceCode = space.charCodeAt(0);
    for (let at = from + 1; at < text.length - 1; at++) {
      const code = text.charCodeAt(at);
      if (code !== spaceCode && !(cutsLines && code === LINE_END)) continue;
      if (this.#kinds[text.charCodeAt(at + 1)] === LETTER && this.#kinds[text.charCodeAt(at - 1)])
        return code === spaceCode ? at : at + 1;
    }
    return text.length;
  }
}
