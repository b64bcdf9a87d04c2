/** How far a run is and how long the rest takes, from what it has logged. */

export interface Pace {
  /** Median of the recent speeds, tokens a second. */
  tokensPerSecond: number;
  /** Seconds left at the median, and at the 90th and 10th percentiles. */
  seconds: number;
  low: number;
  high: number;
}

/** Speeds that count as recent: enough to outlast one slow evaluation, few enough to follow a throttled tab. */
const RECENT = 20;

/**
 * Recent speed, and the time it takes for `tokensLeft` more tokens. The first entry of a run is left out: it pays for
 * the shader compilation. null before two speeds are known.
 */
export function paceOf(tokensPerSecond: ArrayLike<number>, length: number, tokensLeft: number): Pace | null {
  const speeds: number[] = [];
  for (let i = Math.max(1, length - RECENT); i < length; i++) {
    if (tokensPerSecond[i] > 0 && Number.isFinite(tokensPerSecond[i])) speeds.push(tokensPerSecond[i]);
  }
  if (speeds.length === 0) return null;
  speeds.sort((a, b) => a - b);
  const median = quantile(speeds, 0.5);
  return {
    tokensPerSecond: median,
    seconds: tokensLeft / median,
    low: tokensLeft / quantile(speeds, 0.9),
    high: tokensLeft / quantile(speeds, 0.1),
  };
}

/** Linear interpolation between order statistics of an ascending list. */
export function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
