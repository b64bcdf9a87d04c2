import { BASE_SIZE, LARGEST_SIZE, checkVocabularySize } from './format.ts';
import { Heap } from './heap.ts';
import type { Merge } from './format.ts';
import { pieces } from './pieces.ts';

/** A pair met once would make a token of no use elsewhere. */
const FEWEST_MEETINGS = 2;
const GONE = -1;

interface Pair {
  left: number;
  right: number;
  /** Meetings in the text as it is now. */
  count: number;
  /** Where in `symbols` the pair may stand; entries grow stale and are checked when used. */
  places: number[];
}

/**
 * Learns byte-pair merges until the vocabulary has `size` ids. Every turn merges the most frequent pair; of equals the
 * one with the smaller left id, then the smaller right id, so that the same texts always give the same tokenizer. Pairs
 * are counted once and then only where a merge changed them. A pair met once is not merged, so a short or monotonous
 * text gives fewer merges than asked for, and the tokenizer's own `size` tells how many (the model's unused rows do no
 * harm). No two tokens have the same bytes: what lies between two borders of tokens merged alike wherever it stands.
 */
export function trainBpe(
  texts: Iterable<string>,
  size: number,
  onProgress?: (done: number, total: number) => void,
): Merge[] {
  checkVocabularySize(size);
  const wanted = size - BASE_SIZE;
  const words = countPieces(texts);

  // All distinct pieces laid end to end, linked within each piece; `repeats` is how often the piece at a place occurs.
  const utf8 = [...words.keys()].map((word) => new TextEncoder().encode(word));
  const length = utf8.reduce((sum, bytes) => sum + bytes.length, 0);
  const symbols = new Int32Array(length);
  const next = new Int32Array(length).fill(GONE);
  const previous = new Int32Array(length).fill(GONE);
  const repeats = new Float64Array(length);
  const pairs = new Map<number, Pair>();
  const fresh: Pair[] = [];

  const change = (left: number, right: number, by: number, place: number) => {
    const key = left * LARGEST_SIZE + right;
    let pair = pairs.get(key);
    if (pair === undefined) {
      pairs.set(key, (pair = { left, right, count: 0, places: [] }));
      fresh.push(pair);
    }
    pair.count += by;
    if (by > 0) pair.places.push(place);
  };

  let at = 0;
  let word = 0;
  for (const count of words.values()) {
    const bytes = utf8[word++]!;
    for (let i = 0; i < bytes.length; i++, at++) {
      symbols[at] = bytes[i]!;
      repeats[at] = count;
      if (i === 0) continue;
      previous[at] = at - 1;
      next[at - 1] = at;
      change(bytes[i - 1]!, bytes[i]!, count, at - 1);
    }
  }

  // Entries remember the count they were pushed with. Counts of old pairs only fall, so an entry that is out of date is
  // too high, comes up too early, and is put back with its present count.
  interface Entry {
    pair: Pair;
    count: number;
  }
  const waiting = new Heap<Entry>(
    (a, b) =>
      a.count > b.count ||
      (a.count === b.count &&
        (a.pair.left < b.pair.left || (a.pair.left === b.pair.left && a.pair.right < b.pair.right))),
  );
  const offer = (pair: Pair) => {
    if (pair.count >= FEWEST_MEETINGS) waiting.push({ pair, count: pair.count });
  };
  for (const pair of fresh.splice(0)) offer(pair);

  const merges: Merge[] = [];
  for (let entry = waiting.pop(); entry !== undefined && merges.length < wanted; entry = waiting.pop()) {
    const { pair, count } = entry;
    if (count !== pair.count) {
      offer(pair);
      continue;
    }
    const { left, right } = pair;
    const id = BASE_SIZE + merges.length;
    merges.push([left, right]);
    for (const place of pair.places) {
      const second = next[place]!;
      if (symbols[place] !== left || second === GONE || symbols[second] !== right) continue;
      const by = repeats[place]!;
      const before = previous[place]!;
      const after = next[second]!;
      symbols[place] = id;
      symbols[second] = GONE;
      next[place] = after;
      if (after !== GONE) previous[after] = place;
      if (before !== GONE) {
        change(symbols[before]!, left, -by, before);
        change(symbols[before]!, id, by, before);
      }
      if (after !== GONE) {
        change(right, symbols[after]!, -by, second);
        change(id, symbols[after]!, by, place);
      }
    }
    pair.places = [];
    for (const born of fresh.splice(0)) offer(born);
    if (merges.length % 64 === 0) onProgress?.(merges.length, wanted);
  }
  onProgress?.(merges.length, wanted);
  return merges;
}

function countPieces(texts: Iterable<string>): Map<string, number> {
  const words = new Map<string, number>();
  for (const text of texts) for (const piece of pieces(text)) words.set(piece, (words.get(piece) ?? 0) + 1);
  return words;
}
