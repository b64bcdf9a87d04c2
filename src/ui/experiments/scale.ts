/** From values to places in a picture, and round numbers to write beside it. */

export interface Scale {
  from: number;
  to: number;
  (value: number): number;
}

/** Linear: `from` … `to` onto `start` … `end` pixels. */
export function linear(from: number, to: number, start: number, end: number): Scale {
  const place = (value: number) => start + ((value - from) / (to - from || 1)) * (end - start);
  return Object.assign(place, { from, to });
}

/** A unit may be so much smaller than an even division: two numbers on an axis are too few. */
const LEAST = 0.7;

/** Multiples of 1, 2 or 5 times a power of ten in from … to, about `count` of them. */
export function ticks(from: number, to: number, count: number): number[] {
  const rough = (to - from) / Math.max(1, count);
  if (!(rough > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const unit = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * LEAST) ?? 10);
  const first = Math.ceil(from / unit - 1e-9);
  const last = Math.floor(to / unit + 1e-9);
  // Products of whole numbers, so that 0.3 is not 0.30000000000000004 by adding.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * unit).toPrecision(12)));
}

/** Extent of values with a share of air on either side; `least`: the smallest extent to show. */
export function extent(values: readonly number[], air: number, least: number): [number, number] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  const room = Math.max((high - low) * air, (least - (high - low)) / 2, 0);
  return [low - room, high + room];
}

/**
 * Places for labels that want to stand at `wanted`, at least `apart` from each other, inside low … high where there is room for
 * all: pushed down in order, then back up from the end.
 */
export function spreadLabels(wanted: readonly number[], apart: number, low: number, high: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const placed = wanted.slice();
  let floor = low;
  for (const i of order) {
    placed[i] = Math.max(placed[i]!, floor);
    floor = placed[i]! + apart;
  }
  let ceiling = high;
  for (const i of order.toReversed()) {
    placed[i] = Math.min(placed[i]!, ceiling);
    ceiling = placed[i]! - apart;
  }
  return placed;
}
