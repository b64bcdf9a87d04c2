/** Which entries of a list are the same, and which runs of n of them: by 64 bits an entry, without a string or a map. */

export interface Equals {
  count: number;
  /** Entries that an equal one stands before. */
  again: number;
  /** Where one equal to this entry stands first: of a first one, its own place. */
  first: Int32Array;
  /** Of a first one, how many are equal to it, itself included; of the others 0. */
  times: Int32Array;
}

export const noEquals = (): Equals => ({ count: 0, again: 0, first: new Int32Array(0), times: new Int32Array(0) });

/** Entry + base, for the entries under way; what earlier lists left behind is less than base, so that nothing has to be cleared. */
let table = new Int32Array(1 << 10);
let base = 1;

/**
 * Of entries told by the pairs (heads[i], lasts[i + behind]), written over what `into` was.
 *
 * @param alone whether an entry is known to be like no other.
 */
function comparePairs(
  into: Equals,
  count: number,
  heads: Int32Array,
  lasts: Int32Array,
  behind: number,
  alone: Equals | null,
): void {
  if (into.first.length < count) {
    // Half as much again, so that a page a little longer needs no new ones.
    into.first = new Int32Array(Math.ceil(1.5 * count));
    into.times = new Int32Array(into.first.length);
  }
  const { first, times } = into;
  // At most half of the places are taken; few places for few entries stay in a processor's nearest memory.
  let places = 16;
  while (places < 2 * count) places *= 2;
  if (places > table.length || base > 0x7fffffff - count) {
    table = new Int32Array(Math.max(places, table.length));
    base = 1;
  }
  const [held, from, mask] = [table, base, places - 1];
  let again = 0;
  for (let i = 0; i < count; i++) {
    if (alone !== null && (alone.times[alone.first[i]!] === 1 || alone.times[alone.first[i + 1]!] === 1)) {
      first[i] = i;
      times[i] = 1;
      continue;
    }
    const a = heads[i]!;
    const b = lasts[i + behind]!;
    let at = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
    at = (at ^ (at >>> 15)) & mask;
    let entry = held[at]! - from;
    while (entry >= 0 && (heads[entry] !== a || lasts[entry + behind] !== b)) {
      at = (at + 1) & mask;
      entry = held[at]! - from;
    }
    if (entry < 0) {
      held[at] = from + i;
      first[i] = i;
      times[i] = 1;
    } else {
      first[i] = entry;
      times[entry]!++;
      times[i] = 0;
      again++;
    }
  }
  base += count;
  into.count = count;
  into.again = again;
}

export const compareEntries = (into: Equals, count: number, a: Int32Array, b: Int32Array): void =>
  comparePairs(into, count, a, b, 0, null);

/** Of runs one longer than `shorter`: two are equal where the shorter runs at both their ends are. One of which either is alone is alone. */
export function compareRuns(into: Equals, shorter: Equals): void {
  const count = Math.max(0, shorter.count - 1);
  comparePairs(into, count, shorter.first, shorter.first, 1, shorter);
}
