import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Corpus, Document } from './document.ts';
import type { SidedDocument } from './stages/holdOut.ts';
import type { Documents } from './stages/stage.ts';

/** Ids of documents end to end, each document followed by endOfText: half the memory where ids fit 16 bits. */
export interface TokenText {
  tokens: Uint16Array | Uint32Array;
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

/** Tokenizes both sides of a source. */
export async function tokenizeSource(
  { name, label, licence }: Omit<Corpus, 'documents'>,
  documents: Documents<SidedDocument>,
  tokenizer: Tokenizer,
): Promise<TokenSource> {
  const train: Document[] = [];
  const held: Document[] = [];
  await documents.each((document) => (document.heldOut ? held : train).push(document));
  return {
    ...{ name, label, licence },
    train: tokenizeDocuments(train, tokenizer),
    heldOut: tokenizeDocuments(held, tokenizer),
  };
}

export function tokenizeDocuments(documents: readonly Document[], tokenizer: Tokenizer): TokenText {
  const starts = new Uint32Array(documents.length + 1);
  const encoded = documents.map(({ text }) => tokenizer.encode(text));
  encoded.forEach((ids, i) => (starts[i + 1] = starts[i]! + ids.length + 1));
  const total = starts[documents.length]!;
  const tokens = tokenizer.size <= 65536 ? new Uint16Array(total) : new Uint32Array(total);
  encoded.forEach((ids, i) => {
    tokens.set(ids, starts[i]!);
    tokens[starts[i + 1]! - 1] = tokenizer.endOfText;
  });
  const bytes = documents.reduce((sum, { text }) => sum + utf8Length(text), 0);
  return { tokens, starts, bytes };
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
