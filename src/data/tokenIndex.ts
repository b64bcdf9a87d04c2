/**
 * Where every token id stands in a batch: `order[rowStart[v] … rowStart[v + 1] − 1]` are the positions of id v,
 * ascending.
 */
export interface TokenIndex {
  /** V + 1 entries. */
  rowStart: Uint32Array;
  /** N entries: the positions 0 … N − 1, grouped by id. */
  order: Uint32Array;
}

/**
 * Counting sort of N token ids, O(N + V), into buffers of the caller's. With it the gradient of the embedding is a sum
 * per id over known positions: no float atomics, and the same order of addition every time.
 */
export function tokenIndex(tokens: ArrayLike<number>, { rowStart, order }: TokenIndex): void {
  const n = tokens.length;
  const V = rowStart.length - 1;
  if (order.length !== n) throw new RangeError(`The order has ${order.length} entries for ${n} tokens.`);
  rowStart.fill(0);
  for (let i = 0; i < n; i++) {
    const id = tokens[i]!;
    if (!(id < V)) throw new RangeError(`Token id ${id} at position ${i} is outside the ${V} rows of the embedding.`);
    rowStart[id + 1]!++;
  }
  for (let v = 0; v < V; v++) rowStart[v + 1]! += rowStart[v]!;
  // rowStart[v] walks to the end of v's positions, which is where v + 1 begins: shift back by one afterwards.
  for (let i = 0; i < n; i++) order[rowStart[tokens[i]!]!++] = i;
  rowStart.copyWithin(1, 0, V);
  rowStart[0] = 0;
}
