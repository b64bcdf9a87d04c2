/**
 * A `tokenizer.json` made elsewhere, read by HuggingFace's own library: byte-level BPE, and SentencePiece's BPE with byte fallback.
 * Other kinds (WordPiece, Unigram) lose text or weigh pieces, and are refused by name.
 */
import { Tokenizer as Library } from '@huggingface/tokenizers';
import { type Fields, isObject } from '../util/object.ts';
import { brief, quoted, shown } from '../util/quoted.ts';
import { ForeignWords } from './foreignWords.ts';
import { BYTE_CHARACTERS, canonicalJson, refusedTokenizer as refused, sha256 } from './format.ts';
import type { Tokenizer } from './tokenizer.ts';
import { tokenizerWords } from '../words/tokenizer.ts';

/** Names that pretrained models give the end of a text, a conversation's end last. */
const ENDS = ['<|endoftext|>', '<|end_of_text|>', '</s>', '<eos>', '<|eos|>', '<|im_end|>'];

/** Beyond it is no row of an embedding. */
const LARGEST_ID = 2 ** 24;

/** A text that every normalizer and pre-tokenizer has something to do with. */
const TRIAL = " The é 12,\n it's";

/** The space of SentencePiece. */
const LOW_LINE = /\u2581/g;

/** Types of a pre-tokenizer or decoder, those inside a sequence too; a sequence within one is none that anybody writes. */
function typesOf(part: unknown): unknown[] {
  if (!isObject(part)) return [];
  const inner = part['decoders'] ?? part['pretokenizers'];
  return [part['type'], ...(Array.isArray(inner) ? inner.filter(isObject).map(({ type }) => type) : [])];
}

export class ForeignTokenizer implements Tokenizer {
  readonly kind = 'foreign';
  readonly size: number;
  readonly endOfText: number;
  /** Its name in the file. */
  readonly endName: string;
  readonly #json: Fields;
  readonly #library: Library;
  readonly #words: ForeignWords | null;
  readonly #bytes = new Map<number, Uint8Array>();

  /** UserError where it is of another kind, or names no end of text. */
  constructor(json: unknown) {
    const model = isObject(json) ? json['model'] : null;
    if (!isObject(json) || !isObject(model)) throw refused('form', tokenizerWords.noModel);
    // Older files leave the type out, of which the merges tell.
    const type = model['type'] ?? (Array.isArray(model['merges']) ? 'BPE' : undefined);
    if (type !== 'BPE') throw refused('kind', tokenizerWords.otherModel(brief(shown(type))));
    if (!isObject(model['vocab'])) throw refused('form', tokenizerWords.noVocabulary);
    const byteLevel = [...typesOf(json['pre_tokenizer']), ...typesOf(json['decoder'])].includes('ByteLevel');
    if (!byteLevel && model['byte_fallback'] !== true) throw refused('kind', tokenizerWords.losesText);
    const list = json['added_tokens'] ?? [];
    if (!Array.isArray(list) || !list.every((one) => isObject(one) && typeof one['content'] === 'string'))
      throw refused('added-tokens', tokenizerWords.oddAddedTokens);
    try {
      this.#library = new Library(json, { clean_up_tokenization_spaces: false });
      // Some parts are looked at when a text is met, and not before.
      this.#library.encode(TRIAL, { add_special_tokens: false });
    } catch (error) {
      throw refused('form', tokenizerWords.reader(brief((error as Error).message)));
    }
    this.#json = json;
    this.#words = ForeignWords.of(json, this.#library);
    const added = this.#library.get_added_tokens_decoder();
    const names = new Map(Array.from(added.values(), ({ content, id }) => [content, id]));
    const ids = new Map<string, unknown>([...Object.entries(model['vocab']), ...names]);
    let largest = -1;
    for (const [name, id] of ids) {
      if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id > LARGEST_ID)
        throw refused('vocabulary', tokenizerWords.noId(quoted(name), shown(id)));
      largest = Math.max(largest, id);
    }
    const end = ENDS.find((name) => names.has(name));
    if (end === undefined) throw refused('added-tokens', tokenizerWords.noEnd(ENDS));
    this.size = largest + 1;
    this.endName = end;
    this.endOfText = names.get(end)!;
    for (const [name, id] of ids as Map<string, number>) {
      const special = added.get(id);
      if (special?.special) this.#bytes.set(id, new Uint8Array(0));
      else this.#bytes.set(id, special ? new TextEncoder().encode(name) : bytesOf(name, byteLevel));
    }
  }

  encode(text: string): Uint32Array {
    return this.#words?.encode(text) ?? Uint32Array.from(this.#library.encode(text, { add_special_tokens: false }).ids);
  }

  bytes(id: number): Uint8Array {
    if (!(Number.isInteger(id) && id >= 0 && id < this.size))
      throw new RangeError(`Token id ${id} is outside this tokenizer's 0 … ${this.size - 1}.`);
    return this.#bytes.get(id) ?? new Uint8Array(0); // an id that no token has
  }

  /** Tokens' bytes end to end: a continuation keeps its first space, which SentencePiece's own decoder takes away. */
  decode(ids: ArrayLike<number>): string {
    const parts = Array.from(ids, (id) => this.bytes(id));
    const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(joined);
  }

  toHuggingFace(): object {
    return this.#json;
  }

  hash(): Promise<string> {
    return sha256(canonicalJson(this.#json));
  }
}

const byteOf = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]));

function bytesOf(name: string, byteLevel: boolean): Uint8Array {
  if (byteLevel) {
    const bytes = Array.from(name, (character) => byteOf.get(character));
    return bytes.includes(undefined) ? new TextEncoder().encode(name) : Uint8Array.from(bytes as number[]);
  }
  const single = /^<0x([0-9A-F]{2})>$/.exec(name);
  return single
    ? Uint8Array.of(Number.parseInt(single[1]!, 16))
    : new TextEncoder().encode(name.replace(LOW_LINE, ' '));
}
