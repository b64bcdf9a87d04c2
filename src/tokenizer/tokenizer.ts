/** What the rest of the project needs of a tokenizer. */
export interface Tokenizer {
  readonly kind: 'byte' | 'bpe' | 'word' | 'foreign';
  /** Number of ids in use: 0 … size − 1. At most the model's vocab_size. */
  readonly size: number;
  /** Id put after every document; decodes to the empty string. */
  readonly endOfText: number;
  /** Its name in tokenizer.json, where it is not the project's own. */
  readonly endName?: string;
  /**
   * Text to ids, no end-of-text added. Every string encodes: bytes are the fallback, <unk> where the kind is 'word'.
   */
  encode(text: string): Uint32Array;
  /**
   * The same ids from the text's UTF-8, without a string: valid until the next call. The 16 bytes behind `length` are there and may be
   * overwritten. Not of every kind.
   */
  encodeUtf8?(bytes: Uint8Array, length: number): Uint8Array | Uint16Array;
  /** Ids to text; invalid UTF-8 becomes U+FFFD. Errors on an id ≥ size. */
  decode(ids: ArrayLike<number>): string;
  /** Bytes of one id, for bits per byte and streaming. Empty for endOfText. */
  bytes(id: number): Uint8Array;
  /** HuggingFace `tokenizer.json`, which HF's own reader turns into the same ids. */
  toHuggingFace(): object;
  /** SHA-256 (hex) over the canonical tokenizer.json: the identity checked when a base checkpoint is continued. */
  hash(): Promise<string>;
}
