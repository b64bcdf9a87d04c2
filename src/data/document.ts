/** One text of a named source: the unit of the held-out split, of filters, and of packing. */
export interface Document {
  source: string;
  text: string;
  /** As its file gave it; null: none was given. */
  id?: string | null;
}

/** A document whose text stands as UTF-8 in a buffer of its reader's: good until the reader goes on. */
export class Utf8Document implements Document {
  readonly source: string;
  /** Which of its two sides it is on, once that is decided. */
  heldOut = false;
  bytes: Uint8Array = new Uint8Array(0);
  length = 0;

  constructor(source: string) {
    this.source = source;
  }

  get text(): string {
    return decoder.decode(this.bytes.subarray(0, this.length));
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** `documentHash` of its text. */
export function hashOf(document: Document): [high: number, low: number] {
  if (!(document instanceof Utf8Document)) return documentHash(document.text);
  const { bytes, length } = document;
  let [high, low] = FIRST;
  for (let i = 0; i < length; i++) {
    const unit = bytes[i]!;
    // Units of what is not ASCII are not its bytes.
    if (unit >= 0x80) return documentHash(document.text);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
    high ^= high >>> 15;
    low ^= low >>> 13;
  }
  return finished(high, low, length);
}

const FIRST: readonly [high: number, low: number] = [0x9e3779b9, 0x85ebca6b];

/**
 * 64 bits of a text as two 32-bit words: two multiply-xor lanes over UTF-16 units, mixed at the end as in MurmurHash3.
 */
export function documentHash(text: string): [high: number, low: number] {
  let [high, low] = FIRST;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
    // A product's low bits know nothing of the high ones: fold them down.
    high ^= high >>> 15;
    low ^= low >>> 13;
  }
  return finished(high, low, text.length);
}

function finished(high: number, low: number, length: number): [high: number, low: number] {
  high = finish(high ^ length);
  low = finish(low ^ high);
  return [finish(high ^ low), low];
}

function finish(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
