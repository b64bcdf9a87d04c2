/**
 * Right answers before and after, one question at a time: McNemar's exact test. Of the pairs that changed, gained g and lost l, a
 * question that teaches nothing splits them as coins fall: p is the two-sided binomial probability of a split at least as uneven.
 */
import type { ClassResult } from './code.ts';

export interface Item {
  pairs: number;
  before: number;
  after: number;
  gained: number;
  lost: number;
  p: number;
  /** Chance to find, at 5 %, that four of five changes are gains, with as many changes as there were. */
  power: number;
}

const LEVEL = 0.05;
export const GAIN_SHARE = 0.8;

/** Probability of k of n at chance q, by logarithms. */
function binomial(k: number, n: number, q: number): number {
  let log = k * Math.log(q) + (n - k) * Math.log(1 - q);
  for (let i = 1; i <= k; i++) log += Math.log(n - k + i) - Math.log(i);
  return Math.exp(log);
}

export function exactP(gained: number, lost: number): number {
  const n = gained + lost;
  if (n === 0) return 1;
  let tail = 0;
  for (let k = 0; k <= Math.min(gained, lost); k++) tail += binomial(k, n, 0.5);
  return Math.min(1, 2 * tail);
}

export function powerOf(changes: number): number {
  let power = 0;
  for (let k = 0; k <= changes; k++) if (exactP(k, changes - k) < LEVEL) power += binomial(k, changes, GAIN_SHARE);
  return power;
}

/** Laptops that answered before or after, and not both times: of no use to a test of pairs, and told. */
export function unpaired(results: readonly ClassResult[]): number {
  const [before, after] = (['before', 'after'] as const).map(
    (part) => new Set(results.filter((one) => one[part].length > 0).map(({ id }) => id)),
  );
  return [...before!].filter((id) => !after!.has(id)).length + [...after!].filter((id) => !before!.has(id)).length;
}

/** Per question, over laptops that answered both times; an answer of 0 is the right one. */
export function items(results: readonly ClassResult[], questions: number): Item[] {
  const before = new Map(results.filter((one) => one.before.length > 0).map((one) => [one.id, one.before]));
  const after = new Map(results.filter((one) => one.after.length > 0).map((one) => [one.id, one.after]));
  const pairs = [...before].flatMap(([id, first]) => (after.has(id) ? [[first, after.get(id)!] as const] : []));
  return Array.from({ length: questions }, (_, i) => {
    const right = pairs.map(([first, then]) => [first[i] === 0, then[i] === 0] as const);
    const gained = right.filter(([was, is]) => !was && is).length;
    const lost = right.filter(([was, is]) => was && !is).length;
    return {
      pairs: pairs.length,
      before: right.filter(([was]) => was).length,
      after: right.filter(([, is]) => is).length,
      gained,
      lost,
      p: exactP(gained, lost),
      power: powerOf(gained + lost),
    };
  });
}

export function itemsCsv(all: readonly Item[]): string {
  const rows = all.map(({ pairs, before, after, gained, lost, p, power }, i) =>
    [i + 1, pairs, before, after, gained, lost, p.toPrecision(4), power.toPrecision(3)].join(','),
  );
  return ['item,pairs,right_before,right_after,gained,lost,mcnemar_p,power', ...rows, ''].join('\n');
}
