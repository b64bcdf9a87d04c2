/** Exact deduplication: of documents with the same text one stays. Texts are told by 128 bits: 16 bytes of each distinct one are kept. */
import { BitSet, Column } from './columns.ts';
import { judged, type RawDocument, type Stage } from './stage.ts';
import { anySurvivor, Claims, type SurvivorOptions } from './survivors.ts';

export const exact: Stage<Partial<SurvivorOptions>> = (documents, options, report) =>
  judged(documents, report, async () => {
    const groups = new Groups({ ...anySurvivor, ...options });
    await documents.each((document) => groups.add(document));
    const survivors = groups.survivors();
    return ({ index }) => (survivors.has(index) ? null : 'equal');
  });

/** Distinct texts, and of each the document that stays so far. */
class Groups {
  readonly #hashes = [0, 1, 2, 3].map(() => new Column(Uint32Array));
  readonly #claims: Claims;
  /** Number of a group + 1; 0: free. A power of two of places, at most half of them taken. */
  #places = new Uint32Array(1 << 12);

  constructor(options: SurvivorOptions) {
    this.#claims = new Claims(options);
  }

  add(document: RawDocument): void {
    const [a, b, c, d] = hash128(document.text);
    const mask = this.#places.length - 1;
    const [first, second, third, fourth] = this.#hashes.map(({ data }) => data);
    let at = a & mask;
    let group = this.#places[at]! - 1;
    for (; group >= 0; group = this.#places[(at = (at + 1) & mask)]! - 1) {
      if (first![group] === a && second![group] === b && third![group] === c && fourth![group] === d) break;
    }
    const groups = this.#hashes[0]!.length;
    // The newcomer stands behind the last group while the two are compared.
    this.#claims.put(groups, document);
    if (group >= 0) {
      if (this.#claims.before(groups, group)) this.#claims.put(group, document);
      return;
    }
    this.#hashes.forEach((column, word) => column.push([a, b, c, d][word]!));
    this.#places[at] = groups + 1;
    if (2 * groups > mask) this.#grow();
  }

  survivors(): BitSet {
    const set = new BitSet();
    for (let group = 0; group < this.#hashes[0]!.length; group++) set.add(this.#claims.index.data[group]!);
    return set;
  }

  #grow(): void {
    const places = new Uint32Array(2 * this.#places.length);
    const mask = places.length - 1;
    const { data, length } = this.#hashes[0]!;
    for (let group = 0; group < length; group++) {
      let at = data[group]! & mask;
      while (places[at] !== 0) at = (at + 1) & mask;
      places[at] = group + 1;
    }
    this.#places = places;
  }
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
function finish(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** MurmurHash3 (x86, 128 bits, seed 0; A. Appleby, public domain) of a text's UTF-16 units, low byte first. */
export function hash128(text: string): [number, number, number, number] {
  const [c1, c2, c3, c4] = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93];
  const { length } = text;
  let [h1, h2, h3, h4] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 8 <= length; i += 8) {
    let k = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16);
    h1 ^= Math.imul(rotate(Math.imul(k, c1), 15), c2);
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    k = text.charCodeAt(i + 2) | (text.charCodeAt(i + 3) << 16);
    h2 ^= Math.imul(rotate(Math.imul(k, c2), 16), c3);
    h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    k = text.charCodeAt(i + 4) | (text.charCodeAt(i + 5) << 16);
    h3 ^= Math.imul(rotate(Math.imul(k, c3), 17), c4);
    h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    k = text.charCodeAt(i + 6) | (text.charCodeAt(i + 7) << 16);
    h4 ^= Math.imul(rotate(Math.imul(k, c4), 18), c1);
    h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  const word = (at: number): number =>
    (at < length ? text.charCodeAt(at) : 0) | (at + 1 < length ? text.charCodeAt(at + 1) << 16 : 0);
  h4 ^= Math.imul(rotate(Math.imul(word(i + 6), c4), 18), c1);
  h3 ^= Math.imul(rotate(Math.imul(word(i + 4), c3), 17), c4);
  h2 ^= Math.imul(rotate(Math.imul(word(i + 2), c2), 16), c3);
  h1 ^= Math.imul(rotate(Math.imul(word(i), c1), 15), c2);
  const bytes = 2 * length;
  [h1, h2, h3, h4] = [h1 ^ bytes, h2 ^ bytes, h3 ^ bytes, h4 ^ bytes];
  h1 = (h1 + h2 + h3 + h4) | 0;
  [h2, h3, h4] = [(h2 + h1) | 0, (h3 + h1) | 0, (h4 + h1) | 0];
  [h1, h2, h3, h4] = [finish(h1), finish(h2), finish(h3), finish(h4)];
  h1 = (h1 + h2 + h3 + h4) | 0;
  return [h1 >>> 0, (h2 + h1) >>> 0, (h3 + h1) >>> 0, (h4 + h1) >>> 0];
}
