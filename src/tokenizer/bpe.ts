import { ByteLevelTokenizer } from './byteLevel.ts';
import { BASE_SIZE, LARGEST_SIZE } from './format.ts';
import { Heap } from './heap.ts';
import type { Merge } from './format.ts';
import { pieceEnd } from './pieces.ts';
import { PieceTable } from './pieceTable.ts';

/** Bytes of a piece whose pairs are looked at one by one: nearly all words. */
const SHORT = 32;
/** Above every id. */
const NONE = LARGEST_SIZE;

/**
 * Byte-level byte-pair encoding (Sennrich et al. 2016, over bytes as in GPT-2): inside each piece of the text, the
 * earliest-learned pair present is merged, leftmost first, until none is left. Encoding a piece of n bytes takes O(n
 * log n).
 */
export class BpeTokenizer extends ByteLevelTokenizer {
  readonly kind = 'bpe';
  /** left · 65536 + right → id of the merged token; a lower id was learned earlier. */
  readonly #merged = new Map<number, number>();
  readonly #known = new PieceTable();
  readonly #utf8 = new TextEncoder();

  constructor(merges: readonly Merge[]) {
    super(merges);
    merges.forEach(([left, right], rank) => this.#merged.set(left * LARGEST_SIZE + right, BASE_SIZE + rank));
  }

  encode(text: string): Uint32Array {
    // Ids are at most as many as UTF-8 bytes, and those at most 3 per UTF-16 unit; grown by need from the usual ratio.
    let ids = new Uint32Array((text.length >> 1) + 16);
    let count = 0;
    for (let from = 0; from < text.length;) {
      const end = pieceEnd(text, from);
      const own = this.#known.get(text, from, end, this.#encodePiece);
      from = end;
      if (count + own.length > ids.length) {
        const larger = new Uint32Array(2 * (count + own.length));
        larger.set(ids.subarray(0, count));
        ids = larger;
      }
      // Some two ids a piece: copied one by one sooner than by a call.
      for (let i = 0; i < own.length; i++) ids[count++] = own[i]!;
    }
    return ids.slice(0, count);
  }

  readonly #encodePiece = (piece: string): Uint32Array => {
    const bytes = this.#utf8.encode(piece);
    return bytes.length <= SHORT ? this.#mergeShort(bytes) : this.#merge(Uint32Array.from(bytes));
  };

  /** As `#merge`, by looking at all pairs each time: quadratic, and several times faster for a word. */
  #mergeShort(bytes: Uint8Array): Uint32Array {
    const ids = Array.from(bytes);
    /** Id of each id merged with the next one; NONE where that pair was not learned. */
    const merged = ids.map((_, i) => this.#pair(ids, i));
    for (;;) {
      let at = 0;
      for (let i = 1; i < merged.length; i++) if (merged[i]! < merged[at]!) at = i;
      if (ids.length < 2 || merged[at] === NONE) return Uint32Array.from(ids);
      ids.splice(at, 2, merged[at]!);
      merged.splice(at, 1);
      merged[at] = this.#pair(ids, at);
      if (at > 0) merged[at - 1] = this.#pair(ids, at - 1);
    }
  }

  #pair(ids: readonly number[], at: number): number {
    return at + 1 < ids.length ? (this.#merged.get(ids[at]! * LARGEST_SIZE + ids[at + 1]!) ?? NONE) : NONE;
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
