import { ByteLevelTokenizer } from './byteLevel.ts';

/** A token is a byte of the text's UTF-8; 256 ends a text. Size 257. */
export class ByteTokenizer extends ByteLevelTokenizer {
  readonly kind = 'byte';

  constructor() {
    super([]);
  }

  encode(text: string): Uint32Array {
    return Uint32Array.from(new TextEncoder().encode(text));
  }

  override encodeUtf8(bytes: Uint8Array, length: number): Uint8Array {
    return bytes.subarray(0, length);
  }
}
