import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Corpus } from './corpus.ts';
import { type Document, Utf8Document } from './document.ts';
import { Column } from './stages/columns.ts';
import type { SidedDocument } from './stages/holdOut.ts';
import type { Documents } from './stages/stage.ts';
import { TokenIds } from './tokenIds.ts';

/** Ids of documents end to end, each document followed by endOfText: half the memory where ids fit 16 bits. */
export interface TokenText {
  tokens: TokenIds;
  /** Offset of each document's first token, then the number of tokens: documents + 1 entries. */
  starts: Uint32Array;
  /** UTF-8 bytes of the documents, for bits per byte. */
  bytes: number;
}

/** A named source as training reads it. */
export interface TokenSource {
  name: string;
  label: string;
  licence: string;
  train: TokenText;
  heldOut: TokenText;
}

/** Tokenizes both sides of a source, document by document: none is kept. */
export async function tokenizeSource(
  { name, label, licence }: Pick<Corpus, 'name' | 'label' | 'licence'>,
  documents: Documents<SidedDocument>,
  tokenizer: Tokenizer,
): Promise<TokenSource> {
  const [train, heldOut] = [new Tokenizing(tokenizer), new Tokenizing(tokenizer)];
  await documents.each((document) => (document.heldOut ? heldOut : train).add(document));
  return { ...{ name, label, licence }, train: train.end(), heldOut: heldOut.end() };
}

export function tokenizeDocuments(documents: readonly Document[], tokenizer: Tokenizer): TokenText {
  const all = new Tokenizing(tokenizer);
  for (const document of documents) all.add(document);
  return all.end();
}

/** A TokenText under way. */
class Tokenizing {
  readonly #tokenizer: Tokenizer;
  readonly #tokens: TokenIds;
  readonly #starts = new Column(Uint32Array);
  #bytes = 0;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
    this.#tokens = new TokenIds(tokenizer.size <= 65536 ? Uint16Array : Uint32Array);
    this.#starts.push(0);
  }

  add(document: Document): void {
    if (document instanceof Utf8Document && this.#tokenizer.encodeUtf8) {
      this.#bytes += document.length;
      this.#tokens.append(this.#tokenizer.encodeUtf8(document.bytes, document.length));
    } else {
      const { text } = document;
      this.#bytes += utf8Length(text);
      this.#tokens.append(this.#tokenizer.encode(text));
    }
    this.#tokens.push(this.#tokenizer.endOfText);
    this.#starts.push(this.#tokens.length);
  }

  end(): TokenText {
    const starts = this.#starts.data.slice(0, this.#starts.length);
    return { tokens: this.#tokens.trim(), starts, bytes: this.#bytes };
  }
}

/** Bytes of a text in UTF-8, a lone surrogate counting as U+FFFD. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    bytes++;
    if (unit < 0x800) continue;
    bytes++;
    // Four bytes for the two units of a pair: two each.
    const second = text.charCodeAt(i + 1);
    if (unit >= 0xd800 && unit < 0xdc00 && second >= 0xdc00 && second < 0xe000) i++;
  }
  return bytes;
}
