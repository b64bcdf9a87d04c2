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
  /** Ids to text; invalid UTF-8 becomes U+FFFD. Errors on an id ≥ size. */
  decode(ids: ArrayLike<number>): string;
  /** Bytes of one id, for bits per byte and streaming. Empty for endOfText. */
  bytes(id: number): Uint8Array;
  /** HuggingFace `tokenizer.json`, which HF's own reader turns into the same ids. */
  toHuggingFace(): object;
  /** SHA-256 (hex) over the canonical tokenizer.json: the identity checked when a base checkpoint is continued. */
  hash(): Promise<string>;
}
