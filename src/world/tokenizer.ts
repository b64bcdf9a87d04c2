/**
 * Word-level tokenizer of a closed vocabulary: one id a word, numbers digit by digit. Unlike the byte and BPE
 * tokenizers it cannot spell an unknown word, which becomes <unk>: a world's own text never contains one.
 */
import { addedToken, canonicalJson, refusedTokenizer as refused, sameJson, sha256 } from '../tokenizer/format.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { quoted, shown } from '../util/quoted.ts';
import { END_WORD, UNKNOWN } from './words.ts';
import { tokenizerWords } from '../words/tokenizer.ts';

/**
 * What counts as one word: a digit, a run of letters with their marks, or a run of anything else but white space.
 * Spelled out in Unicode properties because \w and \s differ between regex engines, and HuggingFace's reader must
 * split alike.
 */
const PIECE_PATTERN = String.raw`\p{N}|[\p{L}\p{M}]+|[^\p{White_Space}\p{L}\p{M}\p{N}]+`;
const PIECE = new RegExp(PIECE_PATTERN, 'gu');

/** The words of a text as the tokenizer parts them. */
export const piecesOf = (text: string): string[] => text.match(PIECE) ?? [];

export class WordTokenizer implements Tokenizer {
  readonly kind = 'word';
  readonly size: number;
  readonly endOfText = 0;
  readonly words: readonly string[];
  readonly #ids: Map<string, number>;
  readonly #unknown: number;
  readonly #bytes: Uint8Array[];

  /** `words` in id order; words[0] is <eos> and <unk> is among them. */
  constructor(words: readonly string[]) {
    this.words = words;
    this.size = words.length;
    this.#ids = new Map(words.map((word, id) => [word, id]));
    this.#unknown = this.id(UNKNOWN);
    if (words[0] !== END_WORD || this.#ids.size !== words.length)
      throw new Error(`The first word must be ${END_WORD} and no word may stand twice.`);
    const encoder = new TextEncoder();
    this.#bytes = words.map((word, id) => encoder.encode(id === this.endOfText ? '' : `${word} `));
  }

  /** Id of a word that is known to exist. */
  id(word: string): number {
    const id = this.#ids.get(word);
    if (id === undefined) throw new Error(`The world's vocabulary has no word "${word}".`);
    return id;
  }

  encode(text: string): Uint32Array {
    return Uint32Array.from(piecesOf(text), (word) => this.#ids.get(word) ?? this.#unknown);
  }

  /** Words joined by single spaces. */
  decode(ids: ArrayLike<number>): string {
    const words: string[] = [];
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (!(id < this.size))
        throw new RangeError(`Token ${id} at position ${i} is outside the vocabulary of ${this.size} words.`);
      if (id !== this.endOfText) words.push(this.words[id]!);
    }
    return words.join(' ');
  }

  /** The word and one space after it, so that bytes put one after another are the text; empty for <eos>. */
  bytes(id: number): Uint8Array {
    const bytes = this.#bytes[id];
    if (!bytes) throw new RangeError(`Token ${id} is outside the vocabulary of ${this.size} words.`);
    return bytes;
  }

  toHuggingFace(): object {
    return {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [addedToken(END_WORD, this.endOfText), addedToken(UNKNOWN, this.#unknown)],
      normalizer: null,
      // Keeps what matches and drops what lies between: white space.
      pre_tokenizer: { type: 'Split', pattern: { Regex: PIECE_PATTERN }, behavior: 'Removed', invert: true },
      post_processor: null,
      decoder: null, // ids decode to words joined by spaces
      model: {
        type: 'WordLevel',
        vocab: Object.fromEntries(this.words.map((word, id) => [word, id])),
        unk_token: UNKNOWN,
      },
    };
  }

  hash(): Promise<string> {
    return sha256(canonicalJson(this.toHuggingFace()));
  }
}

/** Whether a parsed `tokenizer.json` is of the word-level kind, which `readWordTokenizer` reads. */
export function isWordLevel(json: unknown): boolean {
  return modelOf(json)?.type === 'WordLevel';
}

/** Reads back the `tokenizer.json` of a world. A file that differs from what this project writes is refused. */
export function readWordTokenizer(json: unknown): WordTokenizer {
  const vocabulary = modelOf(json)?.vocab;
  if (typeof vocabulary !== 'object' || vocabulary === null) throw refused('form', tokenizerWords.noVocabulary);
  const entries = Object.entries(vocabulary);
  const words: string[] = [];
  for (const [word, id] of entries) {
    const free = typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < entries.length && !(id in words);
    if (!free) throw refused('vocabulary', tokenizerWords.worldId(quoted(word), shown(id)));
    words[id] = word;
  }
  if (words[0] !== END_WORD || !words.includes(UNKNOWN)) {
    throw refused('vocabulary', tokenizerWords.worldFirst(END_WORD, UNKNOWN));
  }
  const tokenizer = new WordTokenizer(words);
  if (!sameJson(tokenizer.toHuggingFace(), json)) {
    throw refused('pieces', tokenizerWords.worldPieces);
  }
  return tokenizer;
}

function modelOf(json: unknown): { type?: unknown; vocab?: unknown } | null {
  const model = typeof json === 'object' && json !== null && 'model' in json ? json.model : null;
  return typeof model === 'object' ? model : null;
}
