/** What the comparisons of alignment are about, told from rows of arms and seeds; the paper's numbers beside (papers.md §4.5). */
import { alignmentArms, base4, type Claim, claims, type Measure, paperCell } from './alignmentClaims.ts';
import { mean, pairedDifference, type PairedDifference, standardDeviation } from './statistics.ts';

export interface AlignmentRow {
  arm: string;
  seed: number;
  /** Mean of know, math, code and translation; of a reward model, of its accuracies. */
  average: number;
  /** Shares in 0 … 1, rewards, nats. */
  suites: Record<string, number>;
  /** By source, as other experiments have it: nothing is held out by source here. */
  heldOutLoss: Record<string, number>;
  /** Of training since the base; of the base in its own row. */
  flops: number;
  /** Held-out pairs: by how much the gap of log-probabilities grew, and by how much the rewards wanted it to, nats. */
  gaps?: [gap: number, wanted: number][];
}

/** What a histogram needs. */
const hundredths = (value: number): number => Math.round(100 * value) / 100;

/** A row as the readers of every experiment's results take it. */
export const alignmentRow = (
  arm: string,
  seed: number,
  suites: Record<string, number>,
  flops: number,
  gaps?: readonly { chosen: number; rejected: number; wanted: number }[],
): AlignmentRow => ({
  ...{ arm, seed, suites, flops, heldOutLoss: {} },
  ...(gaps && {
    gaps: gaps.map(({ chosen, rejected, wanted }) => [hundredths(chosen - rejected), hundredths(wanted)]),
  }),
  average: 'know' in suites ? base4(suites) : mean(Object.values(suites)),
});

export { alignmentArms, paperCell } from './alignmentClaims.ts';

export interface Finding extends Pick<Claim, 'claim' | 'paper' | 'unit'> {
  difference: PairedDifference;
  /** Seed by seed, in the order of the rows. */
  bySeed: number[];
  /** `shown`: the interval leaves out 0 on the claim's side; `failed`: on the other; else a tie. One seed says nothing. */
  verdict: 'shown' | 'tie' | 'failed' | 'one seed';
}

export function findings(experiment: string, rows: readonly AlignmentRow[]): Finding[] {
  return (claims[experiment] ?? []).flatMap(({ claim, paper, unit, above, below }) => {
    const at = ([arm, measure]: [string, Measure]) =>
      new Map(rows.filter((row) => row.arm === arm).map(({ seed, suites }) => [seed, measure(suites)]));
    const [one, other] = [at(above), at(below)];
    const seeds = [...one.keys()].filter((seed) => Number.isFinite(one.get(seed)! - (other.get(seed) ?? NaN)));
    const values = (all: Map<number, number>): number[] => seeds.map((seed) => all.get(seed)!);
    const difference = pairedDifference(values(one), values(other));
    if (!difference) return [];
    const bySeed = seeds.map((seed) => one.get(seed)! - other.get(seed)!);
    return [{ claim, paper, ...(unit && { unit }), difference, bySeed, verdict: verdictOf(difference) }];
  });
}

function verdictOf({ interval }: PairedDifference): Finding['verdict'] {
  if (!interval) return 'one seed';
  return interval[0] > 0 ? 'shown' : interval[1] < 0 ? 'failed' : 'tie';
}

/** With its interval and unit; shares in points. */
export function claimDifference({ difference: { mean: by, interval }, unit }: Finding): string {
  const written = (value: number): string => inUnit(value, unit);
  return `${written(by)} ${unit ?? 'points'}${interval ? ` (${interval.map(written).join(' … ')})` : ''}`;
}

const inUnit = (value: number, unit: Claim['unit']): string =>
  (unit ? value.toFixed(2) : (100 * value).toFixed(1)).replace(/^-(?=[0.]*$)/, '').replace('-', '−');

const shown = (value: number): string => (Number.isFinite(value) ? value.toFixed(2) : '–');

/** Means ± standard deviations by arm, then each claim with its difference, interval and verdict. */
export function findingsTable(experiment: string, all: readonly AlignmentRow[]): string {
  const arms = alignmentArms[experiment]!.filter((name) => all.some(({ arm }) => arm === name));
  const rows = all.filter(({ arm }) => arms.includes(arm));
  const names = [...new Set(rows.flatMap(({ suites }) => Object.keys(suites)))];
  const cell = (arm: string, name: string): string => {
    const values = rows.filter((row) => row.arm === arm && name in row.suites).map(({ suites }) => suites[name]!);
    if (values.length === 0) return '';
    return values.length === 1 ? shown(values[0]!) : `${shown(mean(values))} ± ${shown(standardDeviation(values))}`;
  };
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = (count: number): string => `|${' --- |'.repeat(count)}`;
  const told = findings(experiment, rows).map((one) => {
    const seeds = one.bySeed.map((by) => inUnit(by, one.unit)).join(', ');
    return line([one.claim, paperCell(one.paper), claimDifference(one), seeds, one.verdict]);
  });
  return [
    ...[line(['arm', ...names]), rule(names.length + 1)],
    ...arms.map((arm) => line([arm, ...names.map((name) => cell(arm, name))])),
    ...['', line(['claim', 'paper', 'difference (95 %)', 'by seed', '']), rule(5), ...told, ''],
  ].join('\n');
}
