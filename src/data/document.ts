/** One text of a named source: the unit of the held-out split, of filters, and of packing. */
export interface Document {
  source: string;
  text: string;
  /** As its file gave it; null: none was given. */
  id?: string | null;
}

/** A named set of documents, before it is split and tokenized. */
export interface Corpus {
  name: string;
  /** For people: "Moby Dick, by chapter". */
  label: string;
  licence: string;
  documents: Document[];
}

/**
 * 64 bits of a text as two 32-bit words: two multiply-xor lanes over UTF-16 units, mixed at the end as in MurmurHash3.
 */
export function documentHash(text: string): [high: number, low: number] {
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
    // A product's low bits know nothing of the high ones: fold them down.
    high ^= high >>> 15;
    low ^= low >>> 13;
  }
  high = finish(high ^ text.length);
  low = finish(low ^ high);
  return [finish(high ^ low), low];
}

function finish(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
