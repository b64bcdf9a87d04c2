/**
 * Which points to draw: in every pixel column the lowest, the highest and the last one, so that a single-step spike
 * survives any compression and the line still ends where the data ends. Points outside [from, to] are left out, except
 * the nearest one on either side, which keeps the line running off the picture's edge.
 *
 * edgeOf: x at a column's right edge, rising; left out, columns are equally wide in x.
 */
export function visiblePoints(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  length: number,
  from: number,
  to: number,
  pixels: number,
  edgeOf = (column: number) => from + ((column + 1) / pixels) * (to - from),
): number[] {
  const start = Math.max(0, lowerBound(x, length, from) - 1);
  const end = Math.min(length, lowerBound(x, length, to) + 1);
  if (end - start <= 3 * pixels) return Array.from({ length: end - start }, (_, i) => start + i);

  const picked: number[] = [];
  let i = start;
  for (let column = 0; i < end; column++) {
    // Whatever lies past the last column is the neighbour beyond the edge.
    const edge = column < pixels ? edgeOf(column) : Infinity;
    if (x[i] >= edge) continue;
    let low = i;
    let high = i;
    let last = i;
    for (; i < end && x[i] < edge; i++) {
      last = i;
      // A non-finite value loses every comparison, so `!(a <= b)` also replaces a non-finite champion.
      if (Number.isFinite(y[i]) && !(y[low] <= y[i])) low = i;
      if (Number.isFinite(y[i]) && !(y[high] >= y[i])) high = i;
    }
    const [first, second] = low < high ? [low, high] : [high, low];
    picked.push(first);
    if (second !== first) picked.push(second);
    if (last !== second) picked.push(last);
  }
  return picked;
}

/** Index of the first entry ≥ value in an ascending column. */
export function lowerBound(x: ArrayLike<number>, length: number, value: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the entry nearest to value; −1 of an empty column. */
export function nearest(x: ArrayLike<number>, length: number, value: number): number {
  if (length === 0) return -1;
  const right = Math.min(lowerBound(x, length, value), length - 1);
  const left = Math.max(0, right - 1);
  return value - x[left] < x[right] - value ? left : right;
}
