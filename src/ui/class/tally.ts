/** What a class's codes come to: counted once a laptop and step, the damaged ones named, the curves with their mean and spread. */
import { mean, standardDeviation } from '../../recipe/statistics.ts';
import { type ClassResult, decode, type Fault } from './code.ts';

export interface Tally {
  results: ClassResult[];
  laptops: number;
  twice: number;
  bad: { code: string; fault: Fault }[];
}

/** Longest code worth repeating. */
const LONGEST = 16;

/** Codes stand apart by white space, commas or lines. The later of two from one laptop and step counts. */
export function tally(text: string): Tally {
  const found = new Map<string, ClassResult>();
  const bad: Tally['bad'] = [];
  let twice = 0;
  for (const code of text.split(/[\s,;"]+/).filter(Boolean)) {
    const read = decode(code);
    if ('fault' in read) {
      bad.push({ code: code.length > LONGEST ? `${code.slice(0, LONGEST)}…` : code, fault: read.fault });
      continue;
    }
    const key = `${read.id} ${read.lesson} ${read.step}`;
    if (found.has(key)) twice++;
    found.set(key, read);
  }
  const results = [...found.values()];
  return { results, laptops: new Set(results.map(({ id }) => id)).size, twice, bad };
}

/**
 * Results by the run that they are of, in the lesson's order: what rows of a room trained differently has no common mean. A recorded run
 * that several laptops took is one run, and counts once.
 */
export function byRun(results: readonly ClassResult[]): Map<number, ClassResult[]> {
  const groups = new Map<number, ClassResult[]>();
  for (const one of [...results].sort((a, b) => a.run - b.run)) {
    const group = groups.get(one.run) ?? [];
    if (one.device === 'recorded' && group.some(({ device, seed }) => device === 'recorded' && seed === one.seed))
      continue;
    groups.set(one.run, [...group, one]);
  }
  return groups;
}

export interface Band {
  mean: number[];
  low: number[];
  high: number[];
}

/** Mean ± two standard deviations of one run, point by point; null: fewer than two curves. All are of as many points. */
export function bandOf(curves: readonly (readonly number[])[]): Band | null {
  if (curves.length < 2) return null;
  const columns = curves[0]!.map((_, i) => curves.map((curve) => curve[i]!));
  const centre = columns.map(mean);
  const reach = columns.map((values) => 2 * standardDeviation(values));
  return {
    mean: centre,
    low: centre.map((value, i) => value - reach[i]!),
    high: centre.map((value, i) => value + reach[i]!),
  };
}

/** Tokens that the shortest of these runs has read; 0: none has a curve. */
export function commonTokens(results: readonly Pick<ClassResult, 'curve' | 'tokens'>[]): number {
  const tokens = results.filter(({ curve }) => curve.length > 1).map((one) => one.tokens);
  return tokens.length > 0 ? Math.min(...tokens) : 0;
}

/** The curves up to these tokens, each of as many points as its code holds: runs of different lengths are compared on equal tokens. */
export function curvesTo(tokens: number, results: readonly Pick<ClassResult, 'curve' | 'tokens'>[]): number[][] {
  const at = (curve: readonly number[], share: number): number => {
    const place = share * (curve.length - 1);
    const [low, high] = [curve[Math.floor(place)]!, curve[Math.ceil(place)]!];
    return low + (place % 1) * (high - low);
  };
  return results
    .filter(({ curve }) => curve.length > 1)
    .map(({ curve, tokens: own }) => curve.map((_, i) => at(curve, ((i / (curve.length - 1)) * tokens) / own)));
}

/** Bins of a histogram: `count` of equal width between from and to, both ends included. */
export function histogram(values: readonly number[], from: number, to: number, count: number): number[] {
  const bins = Array.from({ length: count }, () => 0);
  for (const value of values)
    bins[Math.max(0, Math.min(count - 1, Math.floor((count * (value - from)) / (to - from))))]!++;
  return bins;
}
