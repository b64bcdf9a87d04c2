import { ByteLevelTokenizer } from './byteLevel.ts';
import { BASE_SIZE, LARGEST_SIZE, PIECE_PATTERN } from './format.ts';
import { Heap } from './heap.ts';
import type { Merge } from './format.ts';

/**
 * Pieces remembered with their ids. Natural text repeats some ten thousand pieces; beyond this the memory starts
 * afresh.
 */
const REMEMBERED_PIECES = 65536;
/** Longer pieces (in UTF-16 units) hardly recur and would fill the memory with their text. */
const LONGEST_REMEMBERED_PIECE = 64;

/**
 * The pieces of a text in order, together the whole text. Walks, so that a text of 100 MB does not become 25 million
 * strings at once.
 */
export function* pieces(text: string): Generator<string> {
  const pattern = new RegExp(PIECE_PATTERN, 'gu');
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) yield match[0];
}

/**
 * Byte-level byte-pair encoding (Sennrich et al. 2016, over bytes as in GPT-2): inside each piece of the text, the
 * earliest-learned pair present is merged, leftmost first, until none is left. Encoding a piece of n bytes takes O(n
 * log n).
 */
export class BpeTokenizer extends ByteLevelTokenizer {
  readonly kind = 'bpe';
  /** left · 65536 + right → id of the merged token; a lower id was learned earlier. */
  readonly #merged = new Map<number, number>();
  readonly #remembered = new Map<string, Uint32Array>();
  readonly #utf8 = new TextEncoder();

  constructor(merges: readonly Merge[]) {
    super(merges);
    merges.forEach(([left, right], rank) => this.#merged.set(left * LARGEST_SIZE + right, BASE_SIZE + rank));
  }

  encode(text: string): Uint32Array {
    // Ids are at most as many as UTF-8 bytes, and those at most 3 per UTF-16 unit; grown by need from the usual ratio.
    let ids = new Uint32Array((text.length >> 1) + 16);
    let count = 0;
    for (const piece of pieces(text)) {
      const own = this.#piece(piece);
      if (count + own.length > ids.length) {
        const larger = new Uint32Array(2 * (count + own.length));
        larger.set(ids.subarray(0, count));
        ids = larger;
      }
      ids.set(own, count);
      count += own.length;
    }
    return ids.slice(0, count);
  }

  #piece(piece: string): Uint32Array {
    const known = this.#remembered.get(piece);
    if (known !== undefined) return known;
    const ids = this.#merge(Uint32Array.from(this.#utf8.encode(piece)));
    if (piece.length <= LONGEST_REMEMBERED_PIECE) {
      if (this.#remembered.size >= REMEMBERED_PIECES) this.#remembered.clear();
      this.#remembered.set(piece, ids);
    }
    return ids;
  }

  /** Merges within one piece. `ids` is overwritten; merged-away positions hold GONE. */
  #merge(ids: Uint32Array): Uint32Array {
    const GONE = 0xffffffff;
    const n = ids.length;
    const next = Int32Array.from(ids, (_, i) => i + 1);
    const previous = Int32Array.from(ids, (_, i) => i - 1);
    // An entry is mergedId · 2^32 + position: the smallest is the earliest-learned pair, leftmost. Exact: ids are under
    // 2^16.
    const waiting = new Heap<number>((a, b) => a < b);
    const mergedAt = (i: number) =>
      next[i]! < n ? this.#merged.get(ids[i]! * LARGEST_SIZE + ids[next[i]!]!) : undefined;
    const offer = (i: number) => {
      const id = mergedAt(i);
      if (id !== undefined) waiting.push(id * 4294967296 + i);
    };
    for (let i = 0; i < n; i++) offer(i);
    let left = n;
    for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
      const i = entry % 4294967296;
      const id = Math.floor(entry / 4294967296);
      // Stale when either half has been merged since.
      if (ids[i] === GONE || mergedAt(i) !== id) continue;
      const right = next[i]!;
      ids[i] = id;
      ids[right] = GONE;
      next[i] = next[right]!;
      if (next[i]! < n) previous[next[i]!] = i;
      left--;
      if (previous[i]! >= 0) offer(previous[i]!);
      offer(i);
    }
    if (left === n) return ids;
    const out = new Uint32Array(left);
    for (let i = 0, at = 0; at < left; i = next[i]!) out[at++] = ids[i]!;
    return out;
  }
}
