import { END_OF_TEXT_ID, canonicalJson, sha256, tokenizerJson } from './format.ts';
import type { Merge } from './format.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * What the byte and the BPE tokenizer share: tokens are byte strings, so decoding is joining bytes. The text
 * `<|endoftext|>` inside a document is ordinary text here (HF's reader does the same with `split_special_tokens=True`).
 */
export abstract class ByteLevelTokenizer implements Tokenizer {
  abstract readonly kind: 'byte' | 'bpe';
  readonly endOfText = END_OF_TEXT_ID;
  readonly merges: readonly Merge[];
  readonly #bytes: Uint8Array[];

  constructor(merges: readonly Merge[]) {
    this.merges = merges;
    this.#bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
    this.#bytes.push(new Uint8Array(0));
    for (const [left, right] of merges) {
      const bytes = new Uint8Array(this.#bytes[left]!.length + this.#bytes[right]!.length);
      bytes.set(this.#bytes[left]!);
      bytes.set(this.#bytes[right]!, this.#bytes[left]!.length);
      this.#bytes.push(bytes);
    }
  }

  abstract encode(text: string): Uint32Array;

  abstract encodeUtf8(bytes: Uint8Array, length: number): Uint8Array | Uint16Array;

  get size(): number {
    return this.#bytes.length;
  }

  bytes(id: number): Uint8Array {
    const bytes = this.#bytes[id];
    if (bytes === undefined) throw new RangeError(`Token id ${id} is outside this tokenizer's 0 … ${this.size - 1}.`);
    return bytes;
  }

  decode(ids: ArrayLike<number>): string {
    let length = 0;
    for (let i = 0; i < ids.length; i++) length += this.bytes(ids[i]!).length;
    const joined = new Uint8Array(length);
    for (let i = 0, at = 0; i < ids.length; i++) {
      const bytes = this.#bytes[ids[i]!]!;
      joined.set(bytes, at);
      at += bytes.length;
    }
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(joined);
  }

  toHuggingFace(): object {
    return tokenizerJson(this.kind, this.merges);
  }

  hash(): Promise<string> {
    return sha256(canonicalJson(this.toHuggingFace()));
  }
}
