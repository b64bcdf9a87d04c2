/**
 * The learning-rate range test as mathematics: which rates a sweep takes, when it has gone far enough, and what band of rates its
 * losses name. Taking the steps is train/trials/trials.ts's.
 */
import { sweepWords } from '../words/results.ts';

/** One step of a sweep: the rate it was taken with, and its loss and gradient norm before it. */
export interface RangePoint {
  rate: number;
  loss: number;
  gradNorm: number;
}

/**
 * Rates of a sweep, and how many steps to each factor of ten. AdamW's step does not grow with the gradient, so rates that are far
 * too low (1e-5) and far too high (1) are the same for every model here; product.md §3.1 has 1e-6 to 1e-1, whose lower end no toy
 * feels and whose upper end some survive.
 */
export const SWEEP = { from: 1e-5, to: 1, perDecade: 40 };

/** Exponentially rising, both ends included. */
export function sweepRates({ from, to, perDecade } = SWEEP): number[] {
  const steps = Math.round(Math.log10(to / from) * perDecade);
  return Array.from({ length: steps + 1 }, (_, i) => from * (to / from) ** (i / steps));
}

/** Nats above the best at which a sweep ends: e times its perplexity is far beyond any noise. */
const divergence = 1;
/** What the running mean keeps at each step: it looks back over some five steps. */
const kept = 0.8;

/** Whether a sweep has gone far enough: its running mean stands a nat above the lowest it has been, or nothing is finite any more. */
export function hasDiverged(points: readonly RangePoint[]): boolean {
  let mean = 0;
  let lowest = Infinity;
  return points.some(({ loss, gradNorm }, i) => {
    if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) return true;
    mean = kept * mean + (1 - kept) * loss;
    const now = mean / (1 - kept ** (i + 1)); // without the pull of the zero it began from
    lowest = Math.min(lowest, now);
    return now > lowest + divergence;
  });
}

export interface RangeVerdict {
  /** The losses, smoothed. */
  smoothed: number[];
  /** Where the loss falls fastest per factor of the rate; null: it never falls by half a nat. */
  steepest: number | null;
  /** Where it is lowest. */
  lowest: number;
  /** The lowest rate above that from which on it stays clearly higher; null: the sweep ended before. */
  edge: number | null;
  /** Rates worth a peak; null: the sweep shows none. */
  band: [low: number, high: number] | null;
  /** What the band was read from. */
  rule: 'descent' | 'edge' | 'none';
}

/** Steps on either side that a smoothed loss takes in: a sixth of a decade, so that a band's ends are good to a factor of 1.5. */
const reachOf = (perDecade: number): number => Math.max(1, Math.round(perDecade / 6));
/** Nats: a smaller rise says nothing, however quiet the losses are … */
const leastRise = 0.1;
/** … and a smaller fall is no descent: a trained checkpoint falls by 0.1 to 0.3 while it gets used to another blend. */
const leastFall = 0.5;
/** Standard errors of a smoothed loss: of the some fifteen windows of a sweep the extremes lie 3.5 apart by chance, 5 once in a hundred. */
const deviations = 6;

/**
 * What a sweep says. Smoothing is centred (a running mean would move every feature to the right). The band, from which a *peak*
 * rate is to be chosen:
 *
 *   descent    [steepest descent, lowest loss], where the loss falls by half a nat: from untrained weights. Smith (2017, §3.3) takes
 *              the range from where training begins to improve to where it slows, turns ragged or gets worse; the steepest point
 *              is that of fast.ai's lr_find. At most edge/3, for in a flat basin the lowest point may lie anywhere.
 *   edge       [edge/10, edge/3], where it does not: what a trained checkpoint shows is where it breaks (product.md §3.1).
 *
 * A range test finds where a rate breaks things, not which is best after a whole run, and knows nothing of decay.
 */
export function readRange(points: readonly RangePoint[], perDecade = SWEEP.perDecade): RangeVerdict {
  const reach = reachOf(perDecade);
  const finite = points.filter(({ loss }) => Number.isFinite(loss));
  const smoothed = smooth(
    finite.map(({ loss }) => loss),
    reach,
  );
  const none: RangeVerdict = {
    smoothed,
    steepest: null,
    lowest: finite[0]?.rate ?? NaN,
    edge: null,
    band: null,
    rule: 'none',
  };
  if (finite.length < 2 * reach) return none;
  const rate = (i: number): number => finite[i]!.rate;

  // From neighbours, which no trend sets apart. Of normal noise half lies within 0.6745 standard deviations; the difference of two
  // has √2 of one, a triangle of half-width r averages 3r/2.
  const jumps = finite
    .slice(1)
    .map(({ loss }, i) => Math.abs(loss - finite[i]!.loss))
    .sort((a, b) => a - b);
  const noise = jumps[jumps.length >> 1]! / (0.6745 * Math.SQRT2) / Math.sqrt(1.5 * reach);
  const clear = Math.max(leastRise, deviations * noise);

  const low = indexOfLeast(smoothed);
  // The first few are hardly smoothed.
  const start = Math.max(...smoothed.slice(reach, low + 1));
  const falls = start - smoothed[low]! >= Math.max(leastFall, clear);
  const slope = (i: number): number => smoothed[i + reach]! - smoothed[i - reach]!;
  let steep = Math.min(2 * reach, low);
  for (let i = steep; i <= low && i + reach < smoothed.length; i++) if (slope(i) < slope(steep)) steep = i;
  const risen = smoothed.findLastIndex((loss) => loss < smoothed[low]! + clear) + 1;
  // A sweep that ended at once at a number that is not finite has its edge at its end.
  const edge = risen < smoothed.length ? rate(risen) : finite.length < points.length ? rate(finite.length - 1) : null;

  if (falls) {
    const [from, to] = [rate(steep), Math.min(rate(low), (edge ?? Infinity) / 3)];
    const band: [number, number] = from < to ? [from, to] : [to / 3, to];
    return { smoothed, steepest: rate(steep), lowest: rate(low), edge, band, rule: 'descent' };
  }
  if (edge === null) return { ...none, lowest: rate(low) };
  return { smoothed, steepest: null, lowest: rate(low), edge, band: [edge / 10, edge / 3], rule: 'edge' };
}

/** Triangular means over `reach` neighbours on either side; at the ends over as many as there are on both. */
function smooth(values: readonly number[], reach: number): number[] {
  return values.map((_, i) => {
    const r = Math.min(reach, i, values.length - 1 - i);
    let sum = 0;
    let weights = 0;
    for (let k = -r; k <= r; k++) {
      const weight = r + 1 - Math.abs(k);
      sum += weight * values[i + k]!;
      weights += weight;
    }
    return sum / weights;
  });
}

const indexOfLeast = (values: readonly number[]): number =>
  values.reduce((best, value, i) => (value < values[best]! ? i : best), 0);

const written = (rate: number): string => rate.toExponential(1).replace('e+0', '').replace('.0e', 'e');

/** The verdict in one or two sentences, which say no more than it does. */
export function rangeSentence({ rule, band, steepest, lowest, edge }: RangeVerdict): string {
  if (!band) return sweepWords.noBand;
  const named = sweepWords.band(written(band[0]), written(band[1]));
  if (rule === 'edge') return sweepWords.edge(written(edge!), named);
  return sweepWords.descent(written(steepest!), written(lowest), edge === null ? null : written(edge), named);
}
